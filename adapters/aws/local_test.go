package aws_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

const (
	spoke1  = "333333333333"
	spoke2  = "444444444444"
	outside = "131313131313" // a spoke of the other organization
)

// localBed is a bed whose portfolio storage has a mode, with the workloads' accounts as spokes.
func localBed(t *testing.T, mode string) *bed {
	t.Helper()
	b := newBed(t)
	b.mode(mode)
	b.files.Spokes = []catalog.SpokeFile{{OrganizationalUnit: "ou-ab12-11111111"}}
	return b
}

func (b *bed) mode(mode string) {
	folio := b.files.Portfolios["storage"]
	folio.Mode = mode
	folio.Principals = []catalog.PrincipalFile{{Type: "IAM", ARN: "arn:aws:iam::999999999999:role/CatalogBuilder"}}
	folio.Shares = []catalog.ShareFile{{OrganizationalUnit: "ou-ab12-11111111"}}
	b.files.Portfolios["storage"] = folio
}

// wantLocal is what a version wants of the hub and of the spokes.
func (b *bed) wantLocal(version string) catalog.Catalog {
	b.t.Helper()
	return b.withLocals(b.want(version))
}

func (b *bed) withLocals(want catalog.Catalog) catalog.Catalog {
	b.t.Helper()
	org, err := aws.NewOrganization(b.session, "999999999999", "CatalogHubPublisher").Accounts(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	spokes, err := catalog.Spokes(b.files, org)
	if err != nil {
		b.t.Fatal(err)
	}
	return catalog.WithLocals(b.files, org, spokes, want)
}

// in are the mutating operations of one account, in order.
func in(account string, calls []sandbox.Call) []string {
	return mutating(slices.DeleteFunc(slices.Clone(calls), func(c sandbox.Call) bool { return c.Account != account }))
}

func (b *bed) offer(account, role, version string) error {
	_, err := aws.NewLauncher(b.session).Offer(b.t.Context(), catalog.User{Account: account, Role: role, Region: "eu-west-1"}, "bucket", version)
	return err
}

// CAT-32 S1: each mode makes in a spoke what it needs, its user can launch, a second apply
// makes no call, and a new version costs what the mode costs.
func TestModes(t *testing.T) {
	own := []string{"CreatePortfolio"}
	for mode, calls := range map[string]struct{ setup, version []string }{
		catalog.Import: {append(own, "AssociateProductWithPortfolio", "CreateConstraint", "AssociatePrincipalWithPortfolio"), nil},
		catalog.Copied: {append(own, "CopyProduct", "UpdateProvisioningArtifact", "UpdateProduct", "AssociateProductWithPortfolio", "CreateConstraint", "AssociatePrincipalWithPortfolio"),
			[]string{"CopyProduct", "UpdateProvisioningArtifact"}},
	} {
		t.Run(mode, func(t *testing.T) {
			b := localBed(t, mode)
			b.publish(b.wantLocal("1.0.0"))
			same(t, "first", in(spoke1, b.since(0)), calls.setup)
			mark := b.mark()
			b.publish(b.wantLocal("1.0.0"))
			same(t, "the same again", mutating(b.since(mark)), nil)
			mark = b.mark()
			b.publish(b.wantLocal("1.1.0"))
			same(t, "a version", in(spoke1, b.since(mark)), calls.version)
			for _, v := range []string{"1.0.0", "1.1.0"} {
				if err := b.offer(spoke1, "CatalogBuilder", v); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// CAT-35 in practice: an account of another organization is shared with by itself; axle accepts
// there with its entry's role, admits its principals, and its user can launch.
func TestAccountShare(t *testing.T) {
	for _, mode := range []string{catalog.Reference, catalog.Import, catalog.Copied} {
		t.Run(mode, func(t *testing.T) {
			b := newBedIn(t, sandbox.Options{Seed: []byte("two"), Start: "two-organizations"})
			b.trusting(outside)
			b.mode(mode)
			b.folioFile(func(f *catalog.PortfolioFile) {
				f.Principals[0].ARN = "arn:aws:iam::" + outside + ":role/Axle"
				f.Shares = []catalog.ShareFile{{Account: outside}}
			})
			b.files.Spokes = []catalog.SpokeFile{{Account: outside, Role: "Axle"}}
			b.publish(b.wantLocal("1.0.0"))
			if got := in(outside, b.since(0)); !slices.Contains(got, "AcceptPortfolioShare") {
				t.Errorf("calls %v", got)
			}
			if err := b.offer(outside, "Axle", "1.0.0"); err != nil {
				t.Error(err)
			}
			mark := b.mark()
			b.publish(b.wantLocal("1.0.0"))
			same(t, "the same again", mutating(b.since(mark)), nil)
		})
	}
}

// trusting gives an account of the other organization a role that the hub may assume.
func (b *bed) trusting(account string) {
	b.t.Helper()
	k, err := b.sandbox.Credentials(b.t.Context(), "management-2")
	must(b.t, err)
	c := b.keys(k)
	out, err := sts.NewFromConfig(c).AssumeRole(b.t.Context(), &sts.AssumeRoleInput{RoleArn: sdk.String("arn:aws:iam::" + account + ":role/OrganizationAccountAccessRole"), RoleSessionName: sdk.String("by-hand")})
	must(b.t, err)
	c.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	admin := iam.NewFromConfig(c)
	_, err = admin.CreateRole(b.t.Context(), &iam.CreateRoleInput{RoleName: sdk.String("Axle"),
		AssumeRolePolicyDocument: sdk.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999999999999:root"},"Action":"sts:AssumeRole"}]}`)})
	must(b.t, err)
	_, err = admin.AttachRolePolicy(b.t.Context(), &iam.AttachRolePolicyInput{RoleName: sdk.String("Axle"), PolicyArn: sdk.String("arn:aws:iam::aws:policy/AdministratorAccess")})
	must(b.t, err)
}

// S1: a share that nobody accepts is made, and is no success: the account, what to do there, and
// all else done. Accepted by hand it is done.
func TestAccountShareNotAccepted(t *testing.T) {
	for name, spokes := range map[string][]catalog.SpokeFile{
		"no entry for the account":    nil,
		"a role that is not for axle": {{Account: outside, Role: "CatalogBuilder"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBedIn(t, sandbox.Options{Seed: []byte("two"), Start: "two-organizations"})
			b.folioFile(func(f *catalog.PortfolioFile) {
				f.Principals = nil
				f.Shares = append(f.Shares, catalog.ShareFile{Account: outside})
			})
			b.files.Spokes = spokes
			want := b.wantLocal("1.0.0")
			r, err := catalog.Reconcile(t.Context(), b.hub(want), want, everything)
			if err != nil || len(r.Errors) != 1 || document.CodeOf(r.Errors[outside+" eu-west-1"]) != "AXLE3270" {
				t.Fatalf("%v, %v", err, r.Errors)
			}
			if msg := r.Errors[outside+" eu-west-1"].Error(); !strings.Contains(msg, "not accepted") || !strings.Contains(msg, "accept-portfolio-share --portfolio-id port-") {
				t.Errorf("%s", msg)
			}
			folio := r.Have.Portfolio("eu-west-1", "storage")
			if len(folio.Shares) != 2 || folio.Shares[0].Accepted {
				t.Errorf("shares %+v", folio.Shares)
			}
			b.trusting(outside)
			_, err = servicecatalog.NewFromConfig(b.as(outside, "Axle")).AcceptPortfolioShare(t.Context(), &servicecatalog.AcceptPortfolioShareInput{PortfolioId: &folio.ID})
			must(t, err)
			mark := b.mark()
			b.publish(b.wantLocal("1.0.0"))
			same(t, "after it was accepted by hand", mutating(b.since(mark)), nil)
		})
	}
}

// CAT-34 CAT-15: a spoke that refuses is named, with its account and AWS's words; the others are
// done, and nothing is changed in what could not be seen.
func TestOneSpokeRefuses(t *testing.T) {
	b := localBed(t, catalog.Import)
	b.publish(b.wantLocal("1.0.0"))
	b.folioFile(func(f *catalog.PortfolioFile) { f.Description = "Another" })
	b.files.Portfolios["storage"].Principals[0].ARN = "arn:aws:iam:::role/CatalogSpokeReader"
	b.rules(sandbox.Rules{Faults: []world.Fault{{Kind: world.KindAccessDenied, Account: spoke2}}})
	mark := b.mark()
	want := b.wantLocal("1.0.0")
	r, err := catalog.Reconcile(t.Context(), b.hub(want), want, everything)
	if err != nil || len(r.Errors) != 1 || !strings.Contains(fmt.Sprint(r.Errors[spoke2+" eu-west-1"]), "unknown") {
		t.Fatalf("%v, %v", err, r.Errors)
	}
	same(t, "the refusing spoke", in(spoke2, b.since(mark)), nil)
	same(t, "another", in(spoke1, b.since(mark)), []string{"UpdatePortfolio", "AssociatePrincipalWithPortfolio", "DisassociatePrincipalFromPortfolio"})
	b.rules(sandbox.Rules{})
	mark = b.mark()
	b.publish(b.wantLocal("1.0.0"))
	same(t, "the refusing spoke, later", in(spoke2, b.since(mark)), []string{"UpdatePortfolio", "AssociatePrincipalWithPortfolio", "DisassociatePrincipalFromPortfolio"})
}

// CT-20: the hub's version was made anew, with other content under its name, and another was
// deleted. Who compares names sees no difference; axle compares digests, and removes what the hub
// removed, unless somebody runs it.
func TestCopyFollowsContent(t *testing.T) {
	b := localBed(t, catalog.Copied)
	b.publish(b.wantLocal("1.0.0"))
	r := b.publish(b.wantLocal("1.1.0"))
	p := r.Have.Product("eu-west-1", "bucket")
	hand := servicecatalog.NewFromConfig(b.as("999999999999", "CatalogHubPublisher"))
	for _, v := range []string{"1.0.0", "1.1.0"} {
		if v == "1.1.0" {
			b.remake(hand, p, v)
		}
		_, err := hand.DeleteProvisioningArtifact(t.Context(), &servicecatalog.DeleteProvisioningArtifactInput{ProductId: &p.ID, ProvisioningArtifactId: &p.Version(v).ID})
		must(t, err)
	}
	want, err := catalog.Want(b.files, product("1.1.0"), catalog.Release{})
	must(t, err)
	want = b.withLocals(want)
	have, err := b.hub(want).Observe(t.Context())
	must(t, err)
	if l := have.Local(spoke1, "eu-west-1"); !slices.Contains(names(l.Copies[0].Versions), "1.1.0") {
		t.Fatal("bitten: by name nothing is to be done") // what a comparison of names would have believed
	}
	mark := b.mark()
	b.publish(want)
	same(t, "calls", in(spoke1, b.since(mark)), []string{"CopyProduct", "UpdateProvisioningArtifact", "DeleteProvisioningArtifact", "DeleteProvisioningArtifact"})
	have, err = b.hub(want).Observe(t.Context())
	must(t, err)
	hub, local := have.Product("eu-west-1", "bucket").Versions, have.Local(spoke1, "eu-west-1").Copies[0].Versions
	if len(hub) != 1 || len(local) != 1 || !hub[0].Same(local[0]) {
		t.Errorf("hub %+v\nspoke %+v", hub, local)
	}
}

// remake makes a version anew, with other content.
func (b *bed) remake(hand *servicecatalog.Client, p *catalog.Product, name string) {
	b.t.Helper()
	release := b.release(name + " by hand")
	_, hex, _ := strings.Cut(release.Digest, ":")
	_, err := s3.NewFromConfig(b.as("999999999999", "CatalogHubPublisher")).PutObject(b.t.Context(), &s3.PutObjectInput{
		Bucket: sdk.String("axle-artifacts-999999999999-eu-west-1"), Key: sdk.String("bucket/" + hex + "/template.yaml"), Body: bytes.NewReader(b.store[release.Digest])})
	must(b.t, err)
	_, err = hand.CreateProvisioningArtifact(b.t.Context(), &servicecatalog.CreateProvisioningArtifactInput{ProductId: &p.ID, IdempotencyToken: sdk.String("by-hand"),
		Parameters: &types.ProvisioningArtifactProperties{Name: &name, Description: &release.Digest, Type: types.ProvisioningArtifactTypeCloudFormationTemplate,
			Info: map[string]string{"LoadTemplateFromURL": "https://axle-artifacts-999999999999-eu-west-1.s3.eu-west-1.amazonaws.com/bucket/" + hex + "/template.yaml"}}})
	must(b.t, err)
	must(b.t, b.sandbox.Sleep(b.t.Context(), 20*time.Second))
}

// CAT-32 I9: what somebody deletes of a spoke's own is made anew: under the token of the first, AWS
// would answer with the one that is gone.
func TestLocalsMadeAnew(t *testing.T) {
	for _, mode := range []string{catalog.Import, catalog.Copied} {
		t.Run(mode, func(t *testing.T) {
			b := localBed(t, mode)
			want := b.wantLocal("1.0.0")
			own := b.publish(want).Have.Local(spoke1, "eu-west-1").Portfolios[0]
			hand := servicecatalog.NewFromConfig(b.as(spoke1, "CatalogBuilder"))
			at := own.Placements[0]
			_, err := hand.DeleteConstraint(t.Context(), &servicecatalog.DeleteConstraintInput{Id: &at.Constraints[0].ID})
			must(t, err)
			mark := b.mark()
			b.publish(want)
			same(t, "a constraint that went", in(spoke1, b.since(mark)), []string{"CreateConstraint"})
			own = b.publish(want).Have.Local(spoke1, "eu-west-1").Portfolios[0]
			b.empty(hand, own)
			mark = b.mark()
			b.publish(want)
			if calls := in(spoke1, b.since(mark)); !slices.Contains(calls, "CreatePortfolio") {
				t.Errorf("calls %v", calls)
			}
			if err := b.offer(spoke1, "CatalogBuilder", "1.0.0"); err != nil {
				t.Error(err)
			}
		})
	}
}

// empty takes everything out of a portfolio and deletes it.
func (b *bed) empty(hand *servicecatalog.Client, p catalog.Portfolio) {
	b.t.Helper()
	for _, at := range p.Placements {
		for _, k := range at.Constraints {
			_, err := hand.DeleteConstraint(b.t.Context(), &servicecatalog.DeleteConstraintInput{Id: &k.ID})
			must(b.t, err)
		}
		all, err := hand.SearchProductsAsAdmin(b.t.Context(), &servicecatalog.SearchProductsAsAdminInput{PortfolioId: &p.ID})
		must(b.t, err)
		for _, x := range all.ProductViewDetails {
			_, err := hand.DisassociateProductFromPortfolio(b.t.Context(), &servicecatalog.DisassociateProductFromPortfolioInput{PortfolioId: &p.ID, ProductId: x.ProductViewSummary.ProductId})
			must(b.t, err)
		}
	}
	for _, x := range p.Principals {
		_, err := hand.DisassociatePrincipalFromPortfolio(b.t.Context(), &servicecatalog.DisassociatePrincipalFromPortfolioInput{PortfolioId: &p.ID, PrincipalARN: &x.ARN, PrincipalType: types.PrincipalType(x.Type)})
		must(b.t, err)
	}
	_, err := hand.DeletePortfolio(b.t.Context(), &servicecatalog.DeletePortfolioInput{Id: &p.ID})
	must(b.t, err)
}

// CT-15: a copied version that somebody runs is not deleted, though the hub's is.
func TestCopyInUse(t *testing.T) {
	b := localBed(t, catalog.Copied)
	b.publish(b.wantLocal("1.0.0"))
	r := b.publish(b.wantLocal("1.1.0"))
	user := catalog.User{Account: spoke1, Role: "CatalogBuilder", Region: "eu-west-1"}
	p, err := aws.NewLauncher(b.session).Launch(t.Context(), catalog.LaunchRequest{User: user, Product: "bucket", Version: "1.0.0", Name: "mine"})
	must(t, expect(p.Status, "AVAILABLE", err))
	hub := r.Have.Product("eu-west-1", "bucket")
	_, err = servicecatalog.NewFromConfig(b.as("999999999999", "CatalogHubPublisher")).DeleteProvisioningArtifact(t.Context(),
		&servicecatalog.DeleteProvisioningArtifactInput{ProductId: &hub.ID, ProvisioningArtifactId: &hub.Version("1.0.0").ID})
	must(t, err)
	want := b.wantLocal("1.1.0")
	again, err := catalog.Reconcile(t.Context(), b.hub(want), want, everything)
	if err != nil || len(again.Errors) != 1 || document.CodeOf(again.Errors[spoke1+" eu-west-1"]) != "AXLE2686" {
		t.Fatalf("%v, %v", err, again.Errors)
	}
	same(t, "a spoke where nobody runs it", names(again.Have.Local(spoke2, "eu-west-1").Copies[0].Versions), []string{"1.1.0"})
}

func names(all []catalog.Version) []string {
	var found []string
	for _, v := range all {
		found = append(found, v.Name)
	}
	return found
}

// CAT-2: the state lost, what a spoke has is found again by its tags; a portfolio of the spoke's
// own with the same key, from another hub, is not taken.
func TestLocalsAdopted(t *testing.T) {
	for _, mode := range []string{catalog.Import, catalog.Copied} {
		t.Run(mode, func(t *testing.T) {
			b := localBed(t, mode)
			_, err := servicecatalog.NewFromConfig(b.as(spoke1, "CatalogBuilder")).CreatePortfolio(t.Context(), &servicecatalog.CreatePortfolioInput{
				DisplayName: sdk.String("Storage"), ProviderName: sdk.String("another hub"), IdempotencyToken: sdk.String("theirs"),
				Tags: []types.Tag{{Key: sdk.String(catalog.TagKey), Value: sdk.String("storage")}}})
			must(t, err)
			mark := b.mark()
			b.publish(b.wantLocal("1.0.0"))
			if got := in(spoke1, b.since(mark)); got[0] != "CreatePortfolio" {
				t.Errorf("another hub's portfolio was taken: %v", got)
			}
			b.pins = &pins{ids: map[string]string{}}
			mark = b.mark()
			b.publish(b.wantLocal("1.0.0"))
			same(t, "the state lost", mutating(b.since(mark)), nil)
		})
	}
}
