package stages_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

func marketSpec(t *testing.T, ref string, limit stages.Limit) pipeline.Spec {
	t.Helper()
	return marketSpecOf(t, pipelineYAML, ref, limit)
}

func marketSpecOf(t *testing.T, text, ref string, limit stages.Limit) pipeline.Spec {
	t.Helper()
	f, ds := pipeline.Load("pipeline.yaml", []byte(strings.Replace(text, "catalog:", "marketplace: marketplace.yaml\ncatalog:", 1)))
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	sp, err := stages.MarketSpec(f, ref, limit)
	if err != nil {
		t.Fatal(err)
	}
	return sp
}

// MKF-4: alpha loads the file, gamma reads, prod asks and applies. No gate is got round by leaving a
// stage out.
func TestMarketSpec(t *testing.T) {
	begun := pipelineYAML[:strings.Index(pipelineYAML, "  beta:")]
	for _, c := range []struct {
		name, text, ref, steps, requires string
		limit                            stages.Limit
	}{
		{name: "whole", text: pipelineYAML, ref: "refs/heads/main", steps: "alpha/lint alpha/secrets gamma/doctor gamma/plan prod/plan prod/publish"},
		{name: "another branch is read for, and changes nothing", text: pipelineYAML, ref: "refs/heads/idea", steps: "alpha/lint alpha/secrets gamma/doctor gamma/plan"},
		{name: "nothing goes past alpha", text: begun, ref: "refs/heads/main", steps: "alpha/lint alpha/secrets"},
		{name: "prod alone", text: pipelineYAML, ref: "refs/heads/main", limit: stages.Limit{From: "prod"}, steps: "prod/plan prod/publish", requires: "alpha gamma"},
		{name: "alpha alone", text: pipelineYAML, ref: "refs/heads/main", limit: stages.Limit{To: "alpha"}, steps: "alpha/lint alpha/secrets"},
	} {
		sp := marketSpecOf(t, c.text, c.ref, c.limit)
		if got := strings.Join(keys(sp.Stages), " "); got != c.steps || sp.Market != "marketplace.yaml" || sp.Whole != nil {
			t.Errorf("%s: %s", c.name, got)
		}
		if got := strings.Join(sp.Requires, " "); got != c.requires {
			t.Errorf("%s: it requires %s", c.name, got)
		}
	}
}

// MKF-4: in force is the file that a person approved and whose publication has begun, the last of
// them: no push that waits, none that was refused before it changed anything, no other hub's.
func TestInForce(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	planned := pipeline.Result{Verdict: pipeline.Pass, Artifacts: []pipeline.Artifact{{Name: "plan", Digest: "sha256:aa"}}}
	sp := marketSpec(t, "refs/heads/main", stages.Limit{From: "prod"})
	sp.Hub = "sandbox"
	// run is one whose publication begins so many minutes after noon, and ends so.
	run := func(sha string, approved bool, begins int, ends *pipeline.Result) pipeline.Run {
		r := pipeline.Run{ID: "marketplace-" + sha + "-1", Product: "marketplace.yaml", Spec: sp, Commit: pipeline.Commit{SHA: sha}}
		add := func(e pipeline.Event) {
			e.Stage, e.At = "prod", noon.Add(time.Duration(begins)*time.Minute)
			next, err := r.Append(e)
			if err != nil {
				t.Fatal(err)
			}
			r = next
		}
		result := planned
		if !approved {
			result.Verdict = pipeline.Skipped
		}
		add(pipeline.Event{Kind: pipeline.Started, Action: "plan"})
		add(pipeline.Event{Kind: pipeline.Finished, Action: "plan", Result: result})
		if approved {
			add(pipeline.Event{Kind: pipeline.Approved, Action: "approval", By: "boss@example.com", Reason: "read", Digest: r.Subject("prod")})
		}
		if begins > 0 {
			add(pipeline.Event{Kind: pipeline.Started, Action: "publish"})
		}
		if ends != nil {
			add(pipeline.Event{Kind: pipeline.Finished, Action: "publish", Result: *ends})
		}
		return r
	}
	pass, moved := &pipeline.Result{Verdict: pipeline.Pass}, &pipeline.Result{Verdict: pipeline.Unjudged}
	half := &pipeline.Result{Verdict: pipeline.Unjudged, Artifacts: []pipeline.Artifact{{Name: "outcome", Digest: "sha256:bb"}}}
	other := run("other", true, 9, pass)
	other.Spec.Hub = "aws"
	for _, c := range []struct {
		name string
		runs []pipeline.Run
		want string
	}{
		{"none", nil, ""},
		{"one that waits", []pipeline.Run{run("a", true, 0, nil)}, ""},
		{"one", []pipeline.Run{run("a", true, 1, pass)}, "a"},
		{"a push waits", []pipeline.Run{run("a", true, 1, pass), run("b", true, 0, nil)}, "a"},
		{"the last that began, in whatever order they were made", []pipeline.Run{run("a", true, 5, pass), run("b", true, 2, pass)}, "a"},
		{"killed while it was carried out", []pipeline.Run{run("a", true, 1, pass), run("b", true, 2, nil)}, "b"},
		{"half of it was carried out", []pipeline.Run{run("a", true, 1, pass), run("b", true, 2, half)}, "b"},
		{"refused before anything was changed", []pipeline.Run{run("a", true, 1, pass), run("b", true, 2, moved)}, "a"},
		{"nobody approved, since there was nothing to change", []pipeline.Run{run("a", false, 1, pass)}, ""},
		{"another hub's", []pipeline.Run{run("a", true, 1, pass), other}, "a"},
	} {
		if got := stages.InForce(c.runs, "sandbox", "marketplace.yaml"); got.Commit.SHA != c.want {
			t.Errorf("%s: %q is in force, want %q", c.name, got.Commit.SHA, c.want)
		}
		if got := stages.InForce(c.runs, "sandbox", "other.yaml"); got.ID != "" {
			t.Errorf("%s: %s is in force of another file", c.name, got.ID)
		}
	}
}

