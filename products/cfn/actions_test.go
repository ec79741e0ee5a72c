package cfn_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/products/cfn"
)

func callsOf(t *testing.T, text string) (map[string][]string, []string) {
	t.Helper()
	tpl, ds := cfn.Parse("t.yaml", []byte(text))
	if ds.Err() != nil {
		t.Fatal(ds)
	}
	all, unknown := tpl.Calls()
	out := map[string][]string{}
	for _, c := range all {
		out[c.Action] = append(out[c.Action], c.Resources...)
		if c.PassedTo != "" {
			out[c.Action] = append(out[c.Action], "to "+c.PassedTo)
		}
	}
	return out, unknown
}

// F15: what a template needs follows from its resources and the properties they set.
func TestCalls(t *testing.T) {
	const account = ":${AWS::Region}:${AWS::AccountId}:"
	for _, c := range []struct{ name, resources, action, on string }{
		{"a name that CloudFormation gives begins with the stack's, Service Catalog's with SC-", "Q: {Type: AWS::SQS::Queue}",
			"sqs:CreateQueue", "arn:${AWS::Partition}:sqs" + account + "SC-*"},
		{"a bucket's is in small letters", "B: {Type: AWS::S3::Bucket}", "s3:CreateBucket", "arn:${AWS::Partition}:s3:::sc-*"},
		{"a name of the template is meant alone", "Q: {Type: AWS::SQS::Queue, Properties: {QueueName: orders}}",
			"sqs:CreateQueue", "arn:${AWS::Partition}:sqs" + account + "orders"},
		{"what a launch decides in a name is *", "Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub 'orders-${P}-${AWS::Region}'}}",
			"sqs:CreateQueue", "arn:${AWS::Partition}:sqs" + account + "orders-*-${AWS::Region}"},
		{"the values that a parameter allows are meant", "Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Few}}",
			"sqs:DeleteQueue", "arn:${AWS::Partition}:sqs" + account + "a arn:${AWS::Partition}:sqs" + account + "b"},
		{"a policy is put on the queue it names", "Q: {Type: AWS::SQS::Queue, Properties: {QueueName: orders}}\n  P: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [!Ref Q], PolicyDocument: {}}}",
			"sqs:SetQueueAttributes", "arn:${AWS::Partition}:sqs" + account + "orders"},
		{"what IAM does not narrow is on everything", "V: {Type: AWS::EC2::VPC}", "ec2:DescribeVpcs", "*"},
		{"an id that AWS gives is any of the kind", "V: {Type: AWS::EC2::VPC}", "ec2:DeleteVpc", "arn:${AWS::Partition}:ec2" + account + "vpc/*"},
		{"tags are put on the type's own kind", "V: {Type: AWS::EC2::VPC}", "ec2:CreateTags", "arn:${AWS::Partition}:ec2" + account + "vpc/*"},
		{"a property brings its actions", "B: {Type: AWS::S3::Bucket, Properties: {BucketEncryption: {}}}", "s3:PutEncryptionConfiguration", "arn:${AWS::Partition}:s3:::sc-*"},
		{"without the property they are not there", "B: {Type: AWS::S3::Bucket}", "s3:PutEncryptionConfiguration", ""},
		{"a property that is !Ref AWS::NoValue is not there", "B: {Type: AWS::S3::Bucket, Properties: {BucketEncryption: !Ref AWS::NoValue}}", "s3:PutEncryptionConfiguration", ""},
		{"either branch of a condition counts", "B: {Type: AWS::S3::Bucket, Properties: {BucketEncryption: !If [C, {}, !Ref AWS::NoValue]}}", "s3:PutEncryptionConfiguration", "arn:${AWS::Partition}:s3:::sc-*"},
		{"keys are granted to those who encrypt by them", "L: {Type: AWS::Lambda::Function, Properties: {KmsKeyArn: 'arn:aws:kms:us-east-1:111111111111:key/k', Role: 'arn:aws:iam::111111111111:role/r', Code: {}}}",
			"kms:CreateGrant", "arn:aws:kms:us-east-1:111111111111:key/k"},
		{"a role is passed to the service it is for, and alone", "R: {Type: AWS::IAM::Role, Properties: {Path: /app/, AssumeRolePolicyDocument: {}}}\n  L: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt R.Arn, Code: {}}}",
			"iam:PassRole", "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/app/SC-* to lambda.amazonaws.com"},
		{"the code of a function is read where it stands", "L: {Type: AWS::Lambda::Function, Properties: {Role: 'arn:aws:iam::111111111111:role/r', Code: {S3Bucket: code, S3Key: k}}}",
			"s3:GetObject", "arn:${AWS::Partition}:s3:::code/*"},
		{"topics of a nested stack are published to", "S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: u, NotificationARNs: ['arn:aws:sns:us-east-1:111111111111:t']}}",
			"sns:Publish", "arn:aws:sns:us-east-1:111111111111:t"},
		{"a custom resource is answered by its function", "F: {Type: AWS::Lambda::Function, Properties: {FunctionName: answer, Role: 'arn:aws:iam::1:role/r', Code: {}}}\n  X: {Type: Custom::Thing, Properties: {ServiceToken: !GetAtt F.Arn}}",
			"lambda:InvokeFunction", "arn:${AWS::Partition}:lambda" + account + "function:answer"},
		{"a dynamic reference is read", "P: {Type: AWS::SSM::Parameter, Properties: {Type: String, Name: /a/b, Value: '{{resolve:secretsmanager:db/main:SecretString:password}}'}}",
			"secretsmanager:GetSecretValue", "arn:${AWS::Partition}:secretsmanager" + account + "secret:db/main-*"},
		{"also inside of !Sub", "P: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Sub 'x{{resolve:ssm:/a/${P}:1}}'}}",
			"ssm:GetParameters", "arn:${AWS::Partition}:ssm" + account + "parameter/a/*"},
		{"a name that goes round is any", "A: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref B}}\n  B: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref A}}",
			"sqs:CreateQueue", "arn:${AWS::Partition}:sqs" + account + "*"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, _ := callsOf(t, "Conditions: {C: !Equals [a, b]}\nParameters:\n  P: {Type: String}\n  Few: {Type: String, AllowedValues: [a, b]}\nResources:\n  "+c.resources+"\n")
			got := all[c.action]
			slices.Sort(got)
			if s := strings.Join(slices.Compact(got), " "); s != c.on {
				t.Errorf("%s is called on %q, want %q", c.action, s, c.on)
			}
		})
	}
}

