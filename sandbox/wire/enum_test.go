package wire_test

import (
	"strings"
	"testing"
	"time"

	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cft "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	sct "github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/wire"
)

// Every enum of an input is judged by the SDK's own Values, at any depth. SBX-9
func TestStray(t *testing.T) {
	cases := []struct {
		name string
		in   any
		want string // part of what is said; "": nothing
	}{
		{"nothing set", &cf.CreateStackInput{}, ""},
		{"a value it has", &cf.CreateStackInput{OnFailure: cft.OnFailureDelete}, ""},
		{"a value it has not", &cf.CreateStackInput{OnFailure: "EXPLODE"}, "Value 'EXPLODE' at 'onFailure' failed to satisfy constraint: Member must satisfy enum value set: [DO_NOTHING ROLLBACK DELETE]"},
		{"in a list", &cf.CreateStackInput{Capabilities: []cft.Capability{cft.CapabilityCapabilityIam, "CAPABILITY"}}, "Value 'CAPABILITY' at 'capabilities.2.member'"},
		{"in a structure", &sc.CreatePortfolioShareInput{OrganizationNode: &sct.OrganizationNode{Type: "CLAN"}}, "Value 'CLAN' at 'organizationNode.type'"},
		{"texts and times are no enums", &sct.ProvisionedProductDetail{Name: new("any"), CreatedTime: new(time.Now())}, ""},
		{"nor are maps of texts", &sc.SearchProductsInput{Filters: map[string][]string{"any": {"thing"}}}, ""},
	}
	for _, c := range cases {
		if got := wire.Stray(c.in); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
