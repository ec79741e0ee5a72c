package catalog_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// prospect is the plan of a want over a have, with everything a Proposal tells of.
func prospect(want, have catalog.Catalog) catalog.Prospect {
	changes := catalog.Plan(want, have)
	return catalog.Prospect{Hub: "999999999999", Product: "bucket", Version: "1.1.0", Since: "1.0.0", Changes: changes, Have: have,
		Quotas: catalog.Quotas(changes, have), Reads: map[string]int{"eu-west-1": 7},
		Waves: []catalog.Wave{{Name: "first", Regions: []string{"eu-west-1"}, Bake: time.Hour}, {Name: "rest", Regions: []string{"us-east-1"}}},
		Spokes: []catalog.Spoke{{Account: "333333333333", Region: "eu-west-1", State: "ACTIVE"}, {Account: "444444444444", Region: "us-east-1", State: "ACTIVE"},
			{Account: "666666666666", Region: "eu-west-1", State: "SUSPENDED", Why: "SUSPENDED"}}}
}

// CAT-50: the same inputs give the same bytes, whatever order they come in; and what was stored
// is read as it was.
func TestProposalIsDeterministic(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		want, have := random(r, true), random(r, false)
		first, err := json.Marshal(catalog.Propose(prospect(want, have)))
		if err != nil {
			t.Fatal(err)
		}
		second, err := json.Marshal(catalog.Propose(prospect(shuffled(r, clone(want)), shuffled(r, clone(have)))))
		if err != nil || string(first) != string(second) {
			t.Fatalf("seed %d: %v\n%s\n%s", seed, err, first, second)
		}
		read, err := catalog.ReadProposal(first)
		if err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(read)
		if err != nil || string(again) != string(first) {
			t.Fatalf("seed %d: read as another, %v", seed, err)
		}
	}
}

// shuffled is the catalog with its products and portfolios in another order, joined as whoever
// observes joins them.
func shuffled(r *rand.Rand, c catalog.Catalog) catalog.Catalog {
	r.Shuffle(len(c.Products), func(i, j int) { c.Products[i], c.Products[j] = c.Products[j], c.Products[i] })
	r.Shuffle(len(c.Portfolios), func(i, j int) { c.Portfolios[i], c.Portfolios[j] = c.Portfolios[j], c.Portfolios[i] })
	return catalog.Join(c)
}

// CAT-50: what acts is in the digest, and the wave; ids, reasons, estimates and states are not.
func TestDigestHoldsWhatActs(t *testing.T) {
	change := func() catalog.Change {
		return catalog.Change{Verb: catalog.Create, Kind: catalog.KindLaunch, Account: "333333333333", Region: "eu-west-1", Calls: 1,
			Launch: &catalog.Launch{Entry: "guard", Product: "guard", Version: "1.0.0", Name: "guard"}}
	}
	was := catalog.Digest([]catalog.Change{change()})
	for name, c := range map[string]struct {
		edit func(*catalog.Change)
		same bool
	}{
		"an id":            {func(c *catalog.Change) { c.ID = "pp-1" }, true},
		"a reason":         {func(c *catalog.Change) { c.Reason = "catalog.yaml:3" }, true},
		"an estimate":      {func(c *catalog.Change) { c.Calls = 2 }, true},
		"what it is":       {func(c *catalog.Change) { c.Reversible = true }, true},
		"an observed id":   {func(c *catalog.Change) { c.Launch.ID, c.Launch.State = "pp-1", "AVAILABLE" }, true},
		"an account":       {func(c *catalog.Change) { c.Account = "444444444444" }, false},
		"a wave":           {func(c *catalog.Change) { c.Wave = "canary" }, false},
		"a parameter":      {func(c *catalog.Change) { c.Launch.Parameters = map[string]string{"Level": "high"} }, false},
		"what it was like": {func(c *catalog.Change) { c.Before = "0.9.0" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			changed := change()
			c.edit(&changed)
			if got := catalog.Digest([]catalog.Change{changed}) == was; got != c.same {
				t.Errorf("the same digest: %v, want %v", got, c.same)
			}
		})
	}
}

// CAT-50: who approved a plan with waves approved each of its changes in that wave, and the hub's
// own plan, which names none; not the same change in another wave.
func TestApprovedWaves(t *testing.T) {
	p := catalog.Propose(prospect(bucket(), catalog.Catalog{}))
	permit := catalog.Approved(p.Changes)
	if _, err := permit(catalog.Plan(bucket(), catalog.Catalog{})); err != nil {
		t.Errorf("the plan without waves: %v", err)
	}
	other := slices.Clone(p.Changes)
	other[0].Wave = "another"
	if _, err := permit(other); document.CodeOf(err) != "AXLE2610" || !strings.Contains(err.Error(), catalog.Digest(other)) || !strings.Contains(err.Error(), p.Digest) {
		t.Errorf("another wave: %v", err)
	}
}