// What is not known is said, never left out.
func TestCallsSayWhatTheyDoNotKnow(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"a type", "Resources: {A: {Type: AWS::Made::Up}}", "what A calls is not known: type AWS::Made::Up"},
		{"a transform", "Transform: AWS::Serverless-2016-10-31\nResources: {Q: {Type: AWS::SQS::Queue}}", "AWS::Serverless-2016-10-31"},
		{"a nested template", "Resources: {S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: u}}}", "nested stack S"},
		{"a role that a launch names", "Parameters: {R: {Type: String}}\nResources: {L: {Type: AWS::Lambda::Function, Properties: {Role: !Ref R, Code: {}}}}", "which role L hands to lambda.amazonaws.com"},
		{"what answers a custom resource", "Parameters: {R: {Type: String}}\nResources: {L: {Type: Custom::X, Properties: {ServiceToken: !Ref R}}}", "what answers L"},
	} {
		_, unknown := callsOf(t, c.text)
		if len(unknown) != 1 || !strings.Contains(unknown[0], c.says) {
			t.Errorf("%s: %q, want %q", c.name, unknown, c.says)
		}
	}
	if _, unknown := callsOf(t, "Resources: {Q: {Type: AWS::SQS::Queue}}"); unknown != nil {
		t.Errorf("all is known of a queue, but it says %q", unknown)
	}
}

// Every type in the table of types has its calls, and every call what it may be narrowed to.
func TestActionTable(t *testing.T) {
	names := cfn.TypesWithCalls()
	if len(names) < 40 {
		t.Fatalf("%d types", len(names))
	}
	for _, name := range names {
		all, unknown := callsOf(t, "Resources: {X: {Type: '"+name+"'}}")
		if name != "AWS::CloudFormation::Stack" && unknown != nil {
			t.Errorf("%s: %q", name, unknown)
		}
		if _, ok := cfn.Type(name); !ok {
			t.Errorf("%s is in no table of types", name)
		}
		for action, on := range all {
			narrows, known := cfn.Narrows(strings.ToUpper(action))
			if !known || len(on) == 0 || slices.Contains(on, "*") == narrows {
				t.Errorf("%s calls %s on %q: narrows %v, known %v", name, action, on, narrows, known)
			}
			for _, arn := range on {
				if arn != "*" && (!strings.HasPrefix(arn, "arn:${AWS::Partition}:") || strings.Contains(arn, "<")) {
					t.Errorf("%s calls %s on %s", name, action, arn)
				}
			}
		}
	}
}

func FuzzCalls(f *testing.F) {
	f.Add([]byte("Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub [a, {b: !Ref Q}]}}}"))
	f.Add([]byte("Resources: {Q: {Type: AWS::S3::Bucket, Properties: {BucketName: !Join ['', !Ref Q]}}, P: {Type: AWS::IAM::Policy, Properties: {Roles: [!GetAtt [Q, Arn]]}}}"))
	f.Add([]byte("Resources: {Q: {Type: Custom::X, Properties: {ServiceToken: {Fn::If: [a]}, A: '{{resolve:ssm:'}}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tpl, ds := cfn.Parse("t.yaml", data)
		if tpl == nil {
			if ds.Err() == nil {
				t.Fatal("no template, and no reason")
			}
			return
		}
		all, _ := tpl.Calls()
		for _, c := range all {
			if c.Action == "" || len(c.Resources) == 0 {
				t.Fatalf("%+v", c)
			}
		}
	})
}
