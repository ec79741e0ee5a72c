package stages

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/products/cfn"
)

const featureTemplate = `
Parameters:
  Days: { Type: Number, Default: 30 }
  Zone: { Type: "AWS::SSM::Parameter::Value<String>", Default: /zone }
Conditions:
  Long: !Equals [!Ref Days, "90"]
Resources:
  Key:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    Properties: { EnableKeyRotation: true, KeyPolicy: {} }
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub logs-${Days}
      AccessControl: !Ref Zone
      Tags: [{ Key: team, Value: data }]
      PublicAccessBlockConfiguration: { BlockPublicAcls: true }
      LifecycleConfiguration: { Rules: [{ Status: Enabled, ExpirationInDays: !Ref Days }] }
Outputs:
  Name: { Value: !Ref Bucket }
`

func factsOf(t testing.TB) Facts {
	template, ds := cfn.Parse("template.yaml", []byte(featureTemplate))
	if template == nil {
		t.Fatal(ds)
	}
	return func(parameters map[string]string) (map[string]any, error) {
		values, ds := template.Values(parameters)
		if err := ds.Err(); err != nil {
			return nil, err
		}
		facts, err := policies.Facts(template, cfn.Env{Params: values, Region: "eu-west-1"}, template.Doc.Root)
		if err != nil {
			return nil, err
		}
		return facts["template"].(map[string]any), nil
	}
}

// played runs one scenario of these steps, a line each; a line that begins with | is a row of a table.
func played(t *testing.T, steps string) (passed bool, message string, asserted []string) {
	t.Helper()
	sc := products.Scenario{Name: "s", Line: 1}
	for i, line := range strings.Split(strings.TrimSpace(steps), "\n") {
		line = strings.TrimSpace(line)
		if row, ok := strings.CutPrefix(line, "|"); ok {
			last := &sc.Steps[len(sc.Steps)-1]
			var cells []string
			for _, cell := range strings.Split(strings.TrimSuffix(row, "|"), "|") {
				cells = append(cells, strings.TrimSpace(cell))
			}
			last.Table = append(last.Table, cells)
			continue
		}
		sc.Steps = append(sc.Steps, products.Step{Text: line, Line: i + 2})
	}
	tests, ids, err := play([]products.Feature{{File: "x.feature", Name: "f", Scenarios: []products.Scenario{sc}}}, factsOf(t))
	if err != nil {
		t.Fatal(err)
	}
	return tests[0].Passed, tests[0].Message, slices.Sorted(maps.Keys(ids))
}

