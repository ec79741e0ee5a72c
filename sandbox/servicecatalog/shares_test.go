package servicecatalog_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
)

func node(kind types.OrganizationNodeType, id string) *types.OrganizationNode {
	return &types.OrganizationNode{Type: kind, Value: &id}
}

var unit = node(types.OrganizationNodeTypeOrganizationalUnit, workloads)

// A node share is NOT_STARTED, IN_PROGRESS, COMPLETED; while it is not there, receivers do not
// have it. It imports itself. SBX-33, SBX-36
func TestNodeShareTakesItsTime(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("Storage")
	out, err := b.hub.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &folio, OrganizationNode: unit})
	must(t, err)
	for _, step := range []struct {
		after    time.Duration
		status   types.ShareStatus
		received int
	}{
		{0, types.ShareStatusNotStarted, 0},
		{5 * time.Second, types.ShareStatusInProgress, 0},
		{10 * time.Second, types.ShareStatusCompleted, 1},
	} {
		b.sleep(step.after)
		got, err := b.hub.DescribePortfolioShareStatus(t.Context(), &sc.DescribePortfolioShareStatusInput{PortfolioShareToken: out.PortfolioShareToken})
		must(t, err)
		same(t, "status", got.Status, step.status)
		same(t, "received", len(b.accepted(spoke, types.PortfolioShareTypeAwsOrganizations)), step.received)
		if (got.ShareDetails != nil) != (step.status == types.ShareStatusCompleted) {
			t.Errorf("%s carries details %v", got.Status, got.ShareDetails)
		}
		if got.ShareDetails != nil {
			same(t, "reached", len(got.ShareDetails.SuccessfulShares), 3) // the closed account is not reached
		}
	}
}

// accepted lists what an account has received.
func (b *bed) accepted(account string, kind types.PortfolioShareType) []string {
	b.t.Helper()
	out, err := b.builder(account).ListAcceptedPortfolioShares(b.t.Context(), &sc.ListAcceptedPortfolioSharesInput{PortfolioShareType: kind})
	must(b.t, err)
	var ids []string
	for _, p := range out.PortfolioDetails {
		ids = append(ids, *p.Id)
	}
	return ids
}

// Five shares at once: one goes. SBX-35, CT-4, RT05
func TestOneShareActionAtATime(t *testing.T) {
	b := newBed(t)
	went := 0
	for range 5 {
		folio := b.portfolio("P")
		_, err := b.hub.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &folio, OrganizationNode: unit})
		if err == nil {
			went++
			continue
		}
		wants(t, err, "InvalidStateException", "Cannot process more than one portfolio share action at the same time. Try again later.")
	}
	same(t, "went", went, 1)
	b.sleep(15 * time.Second)
	folio := b.portfolio("Q")
	b.share(folio, types.OrganizationNodeTypeOrganization, orgID, false)
}

// The lock is of an account and region: another account's shares do not wait for it. SBX-35
func TestShareLockIsPerAccount(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	_, err := b.hub.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &folio, OrganizationNode: unit})
	must(t, err)
	top := sc.NewFromConfig(b.user("management"))
	made, err := top.CreatePortfolio(t.Context(), &sc.CreatePortfolioInput{DisplayName: aws.String("M"), ProviderName: aws.String("M"), IdempotencyToken: b.token()})
	must(t, err)
	_, err = top.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: made.PortfolioDetail.Id, OrganizationNode: unit})
	must(t, err)
}

// A share that is there stays as it is when created again: flags and token. SBX-31, CT-7
func TestSharedAgainHasNoEffect(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	token := b.share(folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, true)
	again, err := b.hub.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &folio, OrganizationNode: unit, ShareTagOptions: true})
	must(t, err)
	same(t, "token", *again.PortfolioShareToken, token)
	d := b.shares(folio, types.DescribePortfolioShareTypeOrganizationalUnit)[0]
	same(t, "principals", d.SharePrincipals, true)
	same(t, "tag options", d.ShareTagOptions, false)
	same(t, "accepted", d.Accepted, true)
}

func (b *bed) shares(folio string, kind types.DescribePortfolioShareType) []types.PortfolioShareDetail {
	b.t.Helper()
	out, err := b.hub.DescribePortfolioShares(b.t.Context(), &sc.DescribePortfolioSharesInput{PortfolioId: &folio, Type: kind})
	must(b.t, err)
	return out.PortfolioShareDetails
}

