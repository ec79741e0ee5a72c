package aws_test

import (
	"fmt"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/market"
	mp "github.com/axle-cd/axle/sandbox/marketplacecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

// PMP-18: as AWS evaluates it, the control lets the sync role alone change experiences; another role of the
// same account is refused each of their change types, and selling goes on.
func TestMarketControl(t *testing.T) {
	const hub = "999999999999"
	f := newFair(t, "")
	f.put(mp.Seed{Account: hub, ID: "exp-hub", Allow: []string{"a"}, Audience: []string{"333333333333"}})
	for _, name := range []string{"sync", "other"} {
		role := world.Role{Name: name, Path: "/axle/", TrustAccounts: []string{hub}, ExternalID: "7f3c2d9e41"}
		if _, err := f.sandbox.EnsureRole(t.Context(), []string{hub}, role); err != nil {
			t.Fatal(err)
		}
	}
	arn := func(role string) string { return fmt.Sprintf("arn:aws:iam::%s:role/axle/%s", hub, role) }
	text, err := market.SyncControl([]string{arn("sync")})
	if err != nil {
		t.Fatal(err)
	}
	k, err := f.sandbox.Credentials(t.Context(), "management")
	if err != nil {
		t.Fatal(err)
	}
	config := f.keys(k)
	config.Region = "us-east-1"
	c := organizations.NewFromConfig(config)
	made, err := c.CreatePolicy(t.Context(), &organizations.CreatePolicyInput{Name: sdk.String("market"), Description: sdk.String("by one role"), Content: &text, Type: orgtypes.PolicyTypeServiceControlPolicy})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AttachPolicy(t.Context(), &organizations.AttachPolicyInput{PolicyId: made.Policy.PolicySummary.Id, TargetId: sdk.String("r-ab12")}); err != nil {
		t.Fatal(err)
	}
	start := func(role, typ string) string {
		m := aws.NewMarketplace(f.newSession(), market.Organization{Account: hub, Role: arn(role), ExternalID: "7f3c2d9e41"})
		_, err := m.Start(t.Context(), market.Set{Name: role + "-" + typ, Token: role + typ, Changes: []market.Edit{{Type: typ, Entity: "exp-hub", Kind: "Experience@1.0",
			Details: map[string]any{"Products": []any{map[string]any{"Ids": []string{"b"}}}}}}})
		if err == nil {
			return "ok"
		}
		if strings.Contains(err.Error(), "AccessDenied") {
			return "denied"
		}
		return err.Error()
	}
	for _, typ := range strings.Fields("CreateExperience UpdateExperience RestrictExperience ReviveExperience CreateProcurementPolicy UpdateProcurementPolicy " +
		"AllowProductProcurement DenyProductProcurement AssociateAudience DisassociateAudience CreateBrandingSettings UpdateBrandingSettings") {
		if got := start("other", typ); got != "denied" {
			t.Errorf("%s by another role: %s", typ, got)
		}
	}
	if got := start("other", "CreateOffer"); got == "denied" {
		t.Error("selling is denied")
	}
	if got := start("sync", "AllowProductProcurement"); got != "ok" {
		t.Error(got)
	}
}