// F9: each step holds where it should, and fails where it should, with what is there instead.
func TestSteps(t *testing.T) {
	for _, c := range []struct{ steps, fails string }{
		{`there is a resource "Key" of type "AWS::KMS::Key"`, ""},
		{`there is a resource "Key" of type "AWS::S3::Bucket"`, "it is of type AWS::KMS::Key"},
		{`there is a resource "Kay" of type "AWS::KMS::Key"`, `there is no resource "Kay"; did you mean "Key"?`},
		{`there is no resource "Topic"`, ""},
		{`there is no resource "Key"`, "it is there"},
		{`there are 1 resources of type "AWS::S3::Bucket"`, ""},
		{`there are 0 resources of type "AWS::SNS::Topic"`, ""},
		{`there are 2 resources of type "AWS::S3::Bucket"`, "there are 1: Bucket"},
		{`the property "BucketName" of "Bucket" is "logs-30"`, ""},
		{`the property "LifecycleConfiguration.Rules.0.Status" of "Bucket" is "Enabled"`, ""},
		{`the property "LifecycleConfiguration.Rules.1.Status" of "Bucket" is "Enabled"`, "nothing is there"},
		{`the property "BucketName" of "Bucket" is "logs"`, `it is "logs-30"`},
		{`the property "Tags" of "Bucket" is "x"`, "it is a list"},
		{`the property "AccessControl" of "Bucket" is "Private"`, "it cannot be known without running"},
		{`the property "AccessControl" of "Bucket" is not "Private"`, "it cannot be known without running"},
		{`the property "BucketName" of "Bucket" is not "x"`, ""},
		{`the property "BucketName" of "Bucket" is not "logs-30"`, "it is"},
		{`the property "Nothing" of "Bucket" is not "x"`, ""},
		{`the property "BucketName" of "Bucket" contains "30"`, ""},
		{`the property "BucketName" of "Bucket" contains "40"`, `it is "logs-30"`},
		{`the property "BucketName" of "Bucket" matches "logs-\d+"`, ""},
		{`the property "BucketName" of "Bucket" matches "logs"`, `it is "logs-30"`},
		{`the property "BucketName" of "Bucket" matches "("`, "error parsing regexp"},
		{`the resource "Bucket" has the property "Tags.0.Key"`, ""},
		{`the resource "Bucket" has the property "AccessControl"`, "cannot be known"},
		{`the resource "Bucket" has no property "Encryption"`, ""},
		{`the resource "Bucket" has no property "AccessControl.Deep"`, "cannot be known"},
		{`the resource "Bucket" has no property "Tags"`, "it is there"},
		{"the resource \"Bucket\" has:\n| path | value |\n| BucketName | logs-30 |\n| PublicAccessBlockConfiguration.BlockPublicAcls | true |", ""},
		{"the resource \"Bucket\" has:\n| BucketName | x |", `BucketName: it is "logs-30"`},
		{`the resource "Bucket" has`, "there is no table"},
		{"there is a resource \"Key\" of type \"AWS::KMS::Key\"\n| EnableKeyRotation | false |", "it takes no table and no text below it"},
		{"the property \"BucketName\" of \"Bucket\" is \"logs-30\"\n| nothing of this |", "it takes no table and no text below it"},
		{"the resource \"Bucket\" has\n| a text of one cell |", "a row has a path and a value"},
		{"the parameter \"Days\" is \"90\"", "it asserts nothing"},
		{"the parameter \"Days\" is \"90\"\n| x |", "it takes no table"},
		{`every resource of type "AWS::S3::Bucket" has the property "Tags"`, ""},
		{`every resource of type "AWS::S3::Bucket" has the property "X"`, "Bucket: nothing is there"},
		{`every resource of type "AWS::SNS::Topic" has the property "X"`, "there is no resource of that type"},
		{`every resource of type "AWS::KMS::Key" has the property "EnableKeyRotation" as "true"`, ""},
		{`the resource "Key" is kept on deletion`, ""},
		{`the resource "Bucket" is kept on deletion`, `its DeletionPolicy is ""`},
		{`the output "Name" exists`, ""},
		{`the output "Nam" exists`, `did you mean "Name"?`},
		{`the output "Name" is "${Bucket}"`, ""},
		{`the parameter "Days" exists`, ""},
		{`the parameter "Days" has the default "30"`, ""},
		{`the parameter "Days" has the default "31"`, `it is "30"`},
		{`the condition "Long" is false`, ""},
		{`the condition "Long" is true`, "it is false"},
		{"the parameter \"Days\" is \"90\"\nthe condition \"Long\" is true\nthe property \"BucketName\" of \"Bucket\" is \"logs-90\"", ""},
		{`the parameter "Dayz" is "90"`, "Dayz"},
		{`there is a bucket`, "there is no such step; the nearest is: Then"},
		{`the property "A" of "Bucket" equals "x"`, `the nearest is: Then the property "A" of "Bucket" is "x"`},
		{`there should be 3 resources of type "AWS::S3::Bucket"`, `the nearest is: Then there are 3 resources of type "AWS::S3::Bucket"`},
		{`the output exists`, `the nearest is: Then the output "…" exists`},
		{`the Parameter "Days" has a default "30"`, `the nearest is: Then the parameter "Days" has the default "30"`},
	} {
		passed, message, _ := played(t, c.steps)
		if passed != (c.fails == "") || !strings.Contains(message, c.fails) {
			t.Errorf("%s: passed %v, %q; want %q", c.steps, passed, message, c.fails)
		}
	}
}

// Whatever a step reads, the scenario ends in a verdict; one that fails says why.
func FuzzStep(f *testing.F) {
	for _, s := range StepLibrary() {
		f.Add(s.Text)
		f.Add(strings.NewReplacer("…", "Bucket", " N ", " 1 ").Replace(s.Text))
	}
	f.Add(`the property "LifecycleConfiguration.Rules.-1.x" of "Bucket" matches "(("`)
	f.Add(`there are 99999999999999999999 resources of type "x"`)
	facts := factsOf(f)
	f.Fuzz(func(t *testing.T, text string) {
		sc := products.Scenario{Steps: []products.Step{{Text: text}}}
		tests, _, err := play([]products.Feature{{Scenarios: []products.Scenario{sc}}}, facts)
		if err != nil || tests[0].Passed == (tests[0].Message != "") {
			t.Errorf("%q: %+v, %v", text, tests, err)
		}
	})
}

// A scenario that asserts nothing does not pass, and coverage counts what was spoken of.
func TestScenes(t *testing.T) {
	tests, _, err := play([]products.Feature{{Name: "f", Scenarios: []products.Scenario{{Name: "empty"}}}}, factsOf(t))
	if err != nil || tests[0].Passed {
		t.Errorf("%v: %+v", err, tests)
	}
	if _, _, ids := played(t, `every resource of type "AWS::KMS::Key" has the property "KeyPolicy"`); !slices.Equal(ids, []string{"Key"}) {
		t.Errorf("asserted %v", ids)
	}
}

// docs/unit-tests.md lists the library, each step with what it says, and no other.
func TestStepsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/unit-tests.md")
	if err != nil {
		t.Fatal(err)
	}
	want := "| step | what it says |\n|---|---|\n"
	for _, s := range StepLibrary() {
		want += "| `" + s.Text + "` | " + strings.ReplaceAll(s.Says, "|", `\|`) + " |\n"
	}
	_, table, _ := strings.Cut(string(page), "| step |")
	table, _, _ = strings.Cut("| step |"+table, "\n\n")
	if table+"\n" != want {
		t.Errorf("docs/unit-tests.md has the steps\n%s\nand the library\n%s", table, want)
	}
}
