package aws_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

const (
	hubAccount = "999999999999"
	someSpoke  = "333333333333"
	bootstrap  = "OrganizationAccountAccessRole"
)

// hand is a published catalog and somebody who alters it by hand.
type hand struct {
	*bed
	catalog        *servicecatalog.Client // as the hub's publisher
	product, folio string
	version        catalog.Version
	wanted         catalog.Catalog
	constraint     string
}

func newHand(t *testing.T) *hand {
	b := newBed(t)
	b.files.Spokes = []catalog.SpokeFile{{OrganizationalUnit: "ou-ab12-11111111"}}
	h := &hand{bed: b, catalog: servicecatalog.NewFromConfig(b.as(hubAccount, "CatalogHubPublisher")), wanted: b.want("1.0.0")}
	have := b.publish(h.wanted).Have
	p, f := have.Product("eu-west-1", "bucket"), have.Portfolio("eu-west-1", "storage")
	h.product, h.folio, h.version, h.constraint = p.ID, f.ID, p.Versions[0], f.Placement("bucket").Constraints[0].ID
	return h
}

// root is IAM in an account, with the right to everything there.
func (h *hand) root(account string) *iam.Client { return iam.NewFromConfig(h.everything(account)) }

// seesRoles lets the hub's role list the hub's roles, which publishing does not need.
func (h *hand) seesRoles() error {
	_, err := h.root(hubAccount).PutRolePolicy(h.t.Context(), &iam.PutRolePolicyInput{RoleName: sdk.String("CatalogHubPublisher"), PolicyName: sdk.String("Roles"),
		PolicyDocument: sdk.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListRoles","Resource":"*"}]}`)})
	return err
}

// sight reads all that drift is judged from, as the command does.
func (h *hand) sight(spokes bool) catalog.Sight {
	h.t.Helper()
	want, err := catalog.Want(h.files, product("1.0.0"), catalog.Release{})
	if err != nil {
		h.t.Fatal(err)
	}
	hub := aws.NewHub(h.session, h.files.Hub, want, h.pins, h.open)
	s := catalog.Sight{File: h.files, Products: []*products.File{product("1.0.0")}, Want: want,
		Published: map[string][]products.Published{"bucket": {{Version: "1.0.0", Digest: h.version.Digest, Template: h.version.Digest}}}}
	if s.Have, err = hub.Observe(h.t.Context()); err != nil && !errors.As(err, &s.Unread) {
		h.t.Fatal(err)
	}
	if s.Survey, err = hub.Survey(h.t.Context(), s.Have); err != nil {
		h.t.Fatal(err)
	}
	if spokes {
		s.Spokes = h.spokes()
	}
	return s
}

func (h *hand) spokes() *catalog.SpokeSight {
	h.t.Helper()
	org, err := aws.NewOrganization(h.session, hubAccount, "CatalogHubPublisher").Accounts(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	all, err := catalog.Spokes(h.files, org)
	if err != nil {
		h.t.Fatal(err)
	}
	fleet := aws.NewFleet(h.session)
	s := &catalog.SpokeSight{Org: org}
	var errs [3]error
	s.Readings, errs[0] = fleet.Read(h.t.Context(), all)
	s.Roles, errs[1] = fleet.Roles(h.t.Context(), h.files.Accounts(all))
	s.Locals, errs[2] = fleet.Locals(h.t.Context(), all)
	if err := errors.Join(errs[:]...); err != nil {
		h.t.Fatal(err)
	}
	return s
}

// CAT-70: a catalog as it was published has no drift, and all of it was seen.
func TestNoDrift(t *testing.T) {
	h := newHand(t)
	if err := h.seesRoles(); err != nil {
		t.Fatal(err)
	}
	mark := h.mark()
	s := h.sight(true)
	if got := s.Drifts(); len(got) > 0 {
		t.Errorf("drift: %+v", got)
	}
	if got := s.Unseen(); len(got) > 0 {
		t.Errorf("unseen: %+v", got)
	}
	same(t, "it only reads", mutating(h.since(mark)), nil)
}

// CAT-70: each kind, altered by hand, is found with account, region, id and repair; and nothing else is.
func TestDriftIsFound(t *testing.T) {
	kinds := map[string]bool{}
	for _, a := range alterations {
		kinds[a.kind] = true
		t.Run(a.kind+" "+a.name, func(t *testing.T) {
			t.Parallel()
			h := newHand(t)
			id, err := a.by(h)
			if err != nil {
				t.Fatal(err)
			}
			got := h.sight(true).Drifts()
			if len(got) != 1 {
				t.Fatalf("%d drifts: %+v", len(got), got)
			}
			d := got[0]
			region := "eu-west-1"
			if a.kind == "CD-6" {
				region = ""
			}
			if d.Kind != a.kind || d.Account != a.account || d.Region != region || d.ID != id || !strings.Contains(d.What, a.says) || d.Repair == "" {
				t.Errorf("%+v\nwant %s in %s %s with id %s: %s", d, a.kind, a.account, region, id, a.says)
			}
		})
	}
	if len(kinds) != 11 {
		t.Errorf("%d kinds of 11 are altered", len(kinds))
	}
}

// CAT-2 CD-8: with the state lost, two products of one key cannot be told apart. The region is
// unread, and both are named.
func TestDriftWithTheStateLost(t *testing.T) {
	h := newHand(t)
	if _, err := h.addProduct(h.catalog, "another", "bucket"); err != nil {
		t.Fatal(err)
	}
	h.pins = &pins{ids: map[string]string{}}
	s := h.sight(false)
	if document.CodeOf(s.Unread["eu-west-1"]) != "AXLE2650" {
		t.Errorf("unread: %v", s.Unread)
	}
	got := s.Drifts()
	if len(got) != 2 || got[0].Kind != "CD-8" || got[1].Kind != "CD-8" {
		t.Errorf("%+v", got)
	}
}

// A region that AWS does not let be read is said; the others are told.
func TestDriftOfARegionUnread(t *testing.T) {
	h := newHand(t)
	s := h.sight(false)
	h.wire.set(func(op string, _ int) fault {
		if op == "ListServiceActions" {
			return fault{status: 400, code: "AccessDeniedException"}
		}
		return fault{}
	})
	hub := aws.NewHub(h.session, h.files.Hub, s.Want, h.pins, h.open)
	_, err := hub.Survey(t.Context(), s.Have)
	var failed catalog.RegionErrors
	if !errors.As(err, &failed) || document.CodeOf(failed["eu-west-1"]) != "AXLE4200" {
		t.Errorf("%v", err)
	}
}

// CAT-71: what the hub's drift costs does not depend on the spokes, nor is any of their roles taken.
func TestDriftCostsTheHubAlone(t *testing.T) {
	var costs [2]int
	for i, start := range []string{"fleet 1x2", "fleet 100x2"} {
		b := fleetBed(t, start)
		b.publish(b.want("1.0.0"))
		h := &hand{bed: b, version: b.want("1.0.0").Products[0].Versions[0]}
		mark := b.mark()
		s := h.sight(false)
		if got := s.Drifts(); len(got) > 0 {
			t.Errorf("%s: %+v", start, got)
		}
		unseen := s.Unseen()
		if len(unseen) != 1 || !slices.Equal(unseen[0].Kinds, []string{"CD-6", "CD-7", "CD-8", "CD-11"}) || unseen[0].Err != nil {
			t.Errorf("%s: what was not asked for is said as %+v", start, unseen)
		}
		for _, c := range b.since(mark) {
			if costs[i]++; c.Account != hubAccount {
				t.Errorf("%s: %s in %s", start, c.Operation, c.Account)
			}
		}
	}
	if costs[0] != costs[1] || costs[0] > 2*25 {
		t.Errorf("calls with 1 and with 100 spokes: %v, want the same, 25 a region at most", costs)
	}
	t.Logf("calls: %v", costs)
}