// A change of what is there names it by AWS's id: what is attached to a product, and what stands in
// a spoke by the spoke's own, never by the hub's.
func TestProposalNamesWhatIsThere(t *testing.T) {
	have := attached(func(c *catalog.Catalog) {
		c.Portfolios[0].ID, c.Products[0].ID = "port-hub", "prod-hub"
		c.Products[0].TagOptions[0].ID, c.Shared[0].TagOptions[0].ID, c.Shared[0].Actions[0].ID = "tag-1", "tag-1", "act-1"
		c.Locals = []catalog.Local{{Account: "333333333333", Region: "eu-west-1", Portfolios: []catalog.Portfolio{{Region: "eu-west-1", Key: "storage", ID: "port-spoke"}},
			Copies: []catalog.Product{{Region: "eu-west-1", Key: "bucket", ID: "prod-spoke"}}}}
	})
	change := func(account string, c catalog.Change) catalog.Change {
		c.Verb, c.Account, c.Region = catalog.Delete, account, "eu-west-1"
		return c
	}
	spoke := "333333333333"
	for id, c := range map[string]catalog.Change{
		"tag-1":      change("", catalog.Change{Kind: catalog.KindTagOption, Product: "bucket", TagOption: &catalog.TagOption{Key: "environment", Value: "dev"}}),
		"act-1":      change("", catalog.Change{Kind: catalog.KindAction, Product: "bucket", Action: &catalog.Action{Name: "Restart"}}),
		"platform":   change("", catalog.Change{Kind: catalog.KindBudget, Product: "bucket", Budget: "platform"}),
		"port-hub":   change("", catalog.Change{Kind: catalog.KindShare, Portfolio: "storage", Share: &catalog.Share{}}),
		"port-spoke": change(spoke, catalog.Change{Kind: catalog.KindImport, Portfolio: "storage", Product: "bucket"}),
		"prod-spoke": change(spoke, catalog.Change{Kind: catalog.KindCopy, Product: "bucket", Version: &catalog.Version{Name: "1.0.0"}}),
		"":           change("444444444444", catalog.Change{Kind: catalog.KindImport, Portfolio: "storage", Product: "bucket"}),
	} {
		p := catalog.Propose(catalog.Prospect{Changes: []catalog.Change{c}, Have: have})
		if got := p.Changes[0].ID; got != id {
			t.Errorf("%s: id %q, want %q", c, got, id)
		}
	}
}

// CAT-51 UI-9: a first publication, with all that a person is told of it.
func TestProposal(t *testing.T) {
	p := catalog.Propose(prospect(bucket(), catalog.Catalog{}))
	if got, want := p.Calls, []catalog.CallsIn{{Account: "999999999999", Region: "eu-west-1", Writes: 7, Reads: 21}}; !slices.Equal(got, want) {
		t.Errorf("calls %v, want %v", got, want)
	}
	// 7 calls of 150 ms, product and constraint 2 s each, a share 15 s, and the wave's bake.
	if got := p.Duration(); got != time.Hour+20*time.Second {
		t.Errorf("takes %s", got)
	}
	if p.USDLeast != 0 || p.USDMost != 0.02 {
		t.Errorf("costs %v to %v", p.USDLeast, p.USDMost)
	}
	if want := []catalog.Reach{{Wave: "first", Regions: []string{"eu-west-1"}, Changes: 6, Spokes: 1, Skipped: 1}}; !reflect.DeepEqual(p.Reach, want) {
		t.Errorf("reaches %v", p.Reach)
	}
	for _, c := range p.Changes {
		if c.Wave != "first" || c.Removal || !c.Reversible || c.ID != "" {
			t.Errorf("%s: wave %q, removal %v, reversible %v, id %q", c, c.Wave, c.Removal, c.Reversible, c.ID)
		}
	}
}

// CAT-47 §7: launches are counted by their wave and place, and run side by side.
func TestProposalOfLaunches(t *testing.T) {
	var changes []catalog.Change
	for i := range 40 {
		account := strings.Repeat("3", 10) + string(rune('0'+i/10)) + string(rune('0'+i%10))
		changes = append(changes, catalog.Change{Verb: catalog.Create, Kind: catalog.KindLaunch, Account: account, Region: "eu-west-1", Wave: "all", Calls: 1,
			Launch: &catalog.Launch{Entry: "guard", Account: account, Region: "eu-west-1"}})
	}
	p := catalog.Propose(catalog.Prospect{Hub: "999999999999", Changes: changes, Waves: []catalog.Wave{{Name: "all", MaxParallel: 4}}})
	if p.Launches != 40 || len(p.Calls) != 40 || p.Duration() != 2*time.Second { // 40 × 150 ms, four at a time
		t.Errorf("%d launches in %d places, %s", p.Launches, len(p.Calls), p.Duration())
	}
	if want := []catalog.Reach{{Wave: "all", Regions: []string{"eu-west-1"}, Changes: 40, Spokes: 40, Provisioned: 40}}; p.Reach[0].Spokes != 40 || p.Reach[0].Provisioned != 40 {
		t.Errorf("reaches %v, want %v", p.Reach, want)
	}
}

