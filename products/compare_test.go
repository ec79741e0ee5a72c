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

// pair is two templates: what changed, where it stands in the new one, and what version it needs.
type pair struct{ name, before, after, want string }

func compared(t *testing.T, pairs []pair) {
	for _, tt := range pairs {
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

// CAT-20: parameters and outputs.
func TestCompareParameters(t *testing.T) {
	compared(t, []pair{
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
	})
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
