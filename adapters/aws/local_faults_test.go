package aws_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// creates are the calls that would make a second thing of their kind.
var creates = []string{"CreatePortfolio", "CopyProduct", "CreateConstraint", "CreatePortfolioShare"}

// localWork is a piece of work in one spoke: what stands before it, and the creates it takes.
type localWork struct {
	mode   string
	alone  bool   // shared with the account alone
	before string // version that the spoke has
	want   string
	made   []string
}

var localWorks = map[string]localWork{
	"import":          {mode: catalog.Import, want: "1.0.0", made: []string{"CreateConstraint", "CreatePortfolio"}},
	"copy":            {mode: catalog.Copied, want: "1.0.0", made: []string{"CopyProduct", "CreateConstraint", "CreatePortfolio"}},
	"copy a version":  {mode: catalog.Copied, before: "1.0.0", want: "1.1.0", made: []string{"CopyProduct"}},
	"share and admit": {mode: catalog.Reference, alone: true, want: "1.0.0", made: []string{"CreatePortfolioShare"}},
}

// ready is a bed whose hub is as wanted, and the spoke as it was before.
func (w localWork) ready(t *testing.T) (b *bed, mark int) {
	t.Helper()
	b = newBed(t)
	b.mode(w.mode)
	b.files.Spokes = []catalog.SpokeFile{{Account: spoke1}}
	if w.alone {
		b.folioFile(func(f *catalog.PortfolioFile) { f.Principals, f.Shares = nil, nil })
	}
	if w.before != "" {
		b.publish(b.wantLocal(w.before))
	}
	b.publish(b.want(w.want))
	if w.alone {
		b.folioFile(func(f *catalog.PortfolioFile) {
			f.Principals = []catalog.PrincipalFile{{Type: "IAM", ARN: "arn:aws:iam::" + spoke1 + ":role/CatalogBuilder"}}
			f.Shares = []catalog.ShareFile{{Account: spoke1}}
		})
	}
	b.session = b.newSession()
	return b, b.mark()
}

// made are the creates since a mark.
func (b *bed) made(mark int) []string {
	got := slices.DeleteFunc(mutating(b.since(mark)), func(name string) bool { return !slices.Contains(creates, name) })
	slices.Sort(got)
	return got
}

// CAT-33 I1 I3: killed at any call, before or after its effect, what a spoke has ends as if it
// had not been, and nothing is made twice; what is left is permitted by who approved it all.
func TestLocalsKilledAtEveryCall(t *testing.T) {
	for name, w := range localWorks {
		planning, _ := w.ready(t)
		want := planning.wantLocal(w.want)
		have, err := planning.hub(want).Observe(t.Context())
		must(t, err)
		approved := catalog.Approved(catalog.Plan(want, have))
		clean, _ := w.ready(t)
		want = clean.wantLocal(w.want)
		mark := clean.mark()
		must(t, reconcile(t.Context(), clean, want))
		for i, c := range clean.since(mark) {
			at := i + 1
			for _, effect := range []bool{true, false} {
				if !effect && !c.Mutating {
					continue // as killed after the call before
				}
				if !c.Mutating && at%4 != 0 && !full {
					continue // AXLE_FULL=1 takes them all
				}
				t.Run(fmt.Sprintf("%s: call %d, effect %v", name, at, effect), func(t *testing.T) {
					b, mark := w.ready(t)
					want := b.wantLocal(w.want)
					b.killAt(at, effect, func(ctx context.Context, b *bed) error { return reconcile(ctx, b, want) })
					r, err := catalog.Reconcile(t.Context(), b.hub(want), want, approved)
					must(t, errors.Join(err, r.Err()))
					same(t, "made", b.made(mark), w.made)
				})
			}
		}
	}
}

func reconcile(ctx context.Context, b *bed, want catalog.Catalog) error {
	r, err := catalog.Reconcile(ctx, b.hub(want), want, everything)
	return errors.Join(err, r.Err())
}

