package products

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/products/cfn"
)

// S2: the texts by which AWS names what is sold in its Marketplace, and the id that some of them show.
func TestMentions(t *testing.T) {
	const digest = "16cab87c95f032708f94ff23454dae21"
	for text, want := range map[string]string{
		"/aws/service/marketplace/prod-wrwzhcymymama/latest":                                                    "prod-wrwzhcymymama",
		"/aws/service/marketplace/prod-wrwzhcymymama":                                                           "prod-wrwzhcymymama",
		"{{resolve:ssm:/aws/service/marketplace/prod-a1/2.0}} {{resolve:ssm:/aws/service/marketplace/prod-b2}}": "prod-a1 prod-b2",
		"resolve:ssm:/aws/service/marketplace/804fcc46-63fc-4eb6-85a1-50e66d6c7215/latest":                      "804fcc46-63fc-4eb6-85a1-50e66d6c7215",
		"arn:aws:ssm:us-east-1::parameter/aws/service/marketplace/prod-a1/latest":                               "prod-a1",
		"arn:aws:ssm:*::parameter/aws/service/marketplace/*":                                                    "",
		"arn:aws:ssm:*::parameter/aws/service/marketplace/prod-*":                                               "",
		"/aws/service/marketplace/${Id}/latest":                                                                 "as /aws/service/marketplace/${Id}",
		"/aws/service/marketplace/prod-${Id}/latest":                                                            "as /aws/service/marketplace/prod-${Id}",
		"/aws/service/marketplace/scanner/latest":                                                               "as /aws/service/marketplace/scanner",
		"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64":                                 "",

		"arn:aws:imagebuilder:us-east-1:aws-marketplace:component/agent-for-linux-prod-wwo2b4p7dgrkk/0.1.0/1": "prod-wwo2b4p7dgrkk",
		"arn:aws:imagebuilder:us-east-1:aws-marketplace:component/agent/0.1.0":                                "as aws-marketplace:component/agent",
		"arn:aws:imagebuilder:us-east-1:aws:component/update-linux/x.x.x":                                     "",

		"709825985650.dkr.ecr.us-east-1.amazonaws.com/acme/scanner:1.2":                  "as 709825985650.dkr.ecr.us-east-1.amazonaws.com/acme/scanner",
		"docker run 709825985650.dkr.ecr.${AWS::Region}.amazonaws.com/acme/app@sha256:0": "as 709825985650.dkr.ecr.us-east-1.amazonaws.com/acme/app",
		"709825985650.dkr.ecr.us-east-1.amazonaws.com/${Image}:${Tag}":                   "as 709825985650.dkr.ecr.us-east-1.amazonaws.com/${Image}",
		"123456789012.dkr.ecr.us-east-1.amazonaws.com/acme/scanner":                      "",

		"arn:aws:sagemaker:us-east-1:865070037744:model-package/cohere-medium":             "as model-package/cohere-medium",
		"arn:aws:sagemaker:us-east-1:${Owner}:model-package/anonymization-4-0-0-" + digest: "as model-package/anonymization-4-0-0-" + digest,
		"arn:aws:sagemaker:us-west-2:594846645681:algorithm/forecast":                      "as algorithm/forecast",
		"arn:aws:sagemaker:us-east-1:123456789012:model-package/ours/3":                    "",
		"arn:aws:sagemaker:us-east-1:123456789012:model-package/*":                         "",
	} {
		if got := words(Mentions(text, false)); got != want {
			t.Errorf("%s\n got %q, want %q", text, got, want)
		}
	}
	if got := words(Mentions("{{resolve:ssm:/aws/service/marketplace/prod-ab", true)); got != "as /aws/service/marketplace/prod-ab" {
		t.Errorf("a piece that goes on shows an id: %s", got)
	}
}

func words(all []Mention) string {
	var text []string
	for _, m := range all {
		if text = append(text, m.ID); m.ID == "" {
			text[len(text)-1] = "as " + m.As
		}
	}
	return strings.Join(text, " ")
}

