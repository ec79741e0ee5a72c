package products

import (
	"fmt"
	"strings"
	"testing"

	"github.com/axle-cd/axle/products/cfn"
)

func template(t testing.TB, file, text string) *cfn.Template {
	t.Helper()
	tm, ds := cfn.Parse(file, []byte(text))
	if tm == nil {
		t.Fatalf("%s: %v", file, ds)
	}
	return tm
}

// with is a template of one queue and whatever else.
func with(more string) string {
	if !strings.Contains(more, "Resources:") {
		more += "\nResources: {Q: {Type: 'AWS::SQS::Queue'}}"
	}
	return strings.TrimSpace(more) + "\n"
}

func parameter(declaration string) string { return with("Parameters: {P: " + declaration + "}") }

func resource(r string) string { return "Resources: {R: " + r + "}\n" }

// A template pair a row: what changed, where it stands in the new one, and what version it needs. CAT-20
func TestCompare(t *testing.T) {
	const vpc = "V: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: %s}}"
	for _, tt := range []struct{ name, before, after, want string }{
		{
			name:   "nothing",
			before: parameter("{Type: String}"),
			after:  parameter("{Type: String}"),
			want:   "",
		},

		{
			name:   "parameter removed",
			before: parameter("{Type: String}"),
			after:  with(""),
			want:   "1:1 major parameter P is gone",
		},
		{
			name:   "parameter renamed",
			before: parameter("{Type: String}"),
			after:  with("Parameters: {O: {Type: String}}"),
			want:   "1:1 major parameter P is gone\n1:14 major parameter O is new and has no default",
		},
		{
			name:   "parameter retyped",
			before: parameter("{Type: String}"),
			after:  parameter("{Type: Number}"),
			want:   "1:18 major parameter P was String and is Number",
		},
		{
			name:   "default removed",
			before: parameter("{Type: String, Default: a}"),
			after:  parameter("{Type: String}"),
			want:   "1:14 major parameter P has lost its default",
		},
		{
			name:   "parameter added without default",
			before: with(""),
			after:  parameter("{Type: String}"),
			want:   "1:14 major parameter P is new and has no default",
		},
		{
			name:   "parameter added with default",
			before: with(""),
			after:  parameter("{Type: String, Default: a}"),
			want:   "1:14 minor parameter P is new",
		},
		{
			name:   "default changed",
			before: parameter("{Type: String, Default: a}"),
			after:  parameter("{Type: String, Default: b}"),
			want:   "1:32 minor! parameter P has another default",
		},
		{
			name:   "default added",
			before: parameter("{Type: String}"),
			after:  parameter("{Type: String, Default: b}"),
			want:   "1:32 minor parameter P has a default now",
		},
		{
			name:   "no longer hidden",
			before: parameter("{Type: String, NoEcho: true}"),
			after:  parameter("{Type: String}"),
			want:   "1:14 minor! parameter P is shown now, and was hidden",
		},
		{
			name:   "parameter described",
			before: parameter("{Type: String}"),
			after:  parameter("{Type: String, Description: x}"),
			want:   "1:32 patch parameter P is described anew",
		},

		{
			name:   "allowed value lost",
			before: parameter("{Type: String, AllowedValues: [a, b]}"),
			after:  parameter("{Type: String, AllowedValues: [a]}"),
			want:   "1:32 major parameter P allows no longer b",
		},
		{
			name:   "allowed value lost, hidden",
			before: parameter("{Type: String, NoEcho: true, AllowedValues: [a, b]}"),
			after:  parameter("{Type: String, NoEcho: true, AllowedValues: [a]}"),
			want:   "1:46 major parameter P allows no longer 1 of its values",
		},
		{
			name:   "allowed value added",
			before: parameter("{Type: String, AllowedValues: [a]}"),
			after:  parameter("{Type: String, AllowedValues: [a, b]}"),
			want:   "1:32 minor parameter P allows also b",
		},
		{
			name:   "allowed values introduced",
			before: parameter("{Type: String}"),
			after:  parameter("{Type: String, AllowedValues: [a]}"),
			want:   "1:32 major parameter P allows only some values now",
		},
		{
			name:   "allowed values lifted",
			before: parameter("{Type: String, AllowedValues: [a]}"),
			after:  parameter("{Type: String}"),
			want:   "1:14 minor parameter P allows every value now",
		},
		{
			name:   "pattern changed",
			before: parameter("{Type: String, AllowedPattern: a}"),
			after:  parameter("{Type: String, AllowedPattern: b}"),
			want:   "1:32 major parameter P has another pattern",
		},
		{
			name:   "pattern lifted",
			before: parameter("{Type: String, AllowedPattern: a}"),
			after:  parameter("{Type: String}"),
			want:   "1:14 minor parameter P takes any pattern now",
		},
		{
			name:   "range narrowed below",
			before: parameter("{Type: Number, MinValue: 1}"),
			after:  parameter("{Type: Number, MinValue: 2}"),
			want:   "1:32 major parameter P takes no longer what is under 2",
		},
		{
			name:   "range widened below",
			before: parameter("{Type: Number, MinValue: 2}"),
			after:  parameter("{Type: Number, MinValue: 1}"),
			want:   "1:32 minor parameter P takes also what is under 2",
		},
		{
			name:   "range narrowed above",
			before: parameter("{Type: Number}"),
			after:  parameter("{Type: Number, MaxValue: 2}"),
			want:   "1:32 major parameter P takes no longer what is over 2",
		},
		{
			name:   "range widened above",
			before: parameter("{Type: String, MaxLength: 2}"),
			after:  parameter("{Type: String}"),
			want:   "1:14 minor parameter P takes also what is over 2",
		},

		{
			name:   "output removed",
			before: with("Outputs: {O: {Value: a}}"),
			after:  with(""),
			want:   "1:1 major output O is gone",
		},
		{
			name:   "output added",
			before: with(""),
			after:  with("Outputs: {O: {Value: a}}"),
			want:   "1:11 minor output O is new",
		},
		{
			name:   "output's value",
			before: with("Outputs: {O: {Value: a}}"),
			after:  with("Outputs: {O: {Value: b}}"),
			want:   "1:15 patch output O has another value",
		},
		{
			name:   "export removed",
			before: with("Outputs: {O: {Value: a, Export: {Name: e}}}"),
			after:  with("Outputs: {O: {Value: a}}"),
			want:   "1:11 major output O is exported no longer",
		},
		{
			name:   "export renamed",
			before: with("Outputs: {O: {Value: a, Export: {Name: e}}}"),
			after:  with("Outputs: {O: {Value: a, Export: {Name: f}}}"),
			want:   "1:25 major output O is exported under another name",
		},
		{
			name:   "export added",
			before: with("Outputs: {O: {Value: a}}"),
			after:  with("Outputs: {O: {Value: a, Export: {Name: e}}}"),
			want:   "1:25 minor output O is exported now",
		},
		{
			name:   "output on a condition",
			before: with("Conditions: {C: !Equals [a, b]}\nOutputs: {O: {Value: a}}"),
			after:  with("Conditions: {C: !Equals [a, b]}\nOutputs: {O: {Value: a, Condition: C}}"),
			want:   "2:25 major output O is there only on another condition",
		},

		{
			name:   "resource added",
			before: with(""),
			after:  "Resources: {Q: {Type: 'AWS::SQS::Queue'}, T: {Type: 'AWS::SNS::Topic'}}",
			want:   "1:43 minor AWS::SNS::Topic T is new",
		},
		{
			name:   "stateless resource removed",
			before: "Resources: {Q: {Type: 'AWS::SQS::Queue'}, T: {Type: 'AWS::SNS::Topic'}}",
			after:  with(""),
			want:   "1:1 minor! AWS::SNS::Topic T is gone",
		},
		{
			name:   "stateful resource removed",
			before: "Resources: {Q: {Type: 'AWS::SQS::Queue'}, T: {Type: 'AWS::S3::Bucket'}}",
			after:  with(""),
			want:   "1:1 major! AWS::S3::Bucket T is gone, and it holds data",
		},
		{
			name:   "a kept resource removed",
			before: "Resources: {Q: {Type: 'AWS::SQS::Queue'}, T: {Type: 'AWS::SNS::Topic', DeletionPolicy: Retain}}",
			after:  with(""),
			want:   "1:1 major! AWS::SNS::Topic T is gone, and it was to be kept",
		},
		{
			name:   "stateful resource renamed",
			before: with(""),
			after:  "Resources: {Queue: {Type: 'AWS::SQS::Queue'}}",
			want:   "1:1 major! AWS::SQS::Queue Q is gone, and it holds data\n1:13 minor AWS::SQS::Queue Queue is new",
		},
		{
			name:   "stateful resource retyped",
			before: with(""),
			after:  "Resources: {Q: {Type: 'AWS::SNS::Topic'}}",
			want:   "1:17 major! Q was AWS::SQS::Queue and is AWS::SNS::Topic, and it holds data",
		},
		{
			name:   "stateful resource replaced",
			before: resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: a}}"),
			after:  resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: b}}"),
			want:   "1:55 major! R.BucketName differs: R is replaced, and it holds data",
		},
		{
			name:   "stateless resource replaced",
			before: resource("{Type: 'AWS::SNS::Topic', Properties: {TopicName: a}}"),
			after:  resource("{Type: 'AWS::SNS::Topic', Properties: {TopicName: b}}"),
			want:   "1:55 minor! R.TopicName differs: R is replaced",
		},
		{
			name:   "changed in place",
			before: resource("{Type: 'AWS::SQS::Queue', Properties: {DelaySeconds: 1}}"),
			after:  resource("{Type: 'AWS::SQS::Queue', Properties: {DelaySeconds: 2}}"),
			want:   "1:55 patch R.DelaySeconds differs",
		},
		{
			name:   "property removed",
			before: resource("{Type: 'AWS::SQS::Queue', Properties: {DelaySeconds: 1}}"),
			after:  resource("{Type: 'AWS::SQS::Queue'}"),
			want:   "1:13 patch R.DelaySeconds differs",
		},
		{
			name:   "replaced on some changes",
			before: resource("{Type: 'AWS::EC2::VPC', Properties: {InstanceTenancy: default}}"),
			after:  resource("{Type: 'AWS::EC2::VPC', Properties: {InstanceTenancy: dedicated}}"),
			want:   "1:53 minor! R.InstanceTenancy differs: R may be replaced",
		},
		{
			name:   "a type without schema",
			before: resource("{Type: 'AWS::EFS::FileSystem', Properties: {Encrypted: false}}"),
			after:  resource("{Type: 'AWS::EFS::FileSystem', Properties: {Encrypted: true}}"),
			want:   "1:60 major! R.Encrypted differs: R may be replaced (axle does not know the properties of AWS::EFS::FileSystem), and it holds data",
		},
		{
			name:   "tags of a type without schema",
			before: resource("{Type: 'AWS::EFS::FileSystem', Properties: {Tags: []}}"),
			after:  resource("{Type: 'AWS::EFS::FileSystem', Properties: {Tags: [a]}}"),
			want:   "1:60 patch R.Tags differs",
		},
		{
			name:   "an intrinsic in a create-only property counts as replaced", // CAT-21
			before: "Parameters: {P: {Type: String, Default: a}}\n" + resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: a}}"),
			after:  "Parameters: {P: {Type: String, Default: a}}\n" + resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: !Ref P}}"),
			want:   "2:55 major! R.BucketName differs: R is replaced, and it holds data",
		},
		{
			name:   "a mapping behind a create-only property",
			before: "Mappings: {M: {a: {n: x}}}\n" + resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: !FindInMap [M, a, n]}}"),
			after:  "Mappings: {M: {a: {n: y}}}\n" + resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: !FindInMap [M, a, n]}}"),
			want:   "1:1 patch Mappings differs\n2:55 major! R.BucketName differs: R is replaced, and it holds data",
		},
		{
			name:   "a replacement pulls along what is bound to it",
			before: "Resources: {" + fmt.Sprintf(vpc, "10.0.0.0/16") + ", S: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref V}}}",
			after:  "Resources: {" + fmt.Sprintf(vpc, "10.1.0.0/16") + ", S: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref V}}}",
			want:   "1:53 minor! V.CidrBlock differs: V is replaced\n1:122 minor! S is replaced, because V is",
		},

		{
			name:   "Retain dropped",
			before: resource("{Type: 'AWS::SNS::Topic', DeletionPolicy: Retain}"),
			after:  resource("{Type: 'AWS::SNS::Topic'}"),
			want:   "1:13 major! R is deleted with its stack now; it was kept",
		},
		{
			name:   "Snapshot to Delete",
			before: resource("{Type: 'AWS::RDS::DBInstance', DeletionPolicy: Snapshot}"),
			after:  resource("{Type: 'AWS::RDS::DBInstance', DeletionPolicy: Delete}"),
			want:   "1:47 major! R is deleted with its stack now; it was kept",
		},
		{
			name:   "Retain added",
			before: resource("{Type: 'AWS::SNS::Topic'}"),
			after:  resource("{Type: 'AWS::SNS::Topic', DeletionPolicy: Retain}"),
			want:   "1:42 patch R has another DeletionPolicy",
		},
		{
			name:   "UpdateReplacePolicy dropped",
			before: resource("{Type: 'AWS::SNS::Topic', UpdateReplacePolicy: Retain}"),
			after:  resource("{Type: 'AWS::SNS::Topic'}"),
			want:   "1:13 minor! R is deleted when it is replaced; it was kept",
		},
		{
			name:   "a bucket on a condition",
			before: "Conditions: {C: !Equals [a, b]}\n" + resource("{Type: 'AWS::S3::Bucket'}"),
			after:  "Conditions: {C: !Equals [a, b]}\n" + resource("{Type: 'AWS::S3::Bucket', Condition: C}"),
			want:   "2:42 major! R is there only on another condition, and it holds data",
		},
		{
			name:   "another condition of the same name",
			before: "Conditions: {C: !Equals [a, a]}\n" + resource("{Type: 'AWS::S3::Bucket', Condition: C}"),
			after:  "Conditions: {C: !Equals [a, b]}\n" + resource("{Type: 'AWS::S3::Bucket', Condition: C}"),
			want:   "1:1 patch Conditions differs\n2:42 major! R is there only on another condition, and it holds data",
		},
		{
			name:   "a condition behind a condition",
			before: "Conditions: {C: !Not [!Condition D], D: !Equals [a, a]}\n" + resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: !If [C, a, b]}}"),
			after:  "Conditions: {C: !Not [!Condition D], D: !Equals [a, b]}\n" + resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: !If [C, a, b]}}"),
			want:   "1:1 patch Conditions differs\n2:55 major! R.BucketName differs: R is replaced, and it holds data",
		},

		{
			name:   "capability added",
			before: with(""),
			after:  "Resources: {Q: {Type: 'AWS::SQS::Queue'}, R: {Type: 'AWS::IAM::InstanceProfile', Properties: {Roles: [r]}}}",
			want:   "1:1 minor! needs CAPABILITY_IAM now\n1:43 minor AWS::IAM::InstanceProfile R is new",
		},
		{
			name:   "IAM action added",
			before: policy("s3:GetObject"),
			after:  policy("s3:GetObject, s3:PutObject"),
			want:   "1:43 minor! R allows s3:PutObject now\n1:56 patch R.PolicyDocument differs",
		},
		{
			name:   "IAM action that a wildcard already allowed",
			before: policy("'s3:Get*'"),
			after:  policy("s3:GetObject"),
			want:   "1:56 patch R.PolicyDocument differs",
		},
		{
			name:   "IAM action taken away",
			before: policy("s3:GetObject, s3:PutObject"),
			after:  policy("s3:GetObject"),
			want:   "1:56 patch R.PolicyDocument differs",
		},
		{
			name:   "managed policy attached",
			before: resource("{Type: 'AWS::IAM::Role', Properties: {AssumeRolePolicyDocument: {}}}"),
			after:  resource("{Type: 'AWS::IAM::Role', Properties: {AssumeRolePolicyDocument: {}, ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']}}"),
			want:   "1:41 minor! R allows arn:aws:iam::aws:policy/AdministratorAccess now\n1:84 patch R.ManagedPolicyArns differs",
		},

		{
			name:   "description",
			before: with("Description: a"),
			after:  with("Description: b"),
			want:   "1:1 patch Description differs",
		},
		{
			name:   "metadata",
			before: with("Metadata: {a: b}"),
			after:  with("Metadata: {a: c}"),
			want:   "1:1 patch Metadata differs",
		},
		{
			name:   "a resource's metadata",
			before: resource("{Type: 'AWS::SNS::Topic'}"),
			after:  resource("{Type: 'AWS::SNS::Topic', Metadata: {a: b}}"),
			want:   "1:42 patch Metadata of R differs",
		},
		{
			name:   "rules added",
			before: with(""),
			after:  with("Rules: {R: {Assertions: []}}"),
			want:   "1:1 major Rules may refuse what they took before",
		},
		{
			name:   "rules lifted",
			before: with("Rules: {R: {Assertions: []}}"),
			after:  with(""),
			want:   "1:1 minor Rules are gone",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, d := range Compare(template(t, "old.yaml", tt.before), template(t, "new.yaml", tt.after)) {
				risk := ""
				if d.Risk {
					risk = "!"
				}
				got = append(got, fmt.Sprintf("%d:%d %s%s %s", d.Line, d.Col, d.Bump, risk, d.What))
				if d.File != "new.yaml" {
					t.Errorf("it stands in %s", d.File)
				}
			}
			if strings.Join(got, "\n") != tt.want {
				t.Errorf("\n got %s\nwant %s", strings.Join(got, "\n"), tt.want)
			}
		})
	}
}