// Many calls of one operation go at the rate of its bucket; another region does not wait for them.
func TestDurationByRate(t *testing.T) {
	many := func(n int, regions ...string) (all []catalog.Change) {
		for _, region := range regions {
			for range n {
				all = append(all, catalog.Change{Verb: catalog.Create, Kind: catalog.KindPrincipal, Region: region, Calls: 1, Principal: &catalog.Principal{Type: "IAM"}})
			}
		}
		return all
	}
	for name, c := range map[string]struct {
		changes []catalog.Change
		takes   time.Duration
	}{
		"a few, by how long a call is":      {many(10, "eu-west-1"), 2 * time.Second},
		"many, by the rate":                 {many(100, "eu-west-1"), 30 * time.Second},
		"as many in two regions, no longer": {many(100, "eu-west-1", "us-east-1"), 30 * time.Second},
	} {
		if got := catalog.Propose(catalog.Prospect{Changes: c.changes}).Duration(); got != c.takes {
			t.Errorf("%s: %s, want %s", name, got, c.takes)
		}
	}
}

// CAT-51: nobody waits for a bake where a version is only taken from its users: that comes after the
// waves. And the waves are named in their own order, whatever the regions are called.
func TestWavesOfAProposal(t *testing.T) {
	waves := []catalog.Wave{{Name: "canary", Regions: []string{"us-east-1"}, Bake: time.Hour}, {Name: "rest", Regions: []string{"eu-west-1"}}}
	version := func(verb catalog.Verb, guidance string) (all []catalog.Change) {
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			all = append(all, catalog.Change{Verb: verb, Kind: catalog.KindVersion, Region: region, Product: "bucket", Calls: 1,
				Version: &catalog.Version{Name: "1.0.0", Active: true, Guidance: guidance}})
		}
		return all
	}
	p := catalog.Propose(catalog.Prospect{Waves: waves, Changes: version(catalog.Create, "DEFAULT")})
	if p.Duration() < time.Hour || len(p.Reach) != 2 || p.Reach[0].Wave != "canary" || p.Reach[1].Wave != "rest" {
		t.Errorf("a new version takes %s, in %+v", p.Duration(), p.Reach)
	}
	if p := catalog.Propose(catalog.Prospect{Waves: waves, Changes: version(catalog.Update, "DEPRECATED")}); p.Duration() >= time.Hour {
		t.Errorf("a deprecation takes %s", p.Duration())
	}
}

// CAT-60: what a spoke has of its own goes after its region of the hub, and is shown so; where the
// region itself stays as it is, with the spoke's own wave.
func TestWaveOfWhatASpokeHas(t *testing.T) {
	p := catalog.Prospect{Hub: "999999999999", Spokes: []catalog.Spoke{{Account: "333333333333", Region: "eu-west-1"}},
		Waves: []catalog.Wave{{Name: "canary", Regions: []string{"us-east-1"}, Spokes: &catalog.SpokeSelector{Accounts: []document.AccountID{"333333333333"}}},
			{Name: "rest", Regions: []string{"eu-west-1"}, Spokes: everySpoke}},
		Changes: []catalog.Change{{Verb: catalog.Create, Kind: catalog.KindPlacement, Account: "333333333333", Region: "eu-west-1"}}}
	if got := catalog.Propose(p).Changes[0].Wave; got != "canary" {
		t.Errorf("alone it goes with wave %s", got)
	}
	p.Changes = append(p.Changes, catalog.Change{Verb: catalog.Create, Kind: catalog.KindPlacement, Region: "eu-west-1"})
	if got := catalog.Propose(p).Changes[0].Wave; got != "rest" {
		t.Errorf("after its region it goes with wave %s", got)
	}
}

// The first 1,000 calls of an account are free each month: nobody knows how many are left.
func TestCost(t *testing.T) {
	changes := []catalog.Change{{Verb: catalog.Create, Kind: catalog.KindPortfolio, Region: "eu-west-1", Calls: 3000, NewFolio: &catalog.Portfolio{}}}
	if p := catalog.Propose(catalog.Prospect{Hub: "999999999999", Changes: changes}); p.USDLeast != 1.4 || p.USDMost != 2.1 {
		t.Errorf("%v to %v", p.USDLeast, p.USDMost)
	}
}