// Update is refused while the create is IN_PROGRESS, and is asynchronous itself. SBX-36, CT-6
func TestUpdateShare(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	_, err := b.hub.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &folio, OrganizationNode: unit})
	must(t, err)
	update := &sc.UpdatePortfolioShareInput{PortfolioId: &folio, OrganizationNode: unit, SharePrincipals: aws.Bool(true)}
	_, err = b.hub.UpdatePortfolioShare(t.Context(), update)
	wants(t, err, "InvalidStateException")
	b.sleep(15 * time.Second)
	out, err := b.hub.UpdatePortfolioShare(t.Context(), update)
	must(t, err)
	same(t, "status", out.Status, types.ShareStatusNotStarted)
	b.sleep(15 * time.Second)
	got, err := b.hub.DescribePortfolioShareStatus(t.Context(), &sc.DescribePortfolioShareStatusInput{PortfolioShareToken: out.PortfolioShareToken})
	must(t, err)
	same(t, "status at the end", got.Status, types.ShareStatusCompleted)
	same(t, "principals", b.shares(folio, types.DescribePortfolioShareTypeOrganizationalUnit)[0].SharePrincipals, true)
	update.OrganizationNode = node(types.OrganizationNodeTypeOrganization, orgID)
	_, err = b.hub.UpdatePortfolioShare(t.Context(), update)
	wants(t, err, "ResourceNotFoundException")
}

// A deleted share is there until its action ends.
func TestDeleteShare(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	b.share(folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, false)
	in := &sc.DeletePortfolioShareInput{PortfolioId: &folio, OrganizationNode: unit}
	out, err := b.hub.DeletePortfolioShare(t.Context(), in)
	must(t, err)
	if out.PortfolioShareToken == nil {
		t.Error("no token for a node share")
	}
	same(t, "meanwhile", len(b.accepted(spoke, types.PortfolioShareTypeAwsOrganizations)), 1)
	_, err = b.hub.DeletePortfolio(t.Context(), &sc.DeletePortfolioInput{Id: &folio})
	wants(t, err, "ResourceInUseException", "shared")
	b.sleep(15 * time.Second)
	same(t, "at the end", len(b.accepted(spoke, types.PortfolioShareTypeAwsOrganizations)), 0)
	same(t, "listed", len(b.shares(folio, types.DescribePortfolioShareTypeOrganizationalUnit)), 0)
	_, err = b.hub.DeletePortfolioShare(t.Context(), in)
	wants(t, err, "ResourceNotFoundException")
	b.share(folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, false)
	same(t, "made again", len(b.accepted(spoke, types.PortfolioShareTypeAwsOrganizations)), 1)
}

// What may not be shared, by whom, with whom. SBX-36
func TestShareRefusals(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	local, err := b.builder(spoke).CreatePortfolio(t.Context(), &sc.CreatePortfolioInput{DisplayName: aws.String("L"), ProviderName: aws.String("L"), IdempotencyToken: b.token()})
	must(t, err)
	member := node(types.OrganizationNodeTypeAccount, gamma)
	tests := []struct {
		name   string
		client *sc.Client
		in     sc.CreatePortfolioShareInput
		code   string
		says   string
	}{
		{"an account share takes no principals", b.hub, sc.CreatePortfolioShareInput{AccountId: aws.String(gamma), SharePrincipals: true}, "InvalidParametersException", "SharePrincipals"},
		{"nor does an ACCOUNT node", b.hub, sc.CreatePortfolioShareInput{OrganizationNode: member, SharePrincipals: true}, "InvalidParametersException", "receiving account"},
		{"neither account nor node", b.hub, sc.CreatePortfolioShareInput{}, "InvalidParametersException", "not both"},
		{"both", b.hub, sc.CreatePortfolioShareInput{AccountId: aws.String(gamma), OrganizationNode: member}, "InvalidParametersException", "not both"},
		{"not an account", b.hub, sc.CreatePortfolioShareInput{AccountId: aws.String("12")}, "ValidationException", "accountId"},
		{"with itself", b.hub, sc.CreatePortfolioShareInput{AccountId: aws.String(hub)}, "InvalidParametersException", "owns"},
		{"an unknown unit", b.hub, sc.CreatePortfolioShareInput{OrganizationNode: node(types.OrganizationNodeTypeOrganizationalUnit, "ou-ab12-99999999")}, "ResourceNotFoundException", "ou-ab12-99999999"},
		{"another organization", b.hub, sc.CreatePortfolioShareInput{OrganizationNode: node(types.OrganizationNodeTypeOrganization, "o-other")}, "ResourceNotFoundException", "o-other"},
		{"a node of another type", b.hub, sc.CreatePortfolioShareInput{OrganizationNode: node(types.OrganizationNodeTypeOrganization, workloads)}, "InvalidParametersException", workloads},
		{"by a spoke, to a node", b.builder(spoke), sc.CreatePortfolioShareInput{PortfolioId: local.PortfolioDetail.Id, OrganizationNode: unit}, "OperationNotSupportedException", "delegated administrator"},
		{"of another account's portfolio", b.builder(spoke), sc.CreatePortfolioShareInput{AccountId: aws.String(gamma)}, "ResourceNotFoundException", folio},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.in.PortfolioId == nil {
				tt.in.PortfolioId = &folio
			}
			_, err := tt.client.CreatePortfolioShare(t.Context(), &tt.in)
			wants(t, err, tt.code, tt.says)
		})
	}
}

