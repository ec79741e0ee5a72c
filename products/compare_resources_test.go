package products

import (
	"fmt"
	"testing"
)

// CAT-20: resources, their conditions, what they may do, and what no version depends on.
func TestCompareResources(t *testing.T) {
	const vpc = "V: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: %s}}"
	compared(t, []pair{
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
	})
}

func policy(actions string) string {
	return resource("{Type: 'AWS::IAM::Policy', Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: [" + actions + "], Resource: '*'}]}}}")
}
