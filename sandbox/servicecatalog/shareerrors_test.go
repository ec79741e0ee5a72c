package servicecatalog

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// bare is a world of one organization with two members, and a call of its hub.
func bare(t *testing.T, f func(c *world.Call)) {
	t.Helper()
	err := world.Memory().Update(t.Context(), func(tx world.Tx) error {
		c := &world.Call{Tx: tx, Account: "1", Region: "eu-west-1", Now: time.Unix(1000, 0), Principal: world.Principal{Account: "1"}}
		world.PutOrg(c, world.Organization{ID: "o-1", Root: "r", Management: "1", TrustedServices: []string{ownDomain}, CatalogSharing: "ENABLED"})
		for _, id := range []string{"1", "2", "3"} {
			world.PutAccount(c, world.Account{ID: id, Org: "o-1", Parent: "r", State: "ACTIVE"})
		}
		world.Put(global(c), world.KindUnit, "r", world.Unit{ID: "r"})
		f(c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A share that did not reach an account says so by account and code, and that account lacks
// the portfolio until the share is deleted and made again; an update does not mend it.
// SBX-37, CT-5, RT24
func TestShareErrors(t *testing.T) {
	bare(t, func(c *world.Call) {
		world.Put(c, kindPortfolio, "port-1", portfolio{ID: "port-1", Account: "1", Region: c.Region})
		throttled := shareError{Accounts: []string{"2"}, Error: "ThrottlingException", Message: "Rate exceeded"}
		s := share{Account: "1", Region: c.Region, Portfolio: "port-1", Type: shareOrganization, Node: "o-1", Errors: []shareError{throttled}}
		s.Ready = s.begin(c).Due
		s.store(c)
		c.Now = c.Now.Add(sharing.usual)

		status := func(token *string) *servicecatalog.DescribePortfolioShareStatusOutput {
			out, err := describeShareStatus(c, &servicecatalog.DescribePortfolioShareStatusInput{PortfolioShareToken: token})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		has := func(account string) bool { return len(received(c.In(account, c.Region))) == 1 }

		got := status(&s.Token)
		if got.Status != types.ShareStatusCompletedWithErrors {
			t.Errorf("status %s", got.Status)
		}
		e := got.ShareDetails.ShareErrors[0]
		if *e.Error != "ThrottlingException" || *e.Message != "Rate exceeded" || !slices.Equal(e.Accounts, []string{"2"}) {
			t.Errorf("error %+v", e)
		}
		if !slices.Equal(got.ShareDetails.SuccessfulShares, []string{"3"}) {
			t.Errorf("reached %v", got.ShareDetails.SuccessfulShares)
		}
		if has("2") || !has("3") {
			t.Errorf("2 has it: %v, 3 has it: %v", has("2"), has("3"))
		}

		node := &types.OrganizationNode{Type: types.OrganizationNodeTypeOrganization, Value: new("o-1")}
		updated, err := updateShare(c, &servicecatalog.UpdatePortfolioShareInput{PortfolioId: new("port-1"), OrganizationNode: node, ShareTagOptions: new(true)})
		if err != nil {
			t.Fatal(err)
		}
		c.Now = c.Now.Add(sharing.usual)
		if got := status(updated.PortfolioShareToken).Status; got != types.ShareStatusCompletedWithErrors || has("2") {
			t.Errorf("after an update: %s, 2 has it: %v", got, has("2"))
		}
		removed, err := deleteShare(c, &servicecatalog.DeletePortfolioShareInput{PortfolioId: new("port-1"), OrganizationNode: node})
		if err != nil {
			t.Fatal(err)
		}
		c.Now = c.Now.Add(sharing.usual)
		if got := status(removed.PortfolioShareToken).Status; got != types.ShareStatusCompleted {
			t.Errorf("removed: %s; whom it did not reach needs no removal", got)
		}
		made, err := createShare(c, &servicecatalog.CreatePortfolioShareInput{PortfolioId: new("port-1"), OrganizationNode: node})
		if err != nil {
			t.Fatal(err)
		}
		c.Now = c.Now.Add(sharing.usual)
		if got := status(made.PortfolioShareToken).Status; got != types.ShareStatusCompleted || !has("2") {
			t.Errorf("made again: %s, 2 has it: %v", got, has("2"))
		}
	})
}

// An account in a unit that stands in a circle has a place, and looking it up ends.
func TestPlaceEnds(t *testing.T) {
	bare(t, func(c *world.Call) {
		world.Put(global(c), world.KindUnit, "r", world.Unit{ID: "r", Parent: "ou"})
		world.Put(global(c), world.KindUnit, "ou", world.Unit{ID: "ou", Parent: "r"})
		org, _ := world.Org(c)
		if got := placeOf(c, org, "2"); !slices.Equal(got, []string{"o-1", "2", "r", "ou"}) {
			t.Errorf("place %v", got)
		}
	})
}