// A node may be given by its ARN.
func TestNodeByARN(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	b.share(folio, types.OrganizationNodeTypeOrganizationalUnit, "arn:aws:organizations::"+management+":ou/"+orgID+"/"+workloads, false)
	same(t, "node", *b.shares(folio, types.DescribePortfolioShareTypeOrganizationalUnit)[0].PrincipalId, workloads)
}

// An account share waits to be accepted; a node share cannot be accepted.
func TestAcceptAndReject(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	out, err := b.hub.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &folio, AccountId: aws.String(spoke)})
	must(t, err)
	if out.PortfolioShareToken != nil { // SBX-36
		t.Errorf("an account share has the token %s", *out.PortfolioShareToken)
	}
	same(t, "before", len(b.accepted(spoke, "")), 0)
	accept := &sc.AcceptPortfolioShareInput{PortfolioId: &folio}
	_, err = b.builder(spoke).AcceptPortfolioShare(t.Context(), accept)
	must(t, err)
	same(t, "accepted", len(b.accepted(spoke, types.PortfolioShareTypeImported)), 1)
	same(t, "not by a node", len(b.accepted(spoke, types.PortfolioShareTypeAwsOrganizations)), 0)
	same(t, "in the hub's list", b.shares(folio, types.DescribePortfolioShareTypeAccount)[0].Accepted, true)
	_, err = b.builder(spoke).RejectPortfolioShare(t.Context(), &sc.RejectPortfolioShareInput{PortfolioId: &folio})
	must(t, err)
	same(t, "rejected", len(b.accepted(spoke, "")), 0)

	_, err = b.builder(sister).AcceptPortfolioShare(t.Context(), accept)
	wants(t, err, "ResourceNotFoundException", folio)
	other := b.portfolio("Q")
	b.share(other, types.OrganizationNodeTypeOrganizationalUnit, workloads, false)
	_, err = b.builder(spoke).AcceptPortfolioShare(t.Context(), &sc.AcceptPortfolioShareInput{PortfolioId: &other, PortfolioShareType: types.PortfolioShareTypeAwsOrganizations})
	wants(t, err, "ResourceNotFoundException", other)
}

// Deleting an account share takes the portfolio away at once, acceptance and all.
func TestDeleteAccountShare(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	in := &sc.CreatePortfolioShareInput{PortfolioId: &folio, AccountId: aws.String(spoke)}
	_, err := b.hub.CreatePortfolioShare(t.Context(), in)
	must(t, err)
	_, err = b.builder(spoke).AcceptPortfolioShare(t.Context(), &sc.AcceptPortfolioShareInput{PortfolioId: &folio})
	must(t, err)
	_, err = b.hub.DeletePortfolioShare(t.Context(), &sc.DeletePortfolioShareInput{PortfolioId: &folio, AccountId: aws.String(spoke)})
	must(t, err)
	same(t, "received", len(b.accepted(spoke, "")), 0)
	_, err = b.hub.CreatePortfolioShare(t.Context(), in)
	must(t, err)
	same(t, "shared again, not yet accepted", len(b.accepted(spoke, "")), 0)
}

// Who has access: accounts shared with, accounts under a node, nodes.
func TestListAccess(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	_, err := b.hub.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &folio, AccountId: aws.String(gamma)})
	must(t, err)
	b.share(folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, false)
	accounts, err := b.hub.ListPortfolioAccess(t.Context(), &sc.ListPortfolioAccessInput{PortfolioId: &folio})
	must(t, err)
	same(t, "accounts", len(accounts.AccountIds), 1)
	under, err := b.hub.ListPortfolioAccess(t.Context(), &sc.ListPortfolioAccessInput{PortfolioId: &folio, OrganizationParentId: aws.String(workloads)})
	must(t, err)
	same(t, "under the unit", len(under.AccountIds), 3)
	nodes, err := b.hub.ListOrganizationPortfolioAccess(t.Context(), &sc.ListOrganizationPortfolioAccessInput{PortfolioId: &folio, OrganizationNodeType: types.OrganizationNodeTypeOrganizationalUnit})
	must(t, err)
	same(t, "units", *nodes.OrganizationNodes[0].Value, workloads)
	_, err = b.builder(spoke).ListOrganizationPortfolioAccess(t.Context(), &sc.ListOrganizationPortfolioAccessInput{PortfolioId: &folio, OrganizationNodeType: types.OrganizationNodeTypeAccount})
	wants(t, err, "OperationNotSupportedException")
}