const standYAML = `schema: 1
organizations:
  - {name: home, id: o-aaaaaaaaaa, account: "111111111111", role: "arn:aws:iam::111111111111:role/m", external_id: x}
experiences:
  - {name: approved, organization: home, id: exp-1, products_from: experience}
licences: {organization: home, granter: "111111111111"}
`

// stand is what a run of marketplace.yaml meets: a source that is its own truth, and licences.
type stand struct {
	file     string
	approved string // the file that was approved last
	plan     market.LicencePlan
	rounds   []market.Shared // of licences, one after another
	office   market.Office
	setup    market.Setup
	down     string // what cannot be reached

	shared int
}

func newStand() *stand {
	return &stand{file: standYAML, plan: market.LicencePlan{Pairs: []market.Pair{{Licence: "l", SKU: "prod-a", Principal: market.Root("222222222222"), Step: market.Make, Word: market.Yes}}},
		rounds: []market.Shared{{Outcome: market.Applied, Calls: 2, Ended: []market.Pair{{SKU: "prod-a"}}}},
		office: market.Office{Management: "111111111111", Trusted: []string{market.TrustExperiences}}, setup: market.Setup{Management: "111111111111", Linked: true}}
}

func (s *stand) reach(what string) error {
	if s.down == what {
		return errors.New("the world is down")
	}
	return nil
}

func (s *stand) fair() stages.Fair {
	return stages.Fair{
		Pass: func(_ context.Context, f *market.File) (market.Pass, error) {
			return market.Pass{File: f, Books: notes{}, Now: time.Now, At: func(market.Organization) (market.Marketplace, market.Changer) { return shelf{}, nil }}, s.reach("Pass")
		},
		Licences: func(context.Context, *market.File) (market.LicencePlan, error) { return s.plan, s.reach("Licences") },
		Share: func(_ context.Context, in pipeline.Input, _ *market.File, plan market.LicencePlan) (market.Shared, error) {
			if len(plan.Pairs) != len(s.plan.Pairs) || in.Approved == "" {
				return market.Shared{}, errors.New("not what was approved")
			}
			s.shared++
			return s.rounds[min(s.shared, len(s.rounds))-1], s.reach("Share")
		},
		Office: func(_ context.Context, _ *market.File, o market.Organization) (market.Office, error) {
			s.office.Organization = o
			return s.office, s.reach("Office")
		},
		Setup: func(context.Context, *market.File) (market.Estate, market.Setup, error) {
			return market.Estate{}, s.setup, s.reach("Setup")
		},
		Approved: func(context.Context, string) ([]byte, error) {
			if s.approved == "" {
				return nil, s.reach("Approved")
			}
			return []byte(s.approved), s.reach("Approved")
		},
	}
}

// notes are books of a pass that has nothing to write.
type notes struct{ market.Books }

func (notes) Lease(context.Context, string, string, time.Time, time.Time) (int64, error) {
	return 1, nil
}
func (notes) Sets(context.Context, string, string) ([]market.Set, error)       { return nil, nil }
func (notes) Durations(context.Context) ([]time.Duration, error)               { return nil, nil }
func (notes) Poisons(context.Context, string, string) ([]market.Poison, error) { return nil, nil }
func (notes) Note(context.Context, market.Seen) error                          { return nil }

