package aws_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/marketplacecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

// fair is two organizations with a private marketplace each, and axle's role in both.
type fair struct {
	*bed
	books *books
	file  *market.File
	asked []string // what the pass said
}

const home, north = "888888888888", "777777777777" // management accounts

func newFair(t *testing.T, yaml string) *fair {
	t.Helper()
	f := &fair{bed: newBedIn(t, sandbox.Options{Seed: []byte("market"), Start: "two-organizations"}), books: newBooks()}
	role := world.Role{Name: "market", Path: "/axle/", TrustAccounts: []string{"999999999999"}, ExternalID: "7f3c2d9e41"}
	if _, err := f.sandbox.EnsureRole(t.Context(), []string{home, north}, role); err != nil {
		t.Fatal(err)
	}
	f.load(yaml)
	return f
}

const twoOrganizations = `schema: 1
organizations:
  - {name: home, id: o-exampleorg1, account: "888888888888", role: "arn:aws:iam::888888888888:role/axle/market", external_id: 7f3c2d9e41}
  - {name: north, id: o-exampleorg2, account: "777777777777", role: "arn:aws:iam::777777777777:role/axle/market", external_id: 7f3c2d9e41}
`

func (f *fair) load(yaml string) {
	f.t.Helper()
	file, ds := market.Load("marketplace.yaml", []byte(twoOrganizations+yaml))
	if err := ds.Err(); err != nil {
		f.t.Fatal(err)
	}
	f.file = file
}

// put makes an experience, or changes it behind axle's back.
func (f *fair) put(s marketplacecatalog.Seed) {
	f.t.Helper()
	if _, err := f.sandbox.PutExperience(f.t.Context(), s); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fair) plan() market.Proposal {
	f.t.Helper()
	made := map[string]*aws.Marketplace{}
	s := f.file.Look(f.t.Context(), f.file.Experiences, func(o market.Organization) market.Marketplace {
		return f.at(made, o)
	})
	return f.file.Plan(f.file.Experiences, s, f.clock().Now())
}

var fairMu sync.Mutex

func (f *fair) at(made map[string]*aws.Marketplace, o market.Organization) *aws.Marketplace {
	fairMu.Lock()
	defer fairMu.Unlock()
	if made[o.Name] == nil {
		made[o.Name] = aws.NewMarketplace(f.session, o)
	}
	return made[o.Name]
}

func (f *fair) pass() market.Pass {
	made := map[string]*aws.Marketplace{}
	f.books.runs++
	return market.Pass{File: f.file, Books: f.books, Now: f.clock().Now, Sleep: f.clock().Sleep, Run: fmt.Sprint("test-", f.books.runs), Actor: "pat@example.com",
		At:  func(o market.Organization) (market.Marketplace, market.Changer) { m := f.at(made, o); return m, m },
		Say: func(format string, args ...any) { f.asked = append(f.asked, fmt.Sprintf(format, args...)) }}
}

// sync plans and applies, as one pass of axle market watch does.
func (f *fair) sync(accepted int) []market.Done {
	f.t.Helper()
	return f.pass().Apply(f.t.Context(), f.plan(), accepted)
}

// killed is a pass that ends at its nth call that changes something; late says that the call may still arrive.
func (f *fair) killed(nth int, at point) (run string, late bool) {
	plan, pass := f.plan(), f.pass()
	ctx, e := f.dying(nth, at)
	pass.Actor, f.books.kill = "first@example.com", ctx.Err
	pass.Sleep = func(ctx context.Context, d time.Duration) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return f.clock().Sleep(ctx, d)
	}
	pass.Apply(ctx, plan, -1)
	f.books.kill = nil
	clear(f.books.leases)
	f.revive(e)
	return pass.Run, e.late != nil
}

// policy is an experience's, as the sandbox has it: allowed and denied, each sorted.
func (f *fair) policy(organization, id string) (allowed, denied []string) {
	f.t.Helper()
	e, err := aws.NewMarketplace(f.newSession(), *f.file.Organization(organization)).Read(f.t.Context(), id)
	if err != nil {
		f.t.Fatal(err)
	}
	return e.Policy.Allowed, e.Policy.Denied
}

// writes are the calls since then that change something, by operation.
func (f *fair) writes(since int) (n int) {
	return f.called(since, "StartChangeSet") + f.called(since, "CancelChangeSet")
}

func (f *fair) called(since int, operation string) (n int) {
	f.t.Helper()
	calls, err := f.sandbox.Calls(f.t.Context(), since)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, c := range calls {
		if c.Operation == operation {
			n++
		}
	}
	return n
}

func (f *fair) now() int {
	calls, err := f.sandbox.Calls(f.t.Context(), 0)
	if err != nil || len(calls) == 0 {
		return 0
	}
	return calls[len(calls)-1].Number
}

func outcomes(all []market.Done) string {
	var words []string
	for _, d := range all {
		words = append(words, d.Entry+" "+d.Outcome)
	}
	return strings.Join(words, ", ")
}

// some are n product ids.
func some(prefix string, n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprintf("%s%05d", prefix, i))
	}
	return ids
}

// books keep what sqlite keeps, in memory; kill makes a write fail, as a killed process does.
type books struct {
	mu      sync.Mutex
	runs    int
	sets    []market.Set
	poisons []market.Poison
	audit   []market.Audit
	seen    map[string]market.Seen
	leases  map[string]string
	fence   int64
	kill    func() error
}

func newBooks() *books { return &books{seen: map[string]market.Seen{}, leases: map[string]string{}} }

func (b *books) Sets(_ context.Context, organization, experience string) (all []market.Set, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.sets {
		if s.Organization == organization && s.Experience == experience {
			all = append(all, s)
		}
	}
	return all, nil
}

func (b *books) Keep(_ context.Context, s market.Set, happened ...market.Audit) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kill != nil {
		if err := b.kill(); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(s) // what the disk gives back
	var kept market.Set
	if err == nil {
		err = json.Unmarshal(raw, &kept)
	}
	if i := slices.IndexFunc(b.sets, func(old market.Set) bool { return old.Name == s.Name }); i >= 0 {
		b.sets[i] = kept
	} else {
		b.sets = append(b.sets, kept)
	}
	b.audit = append(b.audit, happened...)
	return err
}

func (b *books) Durations(context.Context) (all []time.Duration, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.sets {
		if s.Status == market.Succeeded {
			all = append(all, s.End.Sub(s.Start))
		}
	}
	return all, nil
}

func (b *books) Poisons(_ context.Context, _, experience string) (all []market.Poison, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.poisons {
		if p.Experience == experience {
			all = append(all, p)
		}
	}
	return all, nil
}

func (b *books) Poison(_ context.Context, p market.Poison) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.poisons = slices.DeleteFunc(b.poisons, func(x market.Poison) bool { return x.Experience == p.Experience && x.Product == p.Product })
	b.poisons = append(b.poisons, p)
	return nil
}

func (b *books) Lease(_ context.Context, organization, holder string, _, until time.Time) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if has := b.leases[organization]; has != "" && has != holder {
		return 0, document.Fail("AXLE3405", "held by "+has, "", nil)
	}
	if b.leases[organization] = holder; until.IsZero() {
		delete(b.leases, organization)
	}
	b.fence++
	return b.fence, nil
}

func (b *books) Note(_ context.Context, s market.Seen) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s.Success.IsZero() {
		s.Success = b.seen[s.Experience].Success
	}
	b.seen[s.Experience] = s
	return nil
}

func (b *books) Tell(_ context.Context, happened ...market.Audit) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.audit = append(b.audit, happened...)
	return nil
}
