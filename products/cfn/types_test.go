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

// Each type by itself: what it requires makes a sound resource, each required property is missed,
// a property it does not have is refused, and so is an attribute. B060 B061 B063 SBX-63
func TestEveryType(t *testing.T) {
	for name, info := range types() {
		t.Run(name, func(t *testing.T) {
			var required []string
			for property, p := range info.Properties {
				if p.Required {
					required = append(required, property)
				}
			}
			slices.Sort(required)
			if got := lines(must(t, typed(name, required)).Check()); got != "" {
				t.Errorf("with all it requires: %s", got)
			}
			for i, missed := range required {
				rest := slices.Delete(slices.Clone(required), i, i+1)
				want := `2:3 AXLE2212 property "` + missed + `" is required by ` + name
				if got := lines(must(t, typed(name, rest)).Check()); got != want {
					t.Errorf("without %s: %s", missed, got)
				}
			}
			want := `4:18 AXLE2211 ` + name + ` has no property "Xyzzyx"`
			if got := lines(must(t, typed(name, append([]string{"Xyzzyx"}, required...))).Check()); got != want {
				t.Errorf("with a property too many: %s", got)
			}
			odd := typed(name, required) + "Outputs:\n  O:\n    Value: !GetAtt R.Xyzzyx\n"
			want = `7:12 AXLE2214 ` + name + ` has no attribute "Xyzzyx"`
			if got := lines(must(t, odd).Check()); got != want {
				t.Errorf("with an attribute too many: %s", got)
			}
		})
	}
}

func typed(name string, properties []string) string {
	out := "Resources:\n  R:\n    Type: " + name + "\n    Properties: {"
	for i, p := range properties {
		if i > 0 {
			out += ", "
		}
		out += p + ": x"
	}
	return out + "}\n"
}

// A name close to a type of the same service was meant; any other unknown name is somebody's.
func TestMisspelt(t *testing.T) {
	for name, want := range map[string]string{
		"AWS::S3::Bucket":            "",
		"AWS::S3::Buckett":           "AWS::S3::Bucket",
		"AWS::s3::bucket":            "AWS::S3::Bucket",
		"AWS::Lamda::Function":       "AWS::Lambda::Function",
		"AWS::EC2::SecurtyGroup":     "AWS::EC2::SecurityGroup",
		"AWS::Quantum::Entangler":    "",
		"AWS::S3::SomethingNewByAWS": "",
		"Acme::S3::Buckett":          "",
	} {
		if got := misspelt(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// The spellings of true are one, where the property is a boolean, at any depth. PERF-22
func TestBooleans(t *testing.T) {
	for _, tt := range []struct {
		typ, property string
		written       string
		want          any
	}{
		{"AWS::KMS::Key", "EnableKeyRotation", `true`, true},
		{"AWS::KMS::Key", "EnableKeyRotation", `"true"`, true},
		{"AWS::KMS::Key", "EnableKeyRotation", `"True"`, true},
		{"AWS::KMS::Key", "EnableKeyRotation", `"FALSE"`, false},
		{"AWS::KMS::Key", "EnableKeyRotation", `"1"`, "1"},
		{"AWS::KMS::Key", "Description", `"true"`, "true"},
		{"AWS::EFS::FileSystem", "Encrypted", `"true"`, "true"}, // the type is not in the table
	} {
		tm := must(t, "Resources: {R: {Type: '"+tt.typ+"', Properties: {"+tt.property+": "+tt.written+"}}}")
		form, err := tm.Normal(Env{})
		if err != nil {
			t.Fatal(err)
		}
		got := form["Resources"].(map[string]any)["R"].(map[string]any)["Properties"].(map[string]any)[tt.property]
		if got != tt.want {
			t.Errorf("%s %s: %#v, want %#v", tt.property, tt.written, got, tt.want)
		}
	}
}