// do carries out an action of marketplace.yaml's run; what comes after a plan was approved.
func (s *stand) do(t *testing.T, key string) (res pipeline.Result, b *bed, err error) {
	t.Helper()
	b = newBed()
	b.files = fstest.MapFS{"marketplace.yaml": {Data: []byte(s.file)}}
	d := b.deps()
	d.Market = s.fair()
	in := pipeline.Input{Market: "marketplace.yaml", RunID: "marketplace-1"}
	if key == "prod/publish" {
		down := s.down
		s.down = ""
		planned, err := stages.All(d)["prod/plan"](t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		s.down, in.Results, in.Approved = down, map[string]pipeline.Result{"prod/plan": planned}, "sha256:seen"
	}
	res, err = stages.All(d)[key](t.Context(), in)
	return res, b, err
}

// MKF-4: what each action of the run makes of what it meets. Whatever cannot be reached is not passed.
func TestMarketActions(t *testing.T) {
	half := market.Shared{Outcome: market.Incomplete, Calls: 1, Left: 1, Ended: []market.Pair{}}
	for _, c := range []struct {
		name, action, ends, says string
		change                   func(*stand)
	}{
		{name: "gamma examines", action: "gamma/doctor", ends: "pass AXLE2803", says: "not so: "},
		{name: "an account that can change nothing", action: "gamma/doctor", change: func(s *stand) { s.office.Management = "999999999999" }, ends: "fail AXLE2803", says: "neither the management account nor the delegated administrator"},
		{name: "the delegated administrator can", action: "gamma/doctor", change: func(s *stand) {
			s.office.Management, s.office.Administrators = "999999999999", []string{"111111111111"}
		}, ends: "pass AXLE2803"},
		{name: "grants that would wait for ever", action: "gamma/doctor", change: func(s *stand) { s.setup.Linked = false }, ends: "fail AXLE2803", says: "grants would wait for ever"},
		{name: "without a grant to make, it is told", action: "gamma/doctor", change: func(s *stand) { s.setup.Linked, s.plan.Pairs = false, nil }, ends: "pass AXLE2803", says: "not so: License Manager is linked"},
		{name: "whether there is one cannot be told", action: "gamma/doctor", change: func(s *stand) { s.setup.Linked, s.plan.Pairs, s.down = false, nil, "Licences" }, ends: "fail AXLE2803", says: "grants would wait for ever"},
		{name: "what a doctor cannot read, the run may do without", action: "gamma/doctor", change: func(s *stand) { s.down = "Office" }, ends: "pass AXLE2803", says: "organization home: not examined"},
		{name: "of licences too", action: "gamma/doctor", change: func(s *stand) { s.down = "Setup" }, ends: "pass AXLE2803", says: "organization home: not examined"},
		{name: "nothing is reached", action: "gamma/doctor", change: func(s *stand) { s.down = "Pass" }, ends: "unjudged AXLE3002"},
		{name: "gamma plans", action: "gamma/plan", ends: "pass"},
		{name: "no grants are read", action: "gamma/plan", change: func(s *stand) { s.down = "Licences" }, ends: "unjudged AXLE3002"},
		{name: "more grants than a licence can have, nobody approves", action: "gamma/plan", change: func(s *stand) { s.plan.Counts = map[string]int{"l": 2001} }, ends: "unjudged AXLE2820"},
		{name: "the file is not fit", action: "gamma/plan", change: func(s *stand) { s.file = strings.Replace(standYAML, "schema: 1", "schema: 2", 1) }, ends: "unjudged AXLE1036"},

		{name: "prod plans", action: "prod/plan", ends: "pass", says: "1 grant to do"},
		{name: "nothing to change, and nobody has approved the file", action: "prod/plan", change: func(s *stand) { s.plan.Pairs = nil }, ends: "pass", says: "nothing to change"},
		{name: "nor this one", action: "prod/plan", change: func(s *stand) { s.plan.Pairs, s.approved = nil, standYAML+"# looser\n" }, ends: "pass"},
		{name: "nothing to change of what was approved", action: "prod/plan", change: func(s *stand) { s.plan.Pairs, s.approved = nil, standYAML }, ends: "skipped"},
		{name: "a grant that AWS is at work on is no change", action: "prod/plan", change: func(s *stand) { s.plan.Pairs[0].Step, s.approved = market.Poll, standYAML }, ends: "skipped"},
		{name: "who approved is not known", action: "prod/plan", change: func(s *stand) { s.down = "Approved" }, ends: "unjudged AXLE3002"},

		{name: "published", action: "prod/publish", ends: "pass", says: "licences: applied, 1 grant in place or gone, 0 left"},
		{name: "passes go on until all is done", action: "prod/publish", change: func(s *stand) { s.rounds = append([]market.Shared{half, half}, s.rounds...) }, ends: "pass", says: "licences: applied, 1 grant in place or gone, 0 left"},
		{name: "or no further", action: "prod/publish", change: func(s *stand) {
			s.rounds = []market.Shared{half, {Outcome: market.Incomplete, Left: 1}, {Outcome: market.Applied, Calls: 9}}
		}, ends: "pass AXLE2805", says: "AWS is still at work on 1 grant"},
		{name: "a grant that fails is told", action: "prod/publish", change: func(s *stand) {
			s.rounds[0].Outcome, s.rounds[0].Failed = market.Conflict, []market.Notice{{SKU: "prod-a", Account: "222222222222", What: "make: refused"}}
		}, ends: "pass AXLE2804", says: "licence prod-a 222222222222: make: refused"},
		{name: "what nobody can decide is told", action: "prod/publish", change: func(s *stand) { s.rounds[0].Outcome = market.Conflict }, ends: "pass AXLE2804", says: "needs somebody to decide"},
		{name: "a pass that AWS refuses", action: "prod/publish", change: func(s *stand) { s.rounds[0].Outcome, s.rounds[0].Err = market.Denied, errors.New("access denied") }, ends: "unjudged AXLE3002"},
		{name: "no pass begins", action: "prod/publish", change: func(s *stand) { s.down = "Share" }, ends: "unjudged AXLE3002"},
		{name: "nothing is reached any more", action: "prod/publish", change: func(s *stand) { s.down = "Pass" }, ends: "unjudged AXLE3002"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStand()
			if c.change != nil {
				c.change(s)
			}
			res, b, err := s.do(t, c.action)
			if got := word(res, err); got != c.ends {
				t.Errorf("ends %q, want %q\n%s", got, c.ends, b.text(res, err))
			}
			if got := b.text(res, err); !strings.Contains(got, c.says) {
				t.Errorf("says\n%s\nwant %q", got, c.says)
			}
		})
	}
}

