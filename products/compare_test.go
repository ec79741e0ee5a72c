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
		{"nothing", parameter("{Type: String}"), parameter("{Type: String}"), ""},

		{"parameter removed", parameter("{Type: String}"), with(""), "1:1 major parameter P is gone"},
		{"parameter renamed", parameter("{Type: String}"), with("Parameters: {O: {Type: String}}"),
			"1:1 major parameter P is gone\n1:14 major parameter O is new and has no default"},
		{"parameter retyped", parameter("{Type: String}"), parameter("{Type: Number}"), "1:18 major parameter P was String and is Number"},
		{"default removed", parameter("{Type: String, Default: a}"), parameter("{Type: String}"), "1:14 major parameter P has lost its default"},
		{"parameter added without default", with(""), parameter("{Type: String}"), "1:14 major parameter P is new and has no default"},
		{"parameter added with default", with(""), parameter("{Type: String, Default: a}"), "1:14 minor parameter P is new"},
		{"default changed", parameter("{Type: String, Default: a}"), parameter("{Type: String, Default: b}"), "1:32 minor! parameter P has another default"},
		{"default added", parameter("{Type: String}"), parameter("{Type: String, Default: b}"), "1:32 minor parameter P has a default now"},
		{"no longer hidden", parameter("{Type: String, NoEcho: true}"), parameter("{Type: String}"), "1:14 minor! parameter P is shown now, and was hidden"},
		{"parameter described", parameter("{Type: String}"), parameter("{Type: String, Description: x}"), "1:32 patch parameter P is described anew"},

		{"allowed value lost", parameter("{Type: String, AllowedValues: [a, b]}"), parameter("{Type: String, AllowedValues: [a]}"),
			"1:32 major parameter P allows no longer b"},
		{"allowed value lost, hidden", parameter("{Type: String, NoEcho: true, AllowedValues: [a, b]}"), parameter("{Type: String, NoEcho: true, AllowedValues: [a]}"),
			"1:46 major parameter P allows no longer 1 of its values"},
		{"allowed value added", parameter("{Type: String, AllowedValues: [a]}"), parameter("{Type: String, AllowedValues: [a, b]}"),
			"1:32 minor parameter P allows also b"},
		{"allowed values introduced", parameter("{Type: String}"), parameter("{Type: String, AllowedValues: [a]}"), "1:32 major parameter P allows only some values now"},
		{"allowed values lifted", parameter("{Type: String, AllowedValues: [a]}"), parameter("{Type: String}"), "1:14 minor parameter P allows every value now"},
		{"pattern changed", parameter("{Type: String, AllowedPattern: a}"), parameter("{Type: String, AllowedPattern: b}"), "1:32 major parameter P has another pattern"},
		{"pattern lifted", parameter("{Type: String, AllowedPattern: a}"), parameter("{Type: String}"), "1:14 minor parameter P takes any pattern now"},
		{"range narrowed below", parameter("{Type: Number, MinValue: 1}"), parameter("{Type: Number, MinValue: 2}"), "1:32 major parameter P takes no longer what is under 2"},
		{"range widened below", parameter("{Type: Number, MinValue: 2}"), parameter("{Type: Number, MinValue: 1}"), "1:32 minor parameter P takes also what is under 2"},
		{"range narrowed above", parameter("{Type: Number}"), parameter("{Type: Number, MaxValue: 2}"), "1:32 major parameter P takes no longer what is over 2"},
		{"range widened above", parameter("{Type: String, MaxLength: 2}"), parameter("{Type: String}"), "1:14 minor parameter P takes also what is over 2"},

		{"output removed", with("Outputs: {O: {Value: a}}"), with(""), "1:1 major output O is gone"},
		{"output added", with(""), with("Outputs: {O: {Value: a}}"), "1:11 minor output O is new"},
		{"output's value", with("Outputs: {O: {Value: a}}"), with("Outputs: {O: {Value: b}}"), "1:15 patch output O has another value"},
		{"export removed", with("Outputs: {O: {Value: a, Export: {Name: e}}}"), with("Outputs: {O: {Value: a}}"), "1:11 major output O is exported no longer"},
		{"export renamed", with("Outputs: {O: {Value: a, Export: {Name: e}}}"), with("Outputs: {O: {Value: a, Export: {Name: f}}}"),
			"1:25 major output O is exported under another name"},
		{"export added", with("Outputs: {O: {Value: a}}"), with("Outputs: {O: {Value: a, Export: {Name: e}}}"), "1:25 minor output O is exported now"},
		{"output on a condition", with("Conditions: {C: !Equals [a, b]}\nOutputs: {O: {Value: a}}"), with("Conditions: {C: !Equals [a, b]}\nOutputs: {O: {Value: a, Condition: C}}"),
			"2:25 major output O is there only on another condition"},

		{"resource added", with(""), "Resources: {Q: {Type: 'AWS::SQS::Queue'}, T: {Type: 'AWS::SNS::Topic'}}", "1:43 minor AWS::SNS::Topic T is new"},
		{"stateless resource removed", "Resources: {Q: {Type: 'AWS::SQS::Queue'}, T: {Type: 'AWS::SNS::Topic'}}", with(""), "1:1 minor! AWS::SNS::Topic T is gone"},
		{"stateful resource removed", "Resources: {Q: {Type: 'AWS::SQS::Queue'}, T: {Type: 'AWS::S3::Bucket'}}", with(""),
			"1:1 major! AWS::S3::Bucket T is gone, and it holds data"},
		{"a kept resource removed", "Resources: {Q: {Type: 'AWS::SQS::Queue'}, T: {Type: 'AWS::SNS::Topic', DeletionPolicy: Retain}}", with(""),
			"1:1 major! AWS::SNS::Topic T is gone, and it was to be kept"},
		{"stateful resource renamed", with(""), "Resources: {Queue: {Type: 'AWS::SQS::Queue'}}",
			"1:1 major! AWS::SQS::Queue Q is gone, and it holds data\n1:13 minor AWS::SQS::Queue Queue is new"},
		{"stateful resource retyped", with(""), "Resources: {Q: {Type: 'AWS::SNS::Topic'}}", "1:17 major! Q was AWS::SQS::Queue and is AWS::SNS::Topic, and it holds data"},
		{"stateful resource replaced", resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: a}}"), resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: b}}"),
			"1:55 major! R.BucketName differs: R is replaced, and it holds data"},
		{"stateless resource replaced", resource("{Type: 'AWS::SNS::Topic', Properties: {TopicName: a}}"), resource("{Type: 'AWS::SNS::Topic', Properties: {TopicName: b}}"),
			"1:55 minor! R.TopicName differs: R is replaced"},
		{"changed in place", resource("{Type: 'AWS::SQS::Queue', Properties: {DelaySeconds: 1}}"), resource("{Type: 'AWS::SQS::Queue', Properties: {DelaySeconds: 2}}"),
			"1:55 patch R.DelaySeconds differs"},
		{"property removed", resource("{Type: 'AWS::SQS::Queue', Properties: {DelaySeconds: 1}}"), resource("{Type: 'AWS::SQS::Queue'}"), "1:13 patch R.DelaySeconds differs"},
		{"replaced on some changes", resource("{Type: 'AWS::EC2::VPC', Properties: {InstanceTenancy: default}}"), resource("{Type: 'AWS::EC2::VPC', Properties: {InstanceTenancy: dedicated}}"),
			"1:53 minor! R.InstanceTenancy differs: R may be replaced"},
		{"a type without schema", resource("{Type: 'AWS::EFS::FileSystem', Properties: {Encrypted: false}}"), resource("{Type: 'AWS::EFS::FileSystem', Properties: {Encrypted: true}}"),
			"1:60 major! R.Encrypted differs: R may be replaced (axle does not know the properties of AWS::EFS::FileSystem), and it holds data"},
		{"tags of a type without schema", resource("{Type: 'AWS::EFS::FileSystem', Properties: {Tags: []}}"), resource("{Type: 'AWS::EFS::FileSystem', Properties: {Tags: [a]}}"),
			"1:60 patch R.Tags differs"},
		{"an intrinsic in a create-only property counts as replaced", // CAT-21
			"Parameters: {P: {Type: String, Default: a}}\n" + resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: a}}"),
			"Parameters: {P: {Type: String, Default: a}}\n" + resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: !Ref P}}"),
			"2:55 major! R.BucketName differs: R is replaced, and it holds data"},
		{"a mapping behind a create-only property",
			"Mappings: {M: {a: {n: x}}}\n" + resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: !FindInMap [M, a, n]}}"),
			"Mappings: {M: {a: {n: y}}}\n" + resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: !FindInMap [M, a, n]}}"),
			"1:1 patch Mappings differs\n2:55 major! R.BucketName differs: R is replaced, and it holds data"},
		{"a replacement pulls along what is bound to it",
			"Resources: {" + fmt.Sprintf(vpc, "10.0.0.0/16") + ", S: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref V}}}",
			"Resources: {" + fmt.Sprintf(vpc, "10.1.0.0/16") + ", S: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref V}}}",
			"1:53 minor! V.CidrBlock differs: V is replaced\n1:122 minor! S is replaced, because V is"},

		{"Retain dropped", resource("{Type: 'AWS::SNS::Topic', DeletionPolicy: Retain}"), resource("{Type: 'AWS::SNS::Topic'}"),
			"1:13 major! R is deleted with its stack now; it was kept"},
		{"Snapshot to Delete", resource("{Type: 'AWS::RDS::DBInstance', DeletionPolicy: Snapshot}"), resource("{Type: 'AWS::RDS::DBInstance', DeletionPolicy: Delete}"),
			"1:47 major! R is deleted with its stack now; it was kept"},
		{"Retain added", resource("{Type: 'AWS::SNS::Topic'}"), resource("{Type: 'AWS::SNS::Topic', DeletionPolicy: Retain}"), "1:42 patch R has another DeletionPolicy"},
		{"UpdateReplacePolicy dropped", resource("{Type: 'AWS::SNS::Topic', UpdateReplacePolicy: Retain}"), resource("{Type: 'AWS::SNS::Topic'}"),
			"1:13 minor! R is deleted when it is replaced; it was kept"},
		{"a bucket on a condition", "Conditions: {C: !Equals [a, b]}\n" + resource("{Type: 'AWS::S3::Bucket'}"), "Conditions: {C: !Equals [a, b]}\n" + resource("{Type: 'AWS::S3::Bucket', Condition: C}"),
			"2:42 major! R is there only on another condition, and it holds data"},
		{"another condition of the same name", "Conditions: {C: !Equals [a, a]}\n" + resource("{Type: 'AWS::S3::Bucket', Condition: C}"), "Conditions: {C: !Equals [a, b]}\n" + resource("{Type: 'AWS::S3::Bucket', Condition: C}"),
			"1:1 patch Conditions differs\n2:42 major! R is there only on another condition, and it holds data"},
		{"a condition behind a condition", "Conditions: {C: !Not [!Condition D], D: !Equals [a, a]}\n" + resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: !If [C, a, b]}}"),
			"Conditions: {C: !Not [!Condition D], D: !Equals [a, b]}\n" + resource("{Type: 'AWS::S3::Bucket', Properties: {BucketName: !If [C, a, b]}}"),
			"1:1 patch Conditions differs\n2:55 major! R.BucketName differs: R is replaced, and it holds data"},

		{"capability added", with(""), "Resources: {Q: {Type: 'AWS::SQS::Queue'}, R: {Type: 'AWS::IAM::InstanceProfile', Properties: {Roles: [r]}}}",
			"1:1 minor! needs CAPABILITY_IAM now\n1:43 minor AWS::IAM::InstanceProfile R is new"},
		{"IAM action added", policy("s3:GetObject"), policy("s3:GetObject, s3:PutObject"), "1:43 minor! R allows s3:PutObject now\n1:56 patch R.PolicyDocument differs"},
		{"IAM action that a wildcard already allowed", policy("'s3:Get*'"), policy("s3:GetObject"), "1:56 patch R.PolicyDocument differs"},
		{"IAM action taken away", policy("s3:GetObject, s3:PutObject"), policy("s3:GetObject"), "1:56 patch R.PolicyDocument differs"},
		{"managed policy attached", resource("{Type: 'AWS::IAM::Role', Properties: {AssumeRolePolicyDocument: {}}}"),
			resource("{Type: 'AWS::IAM::Role', Properties: {AssumeRolePolicyDocument: {}, ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']}}"),
			"1:41 minor! R allows arn:aws:iam::aws:policy/AdministratorAccess now\n1:84 patch R.ManagedPolicyArns differs"},

		{"description", with("Description: a"), with("Description: b"), "1:1 patch Description differs"},
		{"metadata", with("Metadata: {a: b}"), with("Metadata: {a: c}"), "1:1 patch Metadata differs"},
		{"a resource's metadata", resource("{Type: 'AWS::SNS::Topic'}"), resource("{Type: 'AWS::SNS::Topic', Metadata: {a: b}}"), "1:42 patch Metadata of R differs"},
		{"rules added", with(""), with("Rules: {R: {Assertions: []}}"), "1:1 major Rules may refuse what they took before"},
		{"rules lifted", with("Rules: {R: {Assertions: []}}"), with(""), "1:1 minor Rules are gone"},
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
