package stages

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/axle-cd/axle/products/tf"
)

// S2: a Terraform source names software in its text, wherever that is, and in what some arguments come to.
func TestInSource(t *testing.T) {
	tree := fstest.MapFS{
		"q/src/main.tf": {Data: []byte(`# not /aws/service/marketplace/prod-comment/latest
data "aws_ssm_parameter" "scanner" {
  name = "/aws/service/marketplace/prod-a/latest"
}
data "aws_ami" "firewall" {
  owners = ["aws-marketplace"]
  filter {
    name   = "product-code"
    values = [var.code]
  }
}
data "aws_ami" "ours" {
  owners = ["self"]
}
resource "aws_iam_policy" "p" { policy = "aws-marketplace:Subscribe" }
resource "aws_instance" "i" {
  ami = "resolve:ssm:/aws/service/marketplace/${var.product}/latest"
}
`)},
		"q/src/modules/m/user_data.sh": {Data: []byte("docker pull 709825985650.dkr.ecr.us-east-1.amazonaws.com/acme/app:1\n")},
		"q/src/README.md":              {Data: []byte("/aws/service/marketplace/prod-prose/latest")},
		"q/src/tests/a.tftest.hcl":     {Data: []byte("/aws/service/marketplace/prod-test/latest")},
		"q/src/logo.png":               {Data: []byte("\xff\xfe/aws/service/marketplace/prod-picture/latest")},
		"q/other.tf":                   {Data: []byte("/aws/service/marketplace/prod-elsewhere/latest")},
	}
	source := &tf.Configuration{Resources: []tf.Resource{
		{Type: "aws_eks_addon", Values: map[string]any{"addon_name": "teleport_teleport"}, Places: map[string]tf.Place{"addon_name": {File: "q/src/eks.tf", Line: 3, Col: 5}}},
		{Type: "aws_eks_addon", Values: map[string]any{"addon_name": tf.Unknown{}}},
		{Type: "aws_imagebuilder_image_recipe", Values: map[string]any{"parent_image": "prod-base"}, Place: tf.Place{File: "q/src/image.tf", Line: 1, Col: 1}},
	}}
	all, err := inSource(tree, "q/src", source)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range all {
		got = append(got, fmt.Sprintf("%s:%d:%d %s%s", m.File, m.Line, m.Col, m.ID, m.As))
	}
	const want = `q/src/main.tf:3:3 prod-a
q/src/main.tf:6:3 data.aws_ami.firewall
q/src/main.tf:8:5 data.aws_ami.firewall
q/src/main.tf:17:3 /aws/service/marketplace/${var.product}
q/src/modules/m/user_data.sh:1:1 709825985650.dkr.ecr.us-east-1.amazonaws.com/acme/app
q/src/eks.tf:3:5 teleport_teleport
q/src/image.tf:1:1 prod-base`
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("got\n%s", text)
	}
	if _, err := inSource(tree, "q/gone", source); err == nil {
		t.Error("a folder that cannot be read names nothing")
	}
}

// FuzzInText: any text is searched to its end, and every mention has a place in it and names something.
func FuzzInText(f *testing.F) {
	for _, seed := range []string{"data \"aws_ami\" \"x\" {\n  owners = [\"aws-marketplace\"]\n}", "a = \"/aws/service/marketplace/${", "data \"\" \"", "  :aws-marketplace:component/x-prod-\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, m := range inText("a.tf", data) {
			if m.Line < 1 || m.Line > 1+strings.Count(string(data), "\n") || m.Col < 1 || (m.ID == "") == (m.As == "") {
				t.Fatalf("%+v", m)
			}
		}
	})
}
