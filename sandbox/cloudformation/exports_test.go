package cloudformation_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

const exporting = "Resources:\n  T: {Type: AWS::SNS::Topic, Properties: {DisplayName: %s}}\nOutputs:\n  T: {Value: %s, Export: {Name: !Sub '${AWS::Region}-topic'}}\n"

const importing = "Resources:\n  Q: {Type: AWS::SNS::Topic, Properties: {DisplayName: !ImportValue eu-west-1-topic}}\n"

// SBX-66: exports are unique in an account and region, and pinned by what imports them.
func TestExports(t *testing.T) {
	r := newRig(t)
	r.create("one", fmt.Sprintf(exporting, "a", "v1"))
	exports, err := r.ListExports(r.ctx, &cf.ListExportsInput{})
	if err != nil || len(exports.Exports) != 1 || *exports.Exports[0].Name != "eu-west-1-topic" || *exports.Exports[0].Value != "v1" {
		t.Fatalf("%v %v", exports, err)
	}
	if s := r.create("two", fmt.Sprintf(exporting, "a", "v2")); s.StackStatus != "ROLLBACK_COMPLETE" {
		t.Errorf("a second stack exported the name: %s", s.StackStatus)
	}
	_, err = r.ListImports(r.ctx, &cf.ListImportsInput{ExportName: aws.String("eu-west-1-topic")})
	wants(t, err, "ValidationError", "is not imported by any stack")

	r.create("user", importing)
	if got := r.recorded("user", "Q")["DisplayName"]; got != "v1" {
		t.Errorf("imported %v", got)
	}
	imports, err := r.ListImports(r.ctx, &cf.ListImportsInput{ExportName: aws.String("eu-west-1-topic")})
	if err != nil || fmt.Sprint(imports.Imports) != "[user]" {
		t.Errorf("%v %v", imports, err)
	}
	if s := r.remove("one"); s.StackStatus != "DELETE_FAILED" || *s.StackStatusReason != "Export eu-west-1-topic cannot be deleted as it is in use by user" {
		t.Errorf("%s %s", s.StackStatus, aws.ToString(s.StackStatusReason))
	}
	r.remove("user")
	if s := r.remove("one"); s.StackStatus != "DELETE_COMPLETE" {
		t.Errorf("with no user left: %s", s.StackStatus)
	}
	_, err = r.ListImports(r.ctx, &cf.ListImportsInput{ExportName: aws.String("eu-west-1-topic")})
	wants(t, err, "ValidationError", "does not exist")
}

// SBX-66: an export that is imported cannot change; what does not touch it can.
func TestUpdateOfAnImportedExport(t *testing.T) {
	for _, c := range []struct{ name, next, status string }{
		{"another value", fmt.Sprintf(exporting, "a", "v2"), "UPDATE_ROLLBACK_COMPLETE"},
		{"no export", "Resources:\n  T: {Type: AWS::SNS::Topic, Properties: {DisplayName: a}}", "UPDATE_ROLLBACK_COMPLETE"},
		{"the same value", fmt.Sprintf(exporting, "b", "v1"), "UPDATE_COMPLETE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.create("one", fmt.Sprintf(exporting, "a", "v1"))
			r.create("user", importing)
			if s := r.update("one", c.next); string(s.StackStatus) != c.status || len(s.Outputs) != 1 || *s.Outputs[0].OutputValue != "v1" {
				t.Errorf("%s %v", s.StackStatus, outputs(s))
			}
		})
	}
}

// Two stacks under way at once cannot both get the name.
func TestExportsUnderWayCount(t *testing.T) {
	r := newRig(t)
	for _, name := range []string{"one", "two"} {
		if _, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: &name, TemplateBody: aws.String(fmt.Sprintf(exporting, "a", "v"))}); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := r.settle("one"), r.settle("two"); a.StackStatus != "CREATE_COMPLETE" || b.StackStatus != "ROLLBACK_COMPLETE" {
		t.Errorf("%s %s", a.StackStatus, b.StackStatus)
	}
}

// An update of outputs alone is an update.
func TestOutputsAlone(t *testing.T) {
	r := newRig(t)
	r.create("one", fmt.Sprintf(exporting, "a", "v1"))
	if s := r.update("one", fmt.Sprintf(exporting, "a", "v2")); s.StackStatus != "UPDATE_COMPLETE" || outputs(s)["T"] != "v2" {
		t.Errorf("%s %v", s.StackStatus, outputs(s))
	}
}