// CAT-45 X18: an answer that is lost, and a token that AWS has forgotten by then: one of each.
func TestLocalsLostReplies(t *testing.T) {
	for name, w := range localWorks {
		for _, call := range w.made {
			for _, forgotten := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s: %s, forgotten %v", name, call, forgotten), func(t *testing.T) {
					b, mark := w.ready(t)
					if forgotten {
						b.on("sandbox:token-memory=1s")
					}
					b.wire.set(func(operation string, nth int) fault { return fault{lost: operation == call && nth == 1} })
					b.publish(b.wantLocal(w.want))
					b.wire.set(nil)
					same(t, "made", slices.Compact(b.made(mark)), w.made) // a share made over itself is the same one
					have, err := b.hub(b.wantLocal(w.want)).Observe(t.Context())
					must(t, err)
					if l := have.Local(spoke1, "eu-west-1"); len(l.Copies) > 0 && len(l.Copies[0].Versions) != len(have.Products[0].Versions) {
						t.Errorf("versions %+v", l.Copies[0].Versions)
					}
				})
			}
		}
	}
}

// X16 X17: what AWS throttles, fails at or never got is sent again.
func TestLocalsInTrouble(t *testing.T) {
	for _, call := range []string{"AssociateProductWithPortfolio", "CopyProduct", "DescribeCopyProductStatus", "UpdateProvisioningArtifact", "AssociatePrincipalWithPortfolio"} {
		for name, f := range map[string]fault{
			"throttled": {status: 400, code: "ThrottlingException"},
			"AWS fails": {status: 500, code: "InternalFailure"},
			"not sent":  {reset: true},
			"not there": {status: 400, code: "ResourceNotFoundException"}, // a share that is not seen yet
		} {
			if name == "not there" && call != "AssociateProductWithPortfolio" && call != "CopyProduct" {
				continue
			}
			t.Run(call+": "+name, func(t *testing.T) {
				w := localWorks["copy"]
				if call == "AssociateProductWithPortfolio" {
					w = localWorks["import"]
				}
				b, mark := w.ready(t)
				b.wire.set(func(operation string, nth int) fault {
					if operation == call && nth <= 2 {
						return f
					}
					return fault{}
				})
				b.publish(b.wantLocal(w.want))
				same(t, "made", b.made(mark), w.made)
			})
		}
	}
}

// A copy that AWS fails to make is told, and made anew by the next run.
func TestCopyThatFails(t *testing.T) {
	w := localWorks["copy"]
	b, _ := w.ready(t)
	b.on("servicecatalog:copy-fails")
	if err := reconcile(t.Context(), b, b.wantLocal(w.want)); document.CodeOf(err) != "AXLE3272" {
		t.Fatal(err)
	}
	b.on("servicecatalog:copy-fails=off")
	must(t, reconcile(t.Context(), b, b.wantLocal(w.want)))
}

// The whole under a storm: faults of all kinds in one call in twenty.
func TestLocalsInAStorm(t *testing.T) {
	for seed := range 5 {
		for mode := range map[string]bool{catalog.Import: true, catalog.Copied: true} {
			t.Run(fmt.Sprint(mode, " ", seed), func(t *testing.T) {
				b := newBedIn(t, sandbox.Options{Seed: []byte(fmt.Sprint("storm ", seed))})
				b.mode(mode)
				b.files.Spokes = []catalog.SpokeFile{{OrganizationalUnit: "ou-ab12-11111111"}}
				want := b.wantLocal("1.0.0")
				b.on("preset=storm")
				var err error
				for range 5 {
					if err = reconcile(t.Context(), b, want); err == nil {
						break
					}
				}
				b.on("preset=calm")
				must(t, err)
				b.rules(sandbox.Rules{Faults: []world.Fault{}})
				b.pins = &pins{ids: map[string]string{}}
				mark := b.mark()
				b.publish(want)
				same(t, "found again without its pins", mutating(b.since(mark)), nil)
			})
		}
	}
}