func policy(actions string) string {
	return resource("{Type: 'AWS::IAM::Policy', Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: [" + actions + "], Resource: '*'}]}}}")
}

// The same template, however it is laid out, differs in nothing.
func TestCompareIgnoresLayout(t *testing.T) {
	yaml := template(t, "t.yaml", "# a note\nResources:\n  R:\n    Type: AWS::S3::Bucket\n    Properties: {BucketName: !Sub 'x-${AWS::Region}'}\n")
	json := template(t, "t.json", `{"Resources": {"R": {"Properties": {"BucketName": {"Fn::Sub": "x-${AWS::Region}"}}, "Type": "AWS::S3::Bucket"}}}`)
	if got := Compare(yaml, json); len(got) > 0 {
		t.Errorf("%v", got)
	}
}

func TestCovers(t *testing.T) {
	for _, tt := range []struct {
		pattern, action string
		want            bool
	}{
		{"*", "s3:GetObject", true}, {"s3:*", "S3:getobject", true}, {"s3:Get*", "s3:PutObject", false},
		{"s3:*Object", "s3:GetObject", true}, {"s3:*Object", "s3:GetObjectAcl", false}, {"s3:Get*A*l", "s3:GetObjectAcl", true},
		{"s3:Get", "s3:GetObject", false}, {"sns:*", "s3:GetObject", false},
	} {
		if got := covers(tt.pattern, tt.action); got != tt.want {
			t.Errorf("covers(%q, %q) = %v", tt.pattern, tt.action, got)
		}
	}
}
