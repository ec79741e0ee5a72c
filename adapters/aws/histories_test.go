package aws_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

var (
	histories   = flag.Int("histories", 0, "how many random histories; 0: 16, with AXLE_FULL 10,000")
	historySeed = flag.Uint64("histories.seed", 0, "the seed of the first history; 0: a new one")
)

// M1 X15–X22 I1 I6 I7 I8 I9 I12: whatever is published, deprecated, retired, moved, suspended, lost
// and killed, by one or by two, in a storm: in the end the catalog is as wanted, of each thing there
// is one, and nothing was made that nobody had approved.
func TestHistories(t *testing.T) {
	n, seed := *histories, *historySeed
	if n == 0 {
		n = 16
		if full {
			n = 10_000
		}
	}
	if seed == 0 {
		seed = rand.Uint64N(1 << 40)
	}
	t.Logf("%d histories from seed %d; one again: -run Histories -histories=1 -histories.seed=N", n, seed)
	steps := map[string]int{}
	for i := range uint64(n) {
		h := newHistory(t, seed+i)
		h.live(3 + h.r.IntN(6))
		h.judge()
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed+i, strings.Join(h.told, "\n"))
		}
		for _, s := range h.told {
			steps[strings.Fields(s)[0]]++
		}
	}
	t.Logf("steps: %v", steps)
	for _, s := range moves {
		if n >= 100 && steps[s.name] == 0 {
			t.Errorf("no history has the step %s", s.name)
		}
	}
}

// history is a catalog's life, of two products in one portfolio.
type history struct {
	*bed
	r        *rand.Rand
	files    map[string]*products.File
	releases map[string][]catalog.Release // in the order in which they were approved
	approved map[string]bool              // digests
	away     map[string]bool              // spokes that are no longer under workloads
	told     []string
}

func newHistory(t *testing.T, seed uint64) *history {
	h := &history{bed: newBedOf(t, fmt.Sprint("history ", seed)), r: rand.New(rand.NewPCG(seed, 1)), files: map[string]*products.File{},
		releases: map[string][]catalog.Release{}, approved: map[string]bool{}, away: map[string]bool{}}
	for _, name := range []string{"bucket", "store"} {
		p := product("")
		p.Name = name
		h.files[name] = p
	}
	h.on("preset=storm")
	return h
}

// move is something that happens. It says what, "" where there is nothing for it to happen to.
type move struct {
	name string
	do   func(h *history) string
}

var moves = []move{
	{"publish", func(h *history) string { return h.publishNext(h.some(), 0) }},
	{"killed", func(h *history) string { return h.publishNext(h.some(), 1+h.r.IntN(60)) }},
	{"two", (*history).two},
	{"deprecate", func(h *history) string {
		return h.older(func(p *products.File, v string) { p.Lifecycle.Deprecated = []products.Deprecated{{Version: v}} })
	}},
	{"retire", func(h *history) string {
		return h.older(func(p *products.File, v string) { p.Lifecycle.Retired = append(p.Lifecycle.Retired, v) })
	}},
	{"revive", func(h *history) string {
		return h.older(func(p *products.File, _ string) { p.Lifecycle = products.Lifecycle{} })
	}},
	{"reword", func(h *history) string {
		h.folioFile(func(f *catalog.PortfolioFile) { f.Description = fmt.Sprint("Words ", h.r.IntN(1000)) })
		return h.again()
	}},
	{"reshare", func(h *history) string {
		h.folioFile(func(f *catalog.PortfolioFile) { f.Shares[0].TagOptions = !f.Shares[0].TagOptions })
		return h.again()
	}},
	{"forget", func(h *history) string {
		h.pins = &pins{ids: map[string]string{}}
		return h.again()
	}},
	{"move", (*history).moveAccount},
	{"suspend", (*history).suspend},
}

func (h *history) live(steps int) {
	for range steps {
		what := ""
		for what == "" && !h.t.Failed() {
			m := moves[h.r.IntN(len(moves))]
			if what = m.do(h); what != "" {
				h.told = append(h.told, m.name+" "+what)
			}
		}
	}
}

func (h *history) some() string { return []string{"bucket", "store"}[h.r.IntN(2)] }

// next approves another version of a product.
func (h *history) next(name string) string {
	version := fmt.Sprintf("1.%d.0", len(h.releases[name]))
	r := h.release(version)
	h.approved[r.Digest] = true
	h.releases[name] = append(h.releases[name], r)
	return version
}

func (h *history) publishNext(name string, killed int) string {
	version := h.next(name)
	how := h.settle(name, killed)
	return name + " " + version + how
}

