package terraform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/axle-cd/axle/adapters/terraform"
	"github.com/axle-cd/axle/products/tf"
)

// CAT-20: what changes between two versions of a source, where it stands in the new one, and what version it needs.
func TestCompare(t *testing.T) {
	const bucket = `resource "aws_s3_bucket" "b" { bucket = "a" }`
	for _, c := range []struct{ name, before, now, want string }{
		{"nothing", bucket, bucket, ""},
		{"a variable removed", `variable "a" { default = 1 }`, `locals {}`, "m major variable a is gone"},
		{"a variable renamed", `variable "a" { default = 1 }`, `variable "b" { default = 1 }`, "m/main.tf:1:1 minor variable b is new\nm major variable a is gone"},
		{"a variable that must be given", `locals {}`, `variable "a" {}`, "m/main.tf:1:1 major variable a is new and has no default"},
		{"a default lost", `variable "a" { default = 1 }`, `variable "a" {}`, "m/main.tf:1:1 major variable a has lost its default"},
		{"a default gained", `variable "a" {}`, `variable "a" { default = 1 }`, "m/main.tf:1:1 minor variable a has a default now"},
		{"another default", `variable "a" { default = 1 }`, `variable "a" { default = 2 }`, "m/main.tf:1:1 minor! variable a has another default"},
		{"retyped", `variable "a" { type = string }`, `variable "a" { type = number }`, "m/main.tf:1:1 major variable a was of type string and is of number"},
		{"described anew", `variable "a" { description = "x" }`, `variable "a" { description = "y" }`, "m/main.tf:1:1 patch variable a is described anew"},
		{"shown now", "variable \"a\" {\n default = null\n sensitive = true\n}", `variable "a" { default = null }`, "m/main.tf:1:1 minor! variable a is shown now, and was hidden"},
		{"a default that is not shown", "variable \"a\" {\n default = \"x\"\n sensitive = true\n}", "variable \"a\" {\n default = \"x\"\n sensitive = true\n}",
			"m/main.tf:1:1 minor! variable a may have another default, which is not shown"},
		{"a validation is a restriction", `variable "a" { default = 3 }`, validated("var.a > 0"), "m/main.tf:1:1 major variable a has a validation that it had not"},
		{"another validation", validated("var.a > 0"), validated("var.a > 2"), "m/main.tf:1:1 major variable a has a validation that it had not"},
		{"a validation, spaced anew", validated("var.a > 0"), validated("var.a  >  0"), ""},
		{"a validation gone", validated("var.a > 0"), `variable "a" { default = 3 }`, "m/main.tf:1:1 minor variable a takes what a validation refused before"},
		{"outputs", "output \"a\" { value = 1 }\noutput \"b\" { value = 1 }", "output \"b\" { value = 2 }\noutput \"c\" { value = 1 }",
			"m/main.tf:1:1 patch output b has another value\nm/main.tf:2:1 minor output c is new\nm major output a is gone"},
		{"a resource added", `locals {}`, bucket, "m/main.tf:1:1 minor aws_s3_bucket aws_s3_bucket.b is new"},
		{"a resource with data removed", bucket, `locals {}`, "m major! aws_s3_bucket aws_s3_bucket.b is gone, and it holds data"},
		{"a resource without data removed", `resource "aws_sns_topic" "t" {}`, `locals {}`, "m minor! aws_sns_topic aws_sns_topic.t is gone"},
		{"a protected resource removed", protected, `locals {}`, "m major! aws_sns_topic aws_sns_topic.t is gone, and it was not to be destroyed"},
		{"prevent_destroy dropped", protected, `resource "aws_sns_topic" "t" {}`, "m/main.tf:1:1 major! aws_sns_topic.t may be destroyed now: prevent_destroy is gone"},
		{"renamed", bucket, `resource "aws_s3_bucket" "c" { bucket = "a" }`,
			"m major! aws_s3_bucket aws_s3_bucket.b is gone, and it holds data\nm/main.tf:1:1 minor aws_s3_bucket aws_s3_bucket.c is new"},
		{"moved", bucket, "resource \"aws_s3_bucket\" \"c\" { bucket = \"a\" }\n" + moved("aws_s3_bucket.b", "aws_s3_bucket.c"), ""},
		{"moved twice", bucket, moved("aws_s3_bucket.x", "aws_s3_bucket.c") + moved("aws_s3_bucket.b", "aws_s3_bucket.x") + `resource "aws_s3_bucket" "c" { bucket = "a" }`, ""},
		{"moved in a circle", bucket, moved("aws_s3_bucket.b", "aws_s3_bucket.x") + moved("aws_s3_bucket.x", "aws_s3_bucket.b"), "m major! aws_s3_bucket aws_s3_bucket.b is gone, and it holds data"},
		{"retyped by a move", bucket, moved("aws_s3_bucket.b", "aws_sns_topic.b") + `resource "aws_sns_topic" "b" {}`,
			"m/main.tf:5:1 major! aws_sns_topic.b was aws_s3_bucket and is aws_sns_topic, and it holds data"},
		{"a count of one", bucket, "resource \"aws_s3_bucket\" \"b\" {\n count = 1\n bucket = \"a\"\n}", ""},
		{"fewer", "resource \"aws_s3_bucket\" \"b\" { count = 2 }", "resource \"aws_s3_bucket\" \"b\" { count = 1 }", "m major! aws_s3_bucket aws_s3_bucket.b[1] is gone, and it holds data"},
		{"a number that nobody can tell", "resource \"aws_s3_bucket\" \"b\" { count = 1 }", "data \"x_y\" \"z\" {}\nresource \"aws_s3_bucket\" \"b\" { count = data.x_y.z.n }",
			"m major! aws_s3_bucket aws_s3_bucket.b[0] is gone, and it holds data\nm/main.tf:2:1 minor aws_s3_bucket aws_s3_bucket.b[*] is new"},
		{"an argument", `resource "aws_sns_topic" "t" { name = "a" }`, `resource "aws_sns_topic" "t" { name = "b" }`, "m/main.tf:1:32 patch aws_sns_topic.t.name differs"},
		{"an argument of what holds data", bucket, `resource "aws_s3_bucket" "b" { bucket = "c" }`,
			"m/main.tf:1:32 minor! aws_s3_bucket.b.bucket differs, and only its provider knows whether that replaces it and its data"},
		{"its tags", bucket, "resource \"aws_s3_bucket\" \"b\" {\n bucket = \"a\"\n tags = {}\n}", "m/main.tf:3:2 patch aws_s3_bucket.b.tags differs"},
		{"into a module", "module \"m\" { source = \"./s\" }\n-- s/x.tf --\n" + bucket,
			"module \"n\" { source = \"./s\" }\n" + moved("module.m", "module.n") + "\n-- s/x.tf --\n" + bucket, ""},
		{"moved, in JSON", "-- a.tf.json --\n{\"resource\": {\"aws_kms_key\": {\"a\": {}}}}",
			"-- a.tf.json --\n{\"resource\": {\"aws_kms_key\": {\"b\": {}}}, \"moved\": {\"from\": \"aws_kms_key.a\", \"to\": \"aws_kms_key.b\"}}", ""},
		{"a provider", `terraform { required_version = ">= 1.5" }`, "terraform {\n required_version = \">= 1.6\"\n required_providers {\n  aws = { source = \"hashicorp/aws\" }\n }\n}",
			"m minor! needs another version of Terraform\nm/main.tf:4:3 minor! needs provider aws now"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, d := range tf.Compare(source(c.before), source(c.now)) {
				at := d.Place.File
				if d.Place.Line > 0 {
					at = fmt.Sprintf("%s:%d:%d", at, d.Place.Line, d.Place.Col)
				}
				got = append(got, fmt.Sprintf("%s %s%s %s", at, [...]string{"patch", "minor", "major"}[d.Bump], map[bool]string{true: "!"}[d.Risk], d.What))
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("\n got %s\nwant %s", strings.Join(got, "\n"), c.want)
			}
		})
	}
}

const protected = "resource \"aws_sns_topic\" \"t\" {\n lifecycle { prevent_destroy = true }\n}"

func validated(condition string) string {
	return "variable \"a\" {\n default = 3\n validation {\n  condition = " + condition + "\n  error_message = \"No.\"\n }\n}"
}

func moved(from, to string) string {
	return "moved {\n from = " + from + "\n to = " + to + "\n}\n"
}

func source(text string) *tf.Configuration {
	if strings.HasPrefix(text, "-- ") {
		text = "\n" + text
	}
	c, _ := terraform.Read(tree(text), "m", nil)
	return c
}
