package catalog_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// all permits everything: for tests that are not about permission.
func all(plan []catalog.Change) ([]catalog.Change, error) { return plan, nil }

// CAT-32: done is seen done; the second time nothing is done.
func TestReconcileTwice(t *testing.T) {
	hub := &model{}
	for i, applied := range []int{6, 0} {
		r, err := catalog.Reconcile(t.Context(), hub, bucket(), all)
		if err != nil || r.Err() != nil || len(r.Applied) != applied {
			t.Errorf("round %d: %d applied, want %d; %v, %v", i+1, len(r.Applied), applied, err, r.Err())
		}
		if r.Have.Product("eu-west-1", "bucket") == nil {
			t.Errorf("round %d: the report does not hold what is there", i+1)
		}
	}
}

// CAT-50: what was not approved is refused before any change, with both digests.
func TestReconcileRefusesWhatWasNotApproved(t *testing.T) {
	approved := catalog.Plan(bucket(), catalog.Catalog{})
	other := with(func(c *catalog.Catalog) { c.Portfolios[0].Shares[0].Node = "ou-ab12-22222222" })
	hub := &model{}
	_, err := catalog.Reconcile(t.Context(), hub, other, catalog.Approved(approved))
	if document.CodeOf(err) != "AXLE2610" || len(hub.made) > 0 {
		t.Fatalf("%d changes made, error %v", len(hub.made), err)
	}
	for _, d := range []string{catalog.Digest(approved), catalog.Digest(catalog.Plan(other, catalog.Catalog{})), "ou-ab12-22222222"} {
		if !strings.Contains(err.Error(), d) {
			t.Errorf("the error does not name %s: %v", d, err)
		}
	}
}

// CAT-33: an approved plan broken off at any change is carried on under the same approval.
func TestReconcileResumes(t *testing.T) {
	approved := catalog.Plan(bucket(), catalog.Catalog{})
	stop := errors.New("killed")
	for at := range approved {
		hub := &model{}
		hub.fail = func(catalog.Change) error {
			if len(hub.made) == at {
				return stop
			}
			return nil
		}
		first, err := catalog.Reconcile(t.Context(), hub, bucket(), catalog.Approved(approved))
		if err != nil || !errors.Is(first.Err(), stop) {
			t.Fatalf("stopped at %d: %v, %v", at, err, first.Err())
		}
		hub.fail = nil
		second, err := catalog.Reconcile(t.Context(), hub, bucket(), catalog.Approved(approved))
		if err != nil || second.Err() != nil {
			t.Fatalf("carried on at %d: %v, %v", at, err, second.Err())
		}
		if catalog.Digest(hub.made) != catalog.Digest(approved) {
			t.Errorf("stopped at %d: made\n%s", at, strings.Join(catalog.Summary(hub.made), "\n"))
		}
	}
}

func twoRegions() catalog.Catalog {
	there := bucket()
	there.Products[0].Region, there.Portfolios[0].Region = "us-east-1", "us-east-1"
	return catalog.Join(bucket(), there)
}

// CAT-34: a region that fails, in a change or in being read, does not stop the other.
func TestReconcileRegionsFailAlone(t *testing.T) {
	down := errors.New("down")
	cases := map[string]*model{
		"in a change": {fail: func(c catalog.Change) error {
			if c.Region == "us-east-1" && c.Kind == catalog.KindConstraint {
				return down
			}
			return nil
		}},
		"in being read": {seen: func() error { return catalog.RegionErrors{"us-east-1": down} }},
	}
	for name, hub := range cases {
		t.Run(name, func(t *testing.T) {
			r, err := catalog.Reconcile(t.Context(), hub, twoRegions(), all)
			if err != nil || !slices.Equal(sortedRegions(r.Errors), []string{"us-east-1"}) || !errors.Is(r.Err(), down) {
				t.Fatalf("%v, %v", err, r.Err())
			}
			if left := catalog.Plan(bucket(), hub.have); len(left) > 0 {
				t.Errorf("the other region is not as wanted: %v", catalog.Summary(left))
			}
		})
	}
}

// What is applied and yet not there is not done.
func TestReconcileLooksAgain(t *testing.T) {
	hub := &model{}
	undone := &forgetful{model: hub}
	r, err := catalog.Reconcile(t.Context(), undone, bucket(), all)
	if err != nil || document.CodeOf(r.Err()) != "AXLE2611" {
		t.Fatalf("%v, %v", err, r.Err())
	}
	lines(t, r.Remaining, "eu-west-1: create principal storage: IAM_PATTERN arn:aws:iam:::role/Builder")
}

// CAT-34: a hub that cannot be read any more after the changes is not done either.
func TestReconcileBlindAfterwards(t *testing.T) {
	hub := &model{}
	hub.seen = func() error {
		if len(hub.made) > 0 {
			return errors.New("blind")
		}
		return nil
	}
	r, err := catalog.Reconcile(t.Context(), hub, bucket(), all)
	if err != nil || r.Err() == nil || len(r.Have.Products) > 0 {
		t.Fatalf("%v, %v, %v", err, r.Err(), r.Have)
	}
}

// Additions makes what needs no approval, and leaves removals where they are.
func TestReconcileAdditions(t *testing.T) {
	want := with(func(c *catalog.Catalog) { c.Portfolios[0].Shares = nil; c.Products[0].Owner = "other" })
	hub := &model{have: bucket()}
	r, err := catalog.Reconcile(t.Context(), hub, want, catalog.Additions)
	if err != nil || r.Err() != nil {
		t.Fatal(err, r.Err())
	}
	lines(t, r.Applied, "eu-west-1: update product bucket: owner: team → owner: other")
	lines(t, r.Withheld, "eu-west-1: delete share storage: ORGANIZATIONAL_UNIT ou-ab12-11111111 (tag options no, principals yes)")
}

func TestReconcileCannotRead(t *testing.T) {
	hub := &model{seen: func() error { return errors.New("no network") }}
	if _, err := catalog.Reconcile(t.Context(), hub, bucket(), all); err == nil || len(hub.made) > 0 {
		t.Errorf("%d changes made, error %v", len(hub.made), err)
	}
}