// wanted is a product as git has it.
func (h *history) wanted(name string) catalog.Catalog {
	all := h.releases[name]
	last := all[len(all)-1]
	h.files[name].Version = last.Version
	c, err := catalog.Want(h.bed.files, h.files[name], last)
	must(h.t, err)
	return c
}

// settle publishes a product until it is as wanted, as its users would: what stopped is run again,
// with the approval that it had. The first run is killed at a call, if so told.
func (h *history) settle(name string, killed int) string {
	want, how := h.wanted(name), ""
	if killed > 0 {
		how = h.kill(killed, func(ctx context.Context) error { return h.once(ctx, want) })
	}
	var errs []error
	for range 10 {
		err := h.once(h.t.Context(), want)
		if err == nil {
			return how
		}
		errs = append(errs, err)
	}
	h.t.Errorf("%s does not settle: %v", name, errors.Join(errs...))
	return how
}

// once plans, has the plan approved, and carries it out.
func (h *history) once(ctx context.Context, want catalog.Catalog) error {
	hub := h.hub(want)
	have, err := hub.Observe(ctx)
	if err != nil {
		return err
	}
	r, err := catalog.Reconcile(ctx, hub, want, catalog.Approved(catalog.Plan(want, have)))
	return errors.Join(err, r.Err())
}

// kill ends a run at its nth call, before or after the effect.
func (h *history) kill(n int, run func(context.Context) error) string {
	ctx, kill := context.WithCancel(h.t.Context())
	defer kill()
	effect, total := h.r.IntN(2) == 0, 0
	h.wire.set(func(string, int) fault {
		if total++; total < n {
			return fault{}
		}
		return fault{reset: !effect || total > n, lost: true, then: kill}
	})
	_ = run(ctx)
	h.wire.set(nil)
	h.session = h.newSession()
	return fmt.Sprintf(", killed at call %d, effect %v", n, effect)
}

// two runs work at once: on the same version, or on one of each product.
func (h *history) two() string {
	names := []string{h.some(), h.some()}
	for _, name := range slices.Compact(slices.Clone(names)) {
		h.next(name)
	}
	wants := []catalog.Catalog{h.wanted(names[0]), h.wanted(names[1])}
	var wg sync.WaitGroup
	for _, want := range wants {
		wg.Go(func() { _ = h.once(h.t.Context(), want) }) // what they do to each other is run again
	}
	wg.Wait()
	for _, name := range names {
		h.settle(name, 0)
	}
	return strings.Join(names, " and ")
}

// older changes the state of a version that is not the last.
func (h *history) older(change func(*products.File, string)) string {
	name := h.some()
	all := h.releases[name]
	if len(all) < 2 {
		return ""
	}
	v := all[h.r.IntN(len(all)-1)].Version
	h.files[name].Lifecycle = products.Lifecycle{}
	change(h.files[name], v)
	return name + " " + v + h.settle(name, h.r.IntN(2)*(1+h.r.IntN(30)))
}

// again publishes what there is, by the first product.
func (h *history) again() string {
	for _, name := range []string{"bucket", "store"} {
		if len(h.releases[name]) > 0 {
			return name + h.settle(name, 0)
		}
	}
	return ""
}

const aside = "444444444444"

// moveAccount takes a spoke out of what is shared with, or back.
func (h *history) moveAccount() string {
	h.on("preset=calm")
	defer h.on("preset=storm")
	if h.away["closed"] {
		return ""
	}
	root, under := "r-ab12", "ou-ab12-11111111"
	from, to := under, root
	if h.away[aside] {
		from, to = root, under
	}
	members, _ := h.top()
	_, err := members.MoveAccount(h.t.Context(), &organizations.MoveAccountInput{AccountId: sdk.String(aside), SourceParentId: &from, DestinationParentId: &to})
	must(h.t, err)
	h.away[aside] = !h.away[aside]
	return "to " + to
}

func (h *history) suspend() string {
	h.on("preset=calm")
	defer h.on("preset=storm")
	if h.away["closed"] {
		return ""
	}
	members, _ := h.top()
	_, err := members.CloseAccount(h.t.Context(), &organizations.CloseAccountInput{AccountId: sdk.String(aside)})
	must(h.t, err)
	h.away["closed"] = true
	return aside
}

