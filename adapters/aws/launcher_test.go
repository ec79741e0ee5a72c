package aws_test

import (
	"testing"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/world"
)

var builder = catalog.User{Account: "333333333333", Role: "CatalogBuilder", Region: "eu-west-1"}

// CAT-23 in small, S9: an end user sees the version, launches it, goes to the next one and back, and ends it.
func TestLaunch(t *testing.T) {
	b := newBed(t)
	b.publish(b.want("1.0.0"))
	l := aws.NewLauncher(b.session)
	offer, err := l.Offer(t.Context(), builder, "bucket", "1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	if offer.ProductID == "" || offer.ArtifactID == "" || offer.PathID == "" || len(offer.Parameters) != 1 {
		t.Fatalf("the offer is %+v", offer)
	}
	b.publish(b.want("1.1.0"))
	q := catalog.LaunchRequest{User: builder, Product: "bucket", Name: "trial", Parameters: map[string]string{"Owner": "me"}, Tags: map[string]string{"axle:run": "1"}}
	steps := []struct {
		name, version string
		calls         []string
	}{
		{"launch", "1.0.0", []string{"ProvisionProduct"}},
		{"the same again", "1.0.0", nil},
		{"upgrade", "1.1.0", []string{"UpdateProvisionedProduct"}},
		{"back", "1.0.0", []string{"UpdateProvisionedProduct"}},
		{"upgrade once more", "1.1.0", []string{"UpdateProvisionedProduct"}},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			mark := b.mark()
			q.Version = s.version
			p, err := l.Launch(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if p.Status != "AVAILABLE" || p.Version != s.version || p.StackARN == "" || p.Outputs["Name"] == "" {
				t.Errorf("got %+v", p)
			}
			same(t, "calls", mutating(b.since(mark)), s.calls)
		})
	}
	t.Run("end it twice, and launch it anew", func(t *testing.T) {
		for range 2 {
			if err := l.Terminate(t.Context(), builder, "trial"); err != nil {
				t.Fatal(err)
			}
			if _, there, err := l.Find(t.Context(), builder, "trial"); there || err != nil {
				t.Fatalf("still there: %v, %v", there, err)
			}
		}
		q.Version = "1.0.0"
		if p, err := l.Launch(t.Context(), q); err != nil || p.Status != "AVAILABLE" {
			t.Errorf("got %+v, %v", p, err)
		}
	})
}

// S9: what the user does not see is named, after the time in which it may still appear (CT-8).
func TestOfferUnseen(t *testing.T) {
	b := newBed(t)
	b.publish(b.want("1.0.0"))
	l := aws.NewLauncher(b.session)
	stranger := catalog.User{Account: "222222222222", Role: "CatalogGammaBuilder", Region: "eu-west-1"}
	cases := []struct {
		name             string
		user             catalog.User
		product, version string
		code             string
	}{
		{"a version that is not there", builder, "bucket", "9.9.9", "AXLE3220"},
		{"a product that is not there", builder, "bucke", "1.0.0", "AXLE3220"},
		{"an account it is not shared with", stranger, "bucket", "1.0.0", "AXLE3220"},
		{"a role that is not there", catalog.User{Account: "333333333333", Role: "Nobody", Region: "eu-west-1"}, "bucket", "1.0.0", "AXLE3210"},    // X57
		{"a suspended account", catalog.User{Account: "666666666666", Role: "CatalogBuilder", Region: "eu-west-1"}, "bucket", "1.0.0", "AXLE3210"}, // X56
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, err := l.Offer(t.Context(), c.user, c.product, c.version); document.CodeOf(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}

// X65 CT-19: a launch without its launch role fails, says so, and is not repaired in silence.
func TestLaunchWithoutItsRole(t *testing.T) {
	b := newBed(t)
	p := product("1.0.0")
	p.Portfolios["storage"].Constraints.Launch.LocalRoleName = "SCLaunchNowhere"
	if _, err := b.sandbox.EnsureRole(t.Context(), []string{"999999999999"}, world.Role{Name: "SCLaunchNowhere", TrustServices: []string{"servicecatalog.amazonaws.com"}}); err != nil {
		t.Fatal(err)
	}
	want, err := catalog.Want(b.files, p, b.release("1.0.0"))
	if err != nil {
		t.Fatal(err)
	}
	b.publish(want)
	l := aws.NewLauncher(b.session)
	for range 2 {
		mark := b.mark()
		got, err := l.Launch(t.Context(), catalog.LaunchRequest{User: builder, Product: "bucket", Version: "1.0.0", Name: "trial"})
		if err != nil {
			t.Fatal(err)
		}
		if got.Status != "ERROR" || got.Message == "" {
			t.Errorf("got %+v", got)
		}
		if calls := mutating(b.since(mark)); len(calls) > 1 {
			t.Errorf("it was tried again: %v", calls)
		}
	}
	if err := l.Terminate(t.Context(), builder, "trial"); err != nil {
		t.Error(err)
	}
}

// CAT-23: gamma's candidate is launched in gamma's account, seen by nobody else, and made once.
func TestStaging(t *testing.T) {
	b := newBed(t)
	gamma := catalog.Gamma{Portfolio: "staging", Account: "222222222222", Deploy: "CatalogGammaDeploy", Role: "CatalogGammaBuilder", Regions: []string{"eu-west-1"}}
	first, second := b.release("1.0.0"), b.release("1.1.0")
	want, err := catalog.Staging(b.files, product("1.1.0"), gamma, second, first)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		mark := b.mark()
		r, err := catalog.Reconcile(t.Context(), b.hub(want), want, catalog.Additions)
		if err != nil || r.Err() != nil {
			t.Fatal(err, r.Err())
		}
		if calls := mutating(b.since(mark)); i == 1 && len(calls) > 0 {
			t.Errorf("the second time: %v", calls)
		}
	}
	l := aws.NewLauncher(b.session)
	user := catalog.User{Account: "222222222222", Role: "CatalogGammaBuilder", Region: "eu-west-1"}
	for _, version := range []string{catalog.Candidate(first), catalog.Candidate(second)} {
		p, err := l.Launch(t.Context(), catalog.LaunchRequest{User: user, Product: catalog.StagingName("bucket"), Version: version, Name: "gamma-trial"})
		if err != nil || p.Status != "AVAILABLE" || p.Version != version {
			t.Fatalf("%s: %+v, %v", version, p, err)
		}
	}
	if _, err := l.Offer(t.Context(), builder, catalog.StagingName("bucket"), catalog.Candidate(first)); document.CodeOf(err) != "AXLE3220" {
		t.Errorf("a spoke sees the candidate: %v", err)
	}
}

func TestOrganization(t *testing.T) {
	b := newBed(t)
	org, err := aws.NewOrganization(b.session, "999999999999", "CatalogHubPublisher").Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if org.ID != "o-exampleorg1" || org.Root != "r-ab12" || len(org.Accounts) != 8 || len(org.Units) != 1 {
		t.Errorf("got %+v", org)
	}
	b.files.Spokes = []catalog.SpokeFile{{OrganizationalUnit: "ou-ab12-11111111"}}
	spokes, err := catalog.Spokes(b.files, org)
	if err != nil {
		t.Fatal(err)
	}
	active := 0
	for _, s := range spokes {
		if s.Active() {
			active++
		}
	}
	if active != 3 || len(spokes) != 4 {
		t.Errorf("%d of %d spokes are active: %+v", active, len(spokes), spokes)
	}
}