// S2: a template names software in parameters, mappings and anything that is put together; each with its place.
func TestInTemplate(t *testing.T) {
	for name, c := range map[string]struct{ template, want string }{
		"a parameter's default and what it may be": {`
Parameters:
  Image:
    Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>
    Default: /aws/service/marketplace/prod-a/latest
    AllowedValues: [/aws/service/marketplace/prod-a/latest, /aws/service/marketplace/prod-b/latest]
    Description: not /aws/service/marketplace/prod-z/latest
`, "5:14 prod-a, 6:21 prod-a, 6:61 prod-b"},
		"a mapping, and product codes": {`
Mappings:
  Images: { big: { Ami: "{{resolve:ssm:/aws/service/marketplace/prod-a/1.0}}", ProductCode: pbucpm8t34wjexnsv8hgyaf6 } }
  Codes: { ProductCode: { ours: ABC-1 } }
`, "3:25 prod-a, 3:93 as pbucpm8t34wjexnsv8hgyaf6"},
		"a launch template's own way": {`
  V: { Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateData: { ImageId: "resolve:ssm:/aws/service/marketplace/prod-a/latest" } } }
`, "3:85 prod-a"},
		"put together of what a launch may choose": {`
Parameters: { Id: { Type: String, Default: prod-a, AllowedValues: [prod-a, prod-b] }, Version: { Type: String, Default: latest } }
Resources:
  V: { Type: AWS::EC2::Instance, Properties: { ImageId: !Sub "{{resolve:ssm:/aws/service/marketplace/${Id}/9}}" } }
`, "4:57 prod-a, 4:57 prod-b"},
		"put together of what anybody may choose": {`
Parameters: { Id: { Type: String, Default: prod-a } }
Resources:
  V: { Type: AWS::EC2::Instance, Properties: { ImageId: !Sub "{{resolve:ssm:/aws/service/marketplace/${Id}/9}}" } }
`, "4:57 prod-a, 4:57 as /aws/service/marketplace/${Id}"},
		"product.yaml says what may be chosen": {`
Parameters: { Chosen: { Type: String, Default: prod-a } }
Resources:
  V: { Type: AWS::EC2::Instance, Properties: { ImageId: !Sub "{{resolve:ssm:/aws/service/marketplace/${Chosen}/9}}" } }
`, "4:57 prod-a, 4:57 prod-c"},
		"joined, by region": {`
Mappings: { R: { eu-west-1: { Id: prod-a }, us-east-1: { Id: prod-b } } }
Resources:
  V: { Type: AWS::EC2::Instance, Properties: { ImageId: !Join ["", ["{{resolve:ssm:/aws/service/marketplace/", !FindInMap [R, !Ref AWS::Region, Id], "/9}}"]] } }
`, "4:57 prod-a, 4:57 prod-b"},
		"joined with what is made": {`
  B: { Type: AWS::S3::Bucket }
  V: { Type: AWS::EC2::Instance, Properties: { ImageId: !Join ["", ["{{resolve:ssm:/aws/service/marketplace/prod-", !Ref B, "}}"]] } }
`, "4:69 as /aws/service/marketplace/prod-"},
		"either way of a condition": {`
Parameters: { Big: { Type: String, Default: "no", AllowedValues: ["no", "yes"] } }
Conditions: { Big: !Equals [!Ref Big, "yes"] }
Resources:
  V: { Type: AWS::EC2::Instance, Properties: { ImageId: !If [Big, "{{resolve:ssm:/aws/service/marketplace/prod-big}}", !Sub "{{resolve:ssm:/aws/service/marketplace/prod-${Big}}}"] } }
`, "5:67 prod-big, 5:120 prod-no, 5:120 prod-yes"},
		"an image recipe, an add-on": {`
  V: { Type: AWS::ImageBuilder::ImageRecipe, Properties: { ParentImage: prod-a, Name: prod-b } }
  W: { Type: AWS::ImageBuilder::ImageRecipe, Properties: { ParentImage: ami-0123456789 } }
  X: { Type: AWS::EKS::Addon, Properties: { AddonName: teleport_teleport } }
  Y: { Type: AWS::EKS::Addon, Properties: { AddonName: vpc-cni } }
`, "3:73 prod-a, 5:56 as teleport_teleport"},
		"a container, a model": {`
  V: { Type: AWS::ECS::TaskDefinition, Properties: { ContainerDefinitions: [{ Image: "709825985650.dkr.ecr.us-east-1.amazonaws.com/acme/app:1" }] } }
  W: { Type: AWS::SageMaker::Model, Properties: { PrimaryContainer: { ModelPackageName: "arn:aws:sagemaker:us-east-1:865070037744:model-package/m" } } }
`, "3:86 as 709825985650.dkr.ecr.us-east-1.amazonaws.com/acme/app, 4:89 as model-package/m"},
		"a policy that names whatever there is, and what is no product": {`
  V: { Type: AWS::IAM::ManagedPolicy, Properties: { PolicyDocument: { Resource: "arn:aws:ssm:*::parameter/aws/service/marketplace/*" } } }
  W: { Type: AWS::S3::Bucket, Properties: { BucketName: prod-database } }
`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := c.template
			if !strings.Contains(text, "Resources:") {
				if strings.HasPrefix(text, "\n  ") {
					text = "\nResources:" + text
				} else {
					text += "Resources: { T: { Type: AWS::SNS::Topic } }\n"
				}
			}
			tm, ds := cfn.Parse("t.yaml", []byte(text))
			if tm == nil {
				t.Fatal(ds)
			}
			params := map[string]string{}
			values, _ := tm.Values(params)
			env := cfn.Env{Params: values, Choices: map[string][]string{"Chosen": {"prod-a", "prod-c"}}}
			var got []string
			for _, m := range InTemplate(tm, env.In("eu-west-1"), env.In("us-east-1")) {
				got = append(got, fmt.Sprintf("%d:%d %s", m.Line, m.Col, words([]Mention{m})))
			}
			if text := strings.Join(got, ", "); text != c.want {
				t.Errorf("got  %s\nwant %s", text, c.want)
			}
		})
	}
}