// UI-9: what needs eyes is said, once.
func TestRisks(t *testing.T) {
	retired := with(func(c *catalog.Catalog) { c.Products[0].Versions[0].Active = false })
	role := with(func(c *catalog.Catalog) {
		c.Portfolios[0].Placements[0].Constraints[0].Parameters = `{"LocalRoleName":"S"}`
	})
	for name, c := range map[string]struct {
		want, have catalog.Catalog
		says       []string
	}{
		"nothing":             {bucket(), bucket(), nil},
		"a version retired":   {retired, bucket(), []string{"bucket 1.0.0 is retired: nobody can launch or update to it"}},
		"one put back":        {bucket(), retired, []string{"bucket 1.0.0 can be launched again: somebody had made it retired"}}, // as after a rollback that git does not know of
		"another launch role": {role, bucket(), []string{"launches of bucket in storage act with another role"}},
	} {
		var says []string
		for _, r := range catalog.Propose(prospect(c.want, c.have)).Risks {
			says = append(says, r.What)
		}
		if !slices.Equal(says, c.says) {
			t.Errorf("%s: %q, want %q", name, says, c.says)
		}
	}
}

// Plans of older runs are lists of changes: they are still read. What is no plan is refused.
func TestReadProposal(t *testing.T) {
	changes := catalog.Plan(bucket(), catalog.Catalog{})
	old, err := json.Marshal(changes)
	if err != nil {
		t.Fatal(err)
	}
	p, err := catalog.ReadProposal(old)
	if err != nil || p.Digest != catalog.Digest(changes) || len(p.Changes) != len(changes) {
		t.Errorf("an older run's: %v, %d changes, %s", err, len(p.Changes), p.Digest)
	}
	now, err := json.Marshal(catalog.Propose(prospect(bucket(), catalog.Catalog{})))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":                      "",
		"no JSON":                      "{",
		"a list of something else":     "[1]",
		"another form":                 `{"form":2}`,
		"no form":                      `{}`,
		"changes that were tampered":   strings.Replace(string(now), `"node":"ou-ab12-11111111"`, `"node":"ou-ab12-99999999"`, 1),
		"a digest that was tampered":   strings.Replace(string(now), `"digest":"sha256:`, `"digest":"sha256:0`, 1),
		"changes that were taken away": string(now[:strings.Index(string(now), `"changes":`)]) + `"changes":[]}`,
	} {
		if _, err := catalog.ReadProposal([]byte(text)); document.CodeOf(err) != "AXLE2702" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadProposal(f *testing.F) {
	f.Add([]byte(`[]`))
	f.Add([]byte(`{"form":1,"digest":"` + catalog.Digest(nil) + `","changes":[]}`))
	f.Add([]byte(`[{"verb":"create","kind":"share","share":{}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := catalog.ReadProposal(data)
		if err != nil {
			if document.CodeOf(err) != "AXLE2702" {
				t.Errorf("refused as %v", err)
			}
			return
		}
		again, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if p.Form != 0 {
			if _, err := catalog.ReadProposal(again); err != nil {
				t.Errorf("%s: %v", again, err)
			}
		}
	})
}

// CAT-33 CAT-50: a copy takes several calls. What is left of an approved one is permitted; another
// content, and a removal, are not.
func TestApprovedCopyIsFinished(t *testing.T) {
	version := catalog.Version{Name: "1.0.0", Digest: "sha256:a", Active: true, Guidance: "DEFAULT"}
	p := catalog.Product{Region: "eu-west-1", Key: "bucket", Name: "bucket", Tags: map[string]string{"axle:key": "bucket"}}
	made := p
	made.Versions = []catalog.Version{version}
	change := func(verb catalog.Verb, q *catalog.Product, v *catalog.Version) catalog.Change {
		return catalog.Change{Verb: verb, Kind: catalog.KindCopy, Account: "333333333333", Region: "eu-west-1", Product: "bucket", NewProduct: q, Version: v, Before: "otherwise"}
	}
	permit := catalog.Approved([]catalog.Change{change(catalog.Create, &made, nil)})
	renamed, other := p, version
	renamed.Name, other.Digest = "mine", "sha256:b"
	for name, c := range map[string]struct {
		change catalog.Change
		code   string
	}{
		"its tags":          {change(catalog.Update, &p, nil), ""},
		"its version":       {change(catalog.Create, nil, &version), ""},
		"the state of that": {change(catalog.Update, nil, &version), ""},
		"another name":      {change(catalog.Update, &renamed, nil), "AXLE2610"},
		"another content":   {change(catalog.Create, nil, &other), "AXLE2610"},
		"a removal":         {change(catalog.Delete, nil, &version), "AXLE2610"},
	} {
		if _, err := permit([]catalog.Change{c.change}); document.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
	}
}
