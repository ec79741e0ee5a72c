package aws_test

import (
	"fmt"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/sandbox"
)

// CAT-30 CAT-32: what each mode costs in mutating calls, by the number of spokes: docs/catalog.md
// shows these figures; AXLE_FULL=1 measures them at 100 too.
func TestWhatModesCost(t *testing.T) {
	for mode, cost := range map[string]struct{ setup, version func(spokes int) int }{
		catalog.Reference: {constant(7), constant(2)},
		catalog.Import:    {linear(6, 4), constant(2)},
		catalog.Copied:    {linear(6, 7), linear(2, 2)},
	} {
		for _, spokes := range []int{1, 10, 100} {
			if spokes > 10 && !full {
				continue
			}
			t.Run(fmt.Sprint(mode, " ", spokes), func(t *testing.T) {
				b := newBedIn(t, sandbox.Options{Seed: []byte("modes"), Start: fmt.Sprintf("fleet %dx1", spokes)})
				if mode != catalog.Reference {
					b.mode(mode)
				}
				b.files.Spokes = []catalog.SpokeFile{{OrganizationalUnit: "ou-ab12-11111111"}}
				first, second := b.wantLocal("1.0.0"), b.wantLocal("1.1.0")
				setup := b.bill(func() { b.publish(first) })
				version := b.bill(func() { b.publish(second) })
				again := b.bill(func() { b.publish(second) })
				if setup.mutating != cost.setup(spokes) || version.mutating != cost.version(spokes) || again.mutating != 0 {
					t.Errorf("set-up %d, version %d, again %d; want %d, %d, 0", setup.mutating, version.mutating, again.mutating, cost.setup(spokes), cost.version(spokes))
				}
				t.Logf("mutating calls and all: set-up %d of %d, a version %d of %d, again 0 of %d",
					setup.mutating, setup.all(), version.mutating, version.all(), again.all())
			})
		}
	}
}

func constant(n int) func(int) int { return linear(n, 0) }

func linear(n, each int) func(int) int { return func(spokes int) int { return n + each*spokes } }
