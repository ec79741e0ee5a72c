package servicecatalog

import (
	"cmp"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Rules over an input's members: required, not honoured, too long. The SDK's client refuses
// missing members itself; another caller's request does not. SBX-5, SBX-9
func TestRulesOfMembers(t *testing.T) {
	type input = servicecatalog.CreateProductInput
	rules := []rule{needs("Name", "ProductType", "Tags"), refuses("SourceConnection"), limit("Owner", 3)}
	whole := func(f func(*input)) *input {
		in := &input{Name: new("n"), ProductType: types.ProductTypeCloudFormationTemplate, Tags: []types.Tag{{}}}
		f(in)
		return in
	}
	tests := []struct {
		name   string
		in     *input
		code   string
		says   string
		status int
	}{
		{"whole", whole(func(*input) {}), "", "", 0},
		{"English", whole(func(in *input) { in.AcceptLanguage = new("en") }), "", "", 0},
		{"a nil text", whole(func(in *input) { in.Name = nil }), "ValidationException", "'name'", 400},
		{"an empty text", whole(func(in *input) { in.Name = new("") }), "ValidationException", "'name'", 400},
		{"an empty enum", whole(func(in *input) { in.ProductType = "" }), "ValidationException", "'productType'", 400},
		{"an empty list", whole(func(in *input) { in.Tags = []types.Tag{} }), "ValidationException", "'tags'", 400},
		{"three characters", whole(func(in *input) { in.Owner = new("äöü") }), "", "", 0},
		{"four", whole(func(in *input) { in.Owner = new("abcd") }), "ValidationException", "'owner'", 400},
		{"not honoured", whole(func(in *input) { in.SourceConnection = &types.SourceConnection{} }), "NotImplemented", "servicecatalog:CreateProduct.SourceConnection", 501},
		{"Japanese", whole(func(in *input) { in.AcceptLanguage = new("jp") }), "NotImplemented", "AcceptLanguage", 501},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			done := false
			_, err := checked("CreateProduct", func(*world.Call, *input) (*int, error) { done = true; return nil, nil }, rules)(nil, tt.in)
			var e *wire.Error
			errors.As(err, &e)
			switch {
			case tt.code == "":
				if err != nil || !done {
					t.Errorf("refused: %v", err)
				}
			case e == nil || done || e.Code != tt.code || e.Status != tt.status || !strings.Contains(e.Message, tt.says):
				t.Errorf("%v, want %s with %s", err, tt.code, tt.says)
			}
		})
	}
}

// The 20 operations that carry a client token, by its member where that is not IdempotencyToken. SBX-30
var tokens = map[string]string{
	"CreatePortfolio": "", "CreateProduct": "", "CreateProvisioningArtifact": "", "CreateConstraint": "", "CopyProduct": "",
	"CreateServiceAction": "", "DeleteServiceAction": "", "CreateProvisionedProductPlan": "", "ExecuteProvisionedProductPlan": "",
	"AssociateServiceActionWithProvisioningArtifact": "", "DisassociateServiceActionFromProvisioningArtifact": "",
	"ExecuteProvisionedProductServiceAction": "ExecuteToken", "ImportAsProvisionedProduct": "", "ProvisionProduct": "ProvisionToken",
	"UpdateProvisionedProduct": "UpdateToken", "TerminateProvisionedProduct": "TerminateToken", "UpdateProvisionedProductProperties": "",
	"NotifyProvisionProductEngineWorkflowResult": "", "NotifyUpdateProvisionedProductEngineWorkflowResult": "",
	"NotifyTerminateProvisionedProductEngineWorkflowResult": "",
}

// All operations that AWS has are here, once, say whether they change the world, and know their token.
func TestOperations(t *testing.T) {
	text, err := os.ReadFile("../known.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if names, ok := strings.CutPrefix(line, "servicecatalog "); ok {
			for _, name := range strings.Fields(names) {
				want[name] = true
			}
		}
	}
	if len(want) != 90 {
		t.Fatalf("AWS has %d operations", len(want))
	}
	reads := regexp.MustCompile("^(Describe|Get|List|Scan|Search)")
	for _, op := range Service().Operations {
		token, carries := tokens[op.Name]
		if carries {
			token = cmp.Or(token, "IdempotencyToken")
		}
		if !want[op.Name] || op.Mutating == reads.MatchString(op.Name) || op.Token != token {
			t.Errorf("%s: mutating %v, token %q; of AWS, once: %v", op.Name, op.Mutating, op.Token, want[op.Name])
		}
		delete(want, op.Name)
	}
	if len(want) > 0 {
		t.Errorf("not here: %v", want)
	}
}
