package cfn

import (
	"strings"
	"testing"
)

// What Parse itself refuses: texts that are something else, and values of the wrong kind.
func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"B051", "# " + strings.Repeat("x", 1_200_000), `1:1 AXLE2202 template is 1.2 MB; CloudFormation allows 1 MB by S3; split it into nested stacks`},
		{"B082", `terraform {
}
resource "aws_s3_bucket" "b" {
}
`,
			`1:1 AXLE2201 this is Terraform, not CloudFormation; set type: EXTERNAL and source: in product.yaml`},
		{"B083 HTML", "<!DOCTYPE html>\n<html></html>", `1:1 AXLE2201 this is an HTML page; fetch the template itself, not the page that shows it`},
		{"B083 LFS", `version https://git-lfs.github.com/spec/v1
oid sha256:0
size 4000000
`,
			`1:1 AXLE2201 this is a Git LFS pointer (size 4 MB); LFS is not supported; commit the template itself`},
		{"B084 zip", "PK\x03\x04....", `1:1 AXLE2201 this is a zip archive, not a template`},
		{"B084 gzip", "\x1f\x8b\x08", `1:1 AXLE2201 this is a gzip archive, not a template`},
		{"a list", "- a\n", `1:1 AXLE2203 a template is a mapping with Resources, found a list`},
		{"Resources is a list", "Resources: [a]\n", `1:12 AXLE2203 Resources must be a mapping, found a list`},
		{"a resource that is text", "Resources: {Q: queue}\n", `1:16 AXLE2203 Resources.Q must be a mapping, found text`},
		{"a resource without Type", "Resources: {Q: {}}\n", `1:16 AXLE2203 resource Q has no Type`},
		{"Properties is a list", "Resources: {Q: {Type: A, Properties: [a]}}\n", `1:38 AXLE2203 Properties of Q must be a mapping, found a list`},
		{"DependsOn is a mapping", "Resources: {Q: {Type: A, DependsOn: {a: b}}}\n", `1:37 AXLE2203 Resources.Q.DependsOn must hold text, found a mapping`},
		{"a parameter without Type", "Parameters: {P: {}}\n", `1:17 AXLE2203 parameter P has no Type`},
		{"a default that is a mapping", "Parameters: {P: {Type: String, Default: !Ref X}}\n", `1:41 AXLE2203 Parameters.P.Default must hold text, found a mapping`},
		{"a length that is text", "Parameters: {P: {Type: String, MinLength: two}}\n", `1:43 AXLE2203 MinLength must be a whole number, found text`},
		{"an output without Value", "Outputs: {O: {}}\n", `1:14 AXLE2203 output O has no Value`},
		{"an Export without Name", "Outputs: {O: {Value: a, Export: {}}}\n", `1:33 AXLE2203 Export of output O has no Name`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tm, ds := Parse("t.yaml", []byte(tt.text))
			if got := lines(ds); got != tt.want || tm != nil {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

// What the reader of texts refuses in a template is the product's fault: one code, exit 1. BI3
func TestParseUnreadable(t *testing.T) {
	for name, text := range map[string]string{
		"B067":  "Resources: " + strings.Repeat("{a: ", 200) + "b" + strings.Repeat("}", 200),
		"B070":  "{\"Resources\": {},\n}",
		"B071":  "{\"Resources\": {\"A\": {\"Type\": \"x\",\n\"Type\": \"y\"}}}",
		"B072":  "a: &x {b: c}\nResources: *x\n",
		"B075":  `{"Resources": {"A": {"Type": "x", "Properties": {"P": 1e400}}}}`,
		"empty": "",
	} {
		tm, ds := Parse("t.yaml", []byte(text))
		if tm != nil || len(ds) == 0 || ds[0].Code != CodeUnreadable || ds[0].Line < 1 {
			t.Errorf("%s: %v", name, ds)
		}
	}
}

// A fault's line is shown where it holds a name, and never where it may hold a value.
func TestSourceNeverShowsValues(t *testing.T) {
	tm := must(t, `Parameters:
  P:
    Type: String
    Default: hunter2
    MaxLength: 3
Resources:
  B:
    Type: AWS::S3::Buckett
    Properties:
      A: !Sub "hunter2${X}"
      B: {Password: hunter2, C: !Ref Nope}
`)
	ds := tm.Check()
	if len(ds) != 4 {
		t.Fatalf("%d faults:\n%v", len(ds), ds)
	}
	for _, d := range ds {
		if strings.Contains(d.Frame(), "hunter2") {
			t.Errorf("shown: %s", d.Frame())
		}
		if d.Code == CodeType && !strings.Contains(d.Source, "Buckett") {
			t.Errorf("no source line: %+v", d)
		}
	}
}