// S2: what is needed is what product.yaml lists and what the content shows; what is named without an id has to be listed.
func TestNeeds(t *testing.T) {
	f, ds := Load("product.yaml", []byte(`schema: 1
name: n
version: 1.0.0
owner: o
template: t
parameters: { Image: { default: /aws/service/marketplace/prod-p/latest } }
marketplace:
  products:
    - { id: prod-a, title: A, offer: offer-a }
    - { id: prod-b, as: [model-package/m, model-package/gone] }
`))
	if ds.Err() != nil {
		t.Fatal(ds)
	}
	needs, found := f.Needs(append(f.InParameters(), Mention{ID: "prod-a", File: "t", Line: 3, Col: 1}, Mention{As: "model-package/m", File: "t", Line: 4},
		Mention{ID: "prod-c", File: "t", Line: 5}, Mention{ID: "prod-c", File: "t", Line: 6}, Mention{As: "acme_x", File: "t", Line: 7}, Mention{As: "acme_x", File: "t", Line: 8}))
	want := []Need{{"prod-a", "A", "offer-a", "t", 3, 1}, {"prod-b", "", "", "product.yaml", 10, 13},
		{"prod-p", "", "", "product.yaml", 6, 33}, {"prod-c", "", "", "t", 5, 0}}
	if !slices.Equal(needs, want) {
		t.Errorf("got %+v", needs)
	}
	const said = `product.yaml:10:43: warning AXLE1194: nothing is named "model-package/gone" here (at marketplace.products[1].as[1])
t:7:0: error AXLE2814: acme_x is Marketplace software whose product id is not shown`
	if found.Error() != said {
		t.Errorf("got\n%s", found)
	}
}

// FuzzInTemplate: any template is searched to its end, and every mention has a place and names something.
func FuzzInTemplate(f *testing.F) {
	for _, seed := range []string{"/aws/service/marketplace/prod-a", "!Sub '${A}/aws/service/marketplace/prod-${B'", "!Join ['', ['709825985650.dkr.ecr.', !Ref P]]",
		"!If [C, !Sub [':model-package/${X}', {X: !Ref P}], 1]", "{ProductCodes: [aaaaaaaaaaaaaaaaaaaaaaaa, !Ref P]}", "':aws-marketplace:component/${'"} {
		f.Add("Parameters: {P: {Type: String, Default: x, AllowedValues: [x, y]}}\nConditions: {C: !Equals [!Ref P, x]}\nResources: {R: {Type: AWS::EKS::Addon, Properties: {AddonName: " + seed + "}}}")
	}
	f.Fuzz(func(t *testing.T, text string) {
		tm, _ := cfn.Parse("t.yaml", []byte(text))
		if tm == nil {
			return
		}
		values, _ := tm.Values(nil)
		for _, m := range InTemplate(tm, cfn.Env{Params: values, Region: "eu-west-1"}, cfn.Env{}) {
			if m.Line < 1 || m.Col < 1 || (m.ID == "") == (m.As == "") {
				t.Fatalf("%+v", m)
			}
		}
	})
}
