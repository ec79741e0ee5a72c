package cfn

import (
	"slices"
	"strings"
	"testing"
)

// What a reader of the AWS documentation knows, of each kind of fact.
func TestType(t *testing.T) {
	for _, tt := range []struct {
		name, ref            string
		stateful             bool
		required, createOnly []string
		attributes           []string
	}{
		{"AWS::S3::Bucket", "name", true, nil, []string{"BucketName", "BucketNamePrefix", "BucketNamespace"}, []string{"Arn", "DomainName"}},
		{"AWS::S3::BucketPolicy", "name", false, []string{"Bucket", "PolicyDocument"}, []string{"Bucket"}, nil},
		{"AWS::IAM::Role", "name", false, []string{"AssumeRolePolicyDocument"}, []string{"Path", "RoleName"}, []string{"Arn", "RoleId"}},
		{"AWS::SQS::Queue", "url", true, nil, []string{"FifoQueue", "QueueName"}, []string{"Arn", "QueueName", "QueueUrl"}},
		{"AWS::SNS::Topic", "arn", false, nil, []string{"FifoTopic", "TopicName"}, []string{"TopicArn", "TopicName"}},
		{"AWS::KMS::Alias", "name", false, []string{"AliasName", "TargetKeyId"}, []string{"AliasName"}, nil},
		{"AWS::EC2::RouteTable", "id", false, []string{"VpcId"}, []string{"VpcId"}, []string{"RouteTableId"}},
		{"AWS::CloudFormation::Stack", "arn", true, []string{"TemplateURL"}, nil, []string{"Outputs.Anything", "StackId"}},
	} {
		info, ok := Type(tt.name)
		if !ok || info.Ref != tt.ref || info.Stateful != tt.stateful {
			t.Errorf("%s: %v, ref %s, stateful %v", tt.name, ok, info.Ref, info.Stateful)
		}
		for name, p := range info.Properties {
			if p.Required != slices.Contains(tt.required, name) || p.CreateOnly != slices.Contains(tt.createOnly, name) {
				t.Errorf("%s.%s: %+v", tt.name, name, p)
			}
		}
		for _, a := range tt.attributes {
			if !info.Attribute(a) {
				t.Errorf("%s has no attribute %s", tt.name, a)
			}
		}
		if info.Attribute("Nonsense") || info.Attribute("Outputs.") {
			t.Errorf("%s has every attribute", tt.name)
		}
	}
	if _, ok := Type("AWS::EFS::FileSystem"); ok {
		t.Error("the table holds a type that nobody put there")
	}
}

// The table by its own rules: types exist, are read once, and hold data where they are said to.
func TestTypeTable(t *testing.T) {
	all := types()
	if n := strings.Count(typesText, "\ntype "); len(all) != n || n < 40 {
		t.Errorf("%d types of %d lines", len(all), n)
	}
	names := strings.Fields(typeNames)
	if !slices.IsSorted(names) {
		t.Error("type_names.txt is not sorted")
	}
	for name, info := range all {
		if !slices.Contains(names, name) {
			t.Errorf("%s is no type", name)
		}
		if !slices.Contains([]string{"name", "arn", "id", "url", "address"}, info.Ref) {
			t.Errorf("%s: Ref gives %q", name, info.Ref)
		}
		if len(info.Properties) == 0 && name != "AWS::CloudFormation::WaitConditionHandle" {
			t.Errorf("%s has no properties", name)
		}
	}
	for _, name := range stateful {
		if !slices.Contains(names, name) {
			t.Errorf("%s holds data and does not exist", name)
		}
	}
}

func TestCapabilities(t *testing.T) {
	for resources, want := range map[string]string{
		"{Q: {Type: 'AWS::SQS::Queue'}}":                                                                        "",
		"{R: {Type: 'AWS::IAM::Policy', Properties: {PolicyName: p}}}":                                          "CAPABILITY_IAM",
		"{R: {Type: 'AWS::IAM::Role', Properties: {RoleName: r}}}":                                              "CAPABILITY_NAMED_IAM",
		"{R: {Type: 'AWS::IAM::Role', Properties: {RoleName: r}}, S: {Type: 'AWS::IAM::Role'}}\nTransform: [X]": "CAPABILITY_AUTO_EXPAND CAPABILITY_NAMED_IAM",
	} {
		if got := strings.Join(must(t, "Resources: "+resources).Capabilities(), " "); got != want {
			t.Errorf("%s: %q, want %q", resources, got, want)
		}
	}
}