// judge looks at the end, on a calm day and without the state: as wanted, and of each thing one.
func (h *history) judge() {
	h.on("preset=calm")
	h.pins = &pins{ids: map[string]string{}}
	used := 0
	for name, all := range h.releases {
		if len(all) == 0 {
			continue
		}
		used++
		want := h.wanted(name)
		have, err := h.hub(want).Observe(h.t.Context())
		if err != nil {
			h.t.Errorf("%s: %v", name, err) // two of a key are refused
			continue
		}
		if left := catalog.Plan(want, have); len(left) > 0 { // I8
			h.t.Errorf("%s: left to do: %v", name, catalog.Summary(left))
		}
		if p := have.Product("eu-west-1", name); p != nil {
			h.versions(name, p)
		}
	}
	if used == 0 {
		return
	}
	h.single(used)
	for account, sees := range map[string]bool{someSpoke: true, aside: !h.away[aside] && !h.away["closed"]} {
		if account == aside && h.away["closed"] {
			continue // nobody acts there any more
		}
		if got := len(h.receivedIn(account)) > 0; got != sees { // I8
			h.t.Errorf("%s has the portfolio: %v, want %v", account, got, sees)
		}
	}
}

// versions are each there once, with approved content, in the order in which they were approved. I1 I6 I7 I12
func (h *history) versions(name string, p *catalog.Product) {
	hub := servicecatalog.NewFromConfig(h.as(hubAccount, "CatalogHubPublisher"))
	out, err := hub.ListProvisioningArtifacts(h.t.Context(), &servicecatalog.ListProvisioningArtifactsInput{ProductId: &p.ID})
	must(h.t, err)
	list := out.ProvisioningArtifactDetails
	slices.SortStableFunc(list, func(a, b types.ProvisioningArtifactDetail) int { return a.CreatedTime.Compare(*b.CreatedTime) })
	var names, want []string
	for _, a := range list {
		names = append(names, *a.Name)
		digest, _, _ := catalog.ParseDescription(sdk.ToString(a.Description))
		if !h.approved[digest] {
			h.t.Errorf("%s %s has content that nobody approved: %s", name, *a.Name, digest)
		}
		h.bytes(name, digest)
	}
	for _, r := range h.releases[name] {
		want = append(want, r.Version)
	}
	if !slices.Equal(names, want) {
		h.t.Errorf("%s has versions %v, want %v", name, names, want)
	}
}

// bytes looks whether what a version is made from is what was tested. I7
func (h *history) bytes(product, digest string) {
	_, hex, _ := strings.Cut(digest, ":")
	out, err := s3.NewFromConfig(h.as(hubAccount, "CatalogHubPublisher")).GetObject(h.t.Context(), &s3.GetObjectInput{
		Bucket: sdk.String("axle-artifacts-999999999999-eu-west-1"), Key: sdk.String(product + "/" + hex + "/template.yaml")})
	if err != nil {
		h.t.Errorf("%s %s: %v", product, digest, err)
		return
	}
	defer out.Body.Close()
	data := make([]byte, 1<<16)
	n, _ := out.Body.Read(data)
	if digestOf(data[:n]) != digest {
		h.t.Errorf("%s %s has other bytes", product, digest)
	}
}

// single counts what the hub holds, by hand. I9
func (h *history) single(productsThere int) {
	hub := h.plain()
	folios, err := hub.ListPortfolios(h.t.Context(), nil)
	must(h.t, err)
	all, err := hub.SearchProductsAsAdmin(h.t.Context(), nil)
	must(h.t, err)
	constraints, err := hub.ListConstraintsForPortfolio(h.t.Context(), &servicecatalog.ListConstraintsForPortfolioInput{PortfolioId: folios.PortfolioDetails[0].Id})
	must(h.t, err)
	if f, p, c := len(folios.PortfolioDetails), len(all.ProductViewDetails), len(constraints.ConstraintDetails); f != 1 || p != productsThere || c != productsThere {
		h.t.Errorf("%d portfolios, %d products, %d constraints; want 1, %d, %d", f, p, c, productsThere, productsThere)
	}
}

func (h *history) receivedIn(account string) []types.PortfolioDetail {
	out, err := h.plainIn(account, "CatalogBuilder").ListAcceptedPortfolioShares(h.t.Context(),
		&servicecatalog.ListAcceptedPortfolioSharesInput{PortfolioShareType: types.PortfolioShareTypeAwsOrganizations})
	must(h.t, err)
	return out.PortfolioDetails
}

// I6: what nobody approved is not made.
func TestHistoriesNeedApproval(t *testing.T) {
	h := newHistory(t, 1)
	h.on("preset=calm")
	h.next("bucket")
	want := h.wanted("bucket")
	_, err := catalog.Reconcile(t.Context(), h.hub(want), want, catalog.Approved(nil))
	if made := mutating(h.since(0)); document.CodeOf(err) != "AXLE2610" || len(made) > 0 {
		t.Errorf("%v, and made %v", err, made)
	}
}