// PMP-9, MKF-4: one cause that many experiences meet is told once; nothing is said to be planned of them.
func TestOneCauseIsToldOnce(t *testing.T) {
	s := newStand()
	s.file = strings.Replace(standYAML, "products_from: experience}", "products: {allow: []}}\n  - {name: other, organization: home, follows: approved, ids: [exp-1x, exp-1y]}", 1)
	res, b, err := s.do(t, "gamma/plan")
	text := b.text(res, err)
	if got := word(res, err); got != "unjudged AXLE4180" || strings.Count(text, "the source approved allows nothing") != 1 || strings.Contains(text, "to deny") {
		t.Errorf("%s\n%s", got, text)
	}
}

// A publication that has begun says what became of it, whatever that was; one that was refused before it
// changed anything does not: InForce tells them apart by that.
func TestPublicationKeepsItsOutcome(t *testing.T) {
	for _, c := range []struct {
		name string
		down string
		kept bool
	}{{"all went well", "", true}, {"licences failed after the experiences", "Share", true}, {"it was refused", "Pass", false}} {
		s := newStand()
		s.down = c.down
		if res, _, _ := s.do(t, "prod/publish"); (res.Artifact("outcome") != "") != c.kept {
			t.Errorf("%s: %+v", c.name, res.Artifacts)
		}
	}
}

// What waits for a person is asked for once, while its plan holds all that is to be changed.
func TestMarketPlanHolds(t *testing.T) {
	deny := func(entry string, products ...string) market.Item {
		return market.Item{Entry: entry, Organization: "o", Experience: "exp-" + entry, Mode: "enforce", Delta: market.Delta{Deny: products}}
	}
	plan := stages.MarketPlan{Experiences: []market.Item{deny("a", "x", "y"), deny("b")}, Licences: &market.LicencePlan{Pairs: []market.Pair{{Licence: "l", Principal: "p", Step: market.Revoke}}}}
	for _, c := range []struct {
		name  string
		items []market.Item
		want  bool
	}{
		{"the same", []market.Item{deny("a", "x", "y"), deny("b")}, true},
		{"less", []market.Item{deny("a", "x"), deny("b")}, true},
		{"more", []market.Item{deny("a", "x", "y", "z"), deny("b")}, false},
		{"another one's", []market.Item{deny("a", "x"), deny("b", "x")}, false},
		{"an experience that was not there then", []market.Item{deny("a", "x"), deny("b"), deny("c", "x")}, false},
	} {
		if got := plan.Holds(market.Proposal{Items: c.items}); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	l := &market.Licences{}
	if more := []market.Pair{{Licence: "l", Principal: "p", Step: market.Revoke}, {Licence: "l", Principal: "q", Step: market.Revoke}}; plan.Shares(l, market.LicencePlan{Pairs: more}) || !plan.Shares(l, market.LicencePlan{Pairs: more[:1]}) {
		t.Error("licences are not held as they were planned")
	}
	if (stages.MarketPlan{}).Shares(l, market.LicencePlan{}) {
		t.Error("a plan without licences holds them")
	}
	if _, err := stages.ReadMarketPlan([]byte("{")); err == nil {
		t.Error("half a plan is read")
	}
}
