package stages_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

const enforcedYAML = `schema: 1
hub: { account: "999999999999", regions: [eu-west-1], role: CatalogHubPublisher, bucket: artifacts }
portfolios:
  messaging:
    display_name: Messaging
    provider_name: Team
    principals: [{ type: IAM_PATTERN, arn: "arn:aws:iam:::role/CatalogBuilder", accept_principal_name_risk: true }]
    shares: [{ organizational_unit: ou-ab12-11111111, principals: true }]
  staging: { display_name: Staging, provider_name: Team }
spokes: [{ organizational_unit: ou-ab12-11111111 }]
enforced:
  alarms: { product: topic, version: "^1", spokes: { all: true }, depends_on: [base] }
  base: { product: topic, version: "^1", spokes: { all: true }, parameters: { Level: high } }
`

// spokes are what the bed's spokes run, by account and name; what is kept there comes to be.
type spokes struct {
	*bed
	runs     map[string]map[string]catalog.Launched
	unread   map[string]error
	removals int               // that the approver named
	ends     map[string]string // how a launch ends that does not end well, by account and name
}

func (s *spokes) Read(_ context.Context, all []catalog.Spoke) ([]catalog.Reading, error) {
	readings := make([]catalog.Reading, len(all))
	for i, sp := range all {
		readings[i] = catalog.Reading{Spoke: sp, Err: s.unread[sp.Account]}
		for _, l := range s.runs[sp.Account] {
			readings[i].Launched = append(readings[i].Launched, l)
		}
	}
	return readings, s.call("Read %d", len(all))
}

func (s *spokes) Parameters(context.Context, []catalog.Reading, []catalog.Launch) error {
	return s.call("Parameters")
}

func (s *spokes) Keep(_ context.Context, l catalog.Launch) (catalog.Provisioned, error) {
	verb := "Keep"
	if l.Terminated {
		verb = "End"
	}
	if err := s.call("%s %s %s in %s as %s %v", verb, l.Name, l.Version, l.Account, l.Role, l.Parameters); err != nil || l.Terminated {
		s.lock(func() { delete(s.runs[l.Account], l.Name) })
		return catalog.Provisioned{}, err
	}
	state := "AVAILABLE"
	if bad := s.ends[l.Account+" "+l.Name]; bad != "" {
		state = bad
	}
	s.lock(func() {
		if s.runs[l.Account] == nil {
			s.runs[l.Account] = map[string]catalog.Launched{}
		}
		s.runs[l.Account][l.Name] = catalog.Launched{ID: "pp-" + l.Name, Name: l.Name, Version: l.Version, State: state, Parameters: l.Parameters, Message: "by the test"}
	})
	return catalog.Provisioned{ID: "pp-" + l.Name, Status: state, Message: "by the test"}, nil
}

func (s *spokes) lock(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
}

// enforcing is a bed whose catalog.yaml enforces the product in two spokes, twice.
func enforcing(change func(*spokes)) *spokes {
	s := &spokes{bed: newBed(), runs: map[string]map[string]catalog.Launched{}, unread: map[string]error{}, ends: map[string]string{}}
	s.write("catalog.yaml", enforcedYAML)
	if change != nil {
		change(s)
	}
	return s
}

func (s *spokes) act(t *testing.T, key string) (pipeline.Result, error) {
	t.Helper()
	d := s.deps()
	d.Fleet, d.Keeper, d.Journal = s.Read, s, &book{}
	d.Clock = stages.Clock{Now: func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }, Sleep: func(context.Context, time.Duration) error { return nil }}
	stage, action, _ := strings.Cut(key, "/")
	in := s.input(t, stage, action)
	in.Removals = s.removals
	return stages.All(d)[key](t.Context(), in)
}

// published plans, has it approved, and publishes to a hub in which the product then stands.
func (s *spokes) published(t *testing.T) *spokes {
	t.Helper()
	for _, key := range []string{"prod/plan", "prod/publish"} {
		res, err := s.act(t, key)
		if err != nil || res.Verdict != pipeline.Pass {
			t.Fatal(key, s.text(res, err))
		}
		s.results[key], s.approved = res, "sha256:seen"
	}
	s.calls, s.said = nil, nil
	return s
}

// S8 CAT-80 CAT-81: the approved plan holds the launches; enforce carries out those, each spoke's
// in the order of depends_on, and the second time none.
func TestEnforce(t *testing.T) {
	s := enforcing(nil).published(t)
	plan, err := catalog.ReadProposal(s.store[s.results["prod/plan"].Artifact("plan")])
	if err != nil {
		t.Fatal(err)
	}
	var planned []string
	for _, c := range plan.Changes {
		if c.Kind == catalog.KindLaunch {
			planned = append(planned, c.String())
		}
	}
	want := []string{
		"555555555555 eu-west-1: create launch axle-base of topic 1.1.0, Level=high", "666666666666 eu-west-1: create launch axle-base of topic 1.1.0, Level=high",
		"555555555555 eu-west-1: create launch axle-alarms of topic 1.1.0", "666666666666 eu-west-1: create launch axle-alarms of topic 1.1.0"}
	if !slices.Equal(planned, want) {
		t.Errorf("planned:\n%s", strings.Join(planned, "\n"))
	}
	for turn, verdict := range []pipeline.Verdict{pipeline.Pass, pipeline.Skipped} {
		s.calls = nil
		res, err := s.act(t, "prod/enforce")
		if err != nil || res.Verdict != verdict {
			t.Fatalf("turn %d: %s", turn, s.text(res, err))
		}
		kept := s.called("Keep")
		if verdict == pipeline.Skipped && len(kept) > 0 {
			t.Errorf("the second time: %q", kept)
		}
		for _, account := range []string{"555555555555", "666666666666"} {
			base := slices.Index(kept, fmt.Sprintf("Keep axle-base 1.1.0 in %s as CatalogBuilder map[Level:high]", account))
			alarms := slices.Index(kept, fmt.Sprintf("Keep axle-alarms 1.1.0 in %s as CatalogBuilder map[]", account))
			if verdict == pipeline.Pass && (base < 0 || alarms < base) {
				t.Errorf("%s: %q", account, kept)
			}
		}
	}
}

// What the plan and the enforcing refuse, name, or leave to another run.
func TestEnforceOtherwise(t *testing.T) {
	down := errors.New("the world is down")
	kept := func(name, state string) catalog.Launched {
		return catalog.Launched{ID: "pp-1", Name: name, Version: "1.0.0", State: state, Message: "disk full"}
	}
	cases := []struct {
		name   string
		change func(*spokes) // before the plan
		later  func(*spokes) // after publishing
		ends   string
		says   string
		keeps  []string // accounts and names
	}{
		{name: "nothing enforced: nobody is asked", change: func(s *spokes) { s.write("catalog.yaml", enforcedYAML[:strings.Index(enforcedYAML, "enforced:")]) }, ends: "skipped"},
		{name: "nobody approved", later: func(s *spokes) { s.approved = "" }, ends: "unjudged AXLE4110"},
		{name: "an account that arrived since is for the next run (CAT-64)", later: func(s *spokes) {
			s.accounts = append(s.accounts, catalog.Account{ID: "777777777777", Parent: "ou-ab12-11111111", State: "ACTIVE"})
		}, ends: "pass", says: "nobody approved it, for the next run: 777777777777 eu-west-1: create launch axle-base", keeps: []string{"5 base", "6 base", "5 alarms", "6 alarms"}},
		{name: "an account that was suspended since (CAT-64)", later: func(s *spokes) { s.accounts[1].State = "SUSPENDED" }, ends: "pass", keeps: []string{"5 base", "5 alarms"}},
		{name: "another parameter than was approved", later: func(s *spokes) { s.edit("catalog.yaml", "Level: high", "Level: low") }, ends: "unjudged AXLE2748", says: "the plan is no longer the approved one"},
		{name: "a launch that fails holds back its dependants there alone (CAT-81, CT-19)", later: func(s *spokes) { s.ends["555555555555 axle-base"] = "ERROR" },
			ends: "unjudged " + stages.CodeStopped, says: "axle-base (pp-axle-base) ended ERROR: by the test", keeps: []string{"5 base", "6 base", "6 alarms"}},
		{name: "one that failed before is left as it is (CT-19)", change: func(s *spokes) {
			s.runs["555555555555"] = map[string]catalog.Launched{"axle-base": kept("axle-base", "TAINTED")}
		}, ends: "fail AXLE2743 AXLE2752", says: "555555555555 eu-west-1: enforced base: axle-base (pp-1) is TAINTED: disk full", keeps: []string{"6 base", "6 alarms"}},
		{name: "a spoke that cannot be read is unknown, the other goes on (CAT-34)", change: func(s *spokes) { s.unread["555555555555"] = down },
			ends: "unjudged AXLE3300", says: "the spoke was not read: what runs there is unknown: the world is down", keeps: []string{"6 base", "6 alarms"}},
		{name: "a call that fails", later: func(s *spokes) { failing("Keep axle-base 1.1.0 in 666666666666")(s.bed) },
			ends: "unjudged " + stages.CodeStopped, says: "the world is down", keeps: []string{"5 base", "6 base", "5 alarms"}},
		{name: "an entry that is taken out is nobody's (CAT-82)", change: func(s *spokes) {
			s.edit("catalog.yaml", "  alarms:", "  #alarms:")
			s.runs["555555555555"] = map[string]catalog.Launched{"axle-alarms": kept("axle-alarms", "AVAILABLE")}
		}, ends: "pass", keeps: []string{"5 base", "6 base"}},
		{name: "terminated ends what is there (CAT-82)", change: func(s *spokes) {
			s.edit("catalog.yaml", "depends_on: [base] }", "depends_on: [base], state: terminated }")
			s.runs["555555555555"] = map[string]catalog.Launched{"axle-alarms": kept("axle-alarms", "ERROR")}
			s.removals = 1
		}, ends: "pass", keeps: []string{"5 base", "6 base", "5 end alarms"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := enforcing(c.change).published(t)
			if c.later != nil {
				c.later(s)
			}
			res, err := s.act(t, "prod/enforce")
			if got := word(res, err); got != c.ends {
				t.Errorf("ends %q, want %q\n%s", got, c.ends, s.text(res, err))
			}
			if got := s.text(res, err); !strings.Contains(got, c.says) {
				t.Errorf("says\n%s\nwant %q", got, c.says)
			}
			var keeps []string
			for _, call := range s.called("Keep", "End") {
				f := strings.Fields(strings.Replace(strings.Replace(call, " in ", " ", 1), "  ", " ", 1))
				verb := map[string]string{"End": "end "}[f[0]]
				account := f[len(f)-4]
				keeps = append(keeps, account[:1]+" "+verb+strings.TrimPrefix(f[1], "axle-"))
			}
			slices.Sort(keeps)
			slices.Sort(c.keeps)
			if !slices.Equal(keeps, c.keeps) {
				t.Errorf("kept %q, want %q", keeps, c.keeps)
			}
		})
	}
}

// S7: what is both enforced and available is refused before anybody is asked, also through a unit.
func TestEnforcedAndAvailable(t *testing.T) {
	s := enforcing(func(s *spokes) {
		s.edit("catalog.yaml", "principals: [", "principals: [{ type: IAM_PATTERN, arn: \"arn:aws:iam:::role/aws-reserved/sso.amazonaws.com/*\" }, ")
	})
	res, err := s.act(t, "alpha/lint")
	if word(res, err) != "fail AXLE2740" || !strings.Contains(s.text(res, err), "q/product.yaml:9:3 puts it into portfolio messaging, catalog.yaml:8:14 shares that") {
		t.Errorf("%s\n%s", word(res, err), s.text(res, err))
	}
}

// CAT-77: after publishing, a run says how to move those who run the product, where product.yaml asks.
func TestForcedUpdateProposesACampaign(t *testing.T) {
	for _, c := range []struct{ policy, changes, says string }{
		{"always", "Second version", "next: axle campaign create --product topic --to 1.1.0"},
		{"security_only", "Second version", "if 1.1.0 mends a security fault: axle campaign create --product topic --to 1.1.0 --critical"},
		{"security_only", `"Security: a hole"`, "1.1.0 mends a security fault; next: axle campaign create --product topic --to 1.1.0 --critical"},
		{"never", `"Security: a hole"`, ""},
	} {
		policy, says := c.policy, c.says
		b := newBed().planned(t)
		b.edit("q/product.yaml", "changes: Second version", "changes: "+c.changes)
		b.edit("q/product.yaml", "template: template.yaml", "template: template.yaml\nlifecycle: { forced_update: "+policy+" }")
		res, err := b.do(t, "prod/enforce")
		if got := b.text(res, err); word(res, err) != "skipped" || !strings.Contains(got, says) || says == "" && got != "" {
			t.Errorf("%s: %s says %q", policy, word(res, err), got)
		}
	}
}

// CAT-78: a plan that retires a version tells who runs it; spokes are read for that alone.
func TestPlanOfARetirementTellsWhoRunsIt(t *testing.T) {
	s := enforcing(func(s *spokes) {
		s.write("catalog.yaml", catalogYAML)
		s.edit("q/product.yaml", "template: template.yaml", "template: template.yaml\nlifecycle: { retired: [1.0.0] }")
	})
	look, err := s.deps().Look(t.Context(), s.input(t, "prod", "plan"))
	if err != nil {
		t.Fatal(err)
	}
	s.have = look.Want
	for i := range s.have.Products {
		s.have.Products[i].ID = "prod-1"
		s.have.Products[i].Versions = []catalog.Version{{ID: "pa-1", Name: "1.0.0", Digest: "sha256:00", Active: true, Guidance: "DEFAULT"}}
	}
	s.runs["555555555555"] = map[string]catalog.Launched{"mine": {Name: "mine", Product: "prod-1", Version: "1.0.0", State: "AVAILABLE"}}
	s.unread["666666666666"] = errors.New("no such role")
	res, err := s.act(t, "prod/plan")
	if err != nil {
		t.Fatal(s.text(res, err))
	}
	p, err := catalog.ReadProposal(s.store[res.Artifact("plan")])
	var risks []string
	for _, r := range p.Risks {
		risks = append(risks, r.What)
	}
	if want := "retires topic 1.0.0, which is still run as mine in 555555555555 eu-west-1; unknown who runs it in 666666666666 eu-west-1, which was not read; move them first: axle campaign create --product topic --from 1.0.0 --to VERSION"; err != nil || !strings.Contains(strings.Join(risks, "\n"), want) {
		t.Errorf("%v\n%s", err, strings.Join(risks, "\n"))
	}
}

// A value that AWS hides is not written where everybody reads it: refused in the product's run and in
// catalog.yaml's own, and shown by neither. I10 S7
func TestHiddenValuesAreNotEnforcedInTheOpen(t *testing.T) {
	enforced := func(name, value string) func(*bed) {
		return func(b *bed) {
			b.edit("q/template.yaml", "Parameters:\n", "Parameters:\n  Pass: { Type: String, NoEcho: true, Default: \"\" }\n")
			b.files["catalog.yaml"].Data = append(b.files["catalog.yaml"].Data,
				"enforced: { all: { product: topic, version: \"^1\", role: CatalogBuilder, spokes: { all: true }, parameters: { "+name+": \""+value+"\" } } }\n"...)
		}
	}
	for _, c := range []struct {
		name   string
		change func(*bed)
		want   bool
	}{
		{"hidden, in the open", enforced("Pass", "tangerine"), true},
		{"a dynamic reference", enforced("Pass", "{{resolve:secretsmanager:pass}}"), false},
		{"not hidden", enforced("Level", "high"), false},
	} {
		for _, run := range []func(*bed, *testing.T, string) (pipeline.Result, error){(*bed).do, func(b *bed, t *testing.T, key string) (pipeline.Result, error) { return b.doWhole(t, key) }} {
			b := newBed()
			b.edit("catalog.yaml", "shares: [{ organizational_unit: ou-ab12-11111111, principals: true }]",
				"shares: [{ organizational_unit: ou-ab12-11111111, principals: true }]\n    principals: [{ type: IAM_PATTERN, arn: \"arn:aws:iam:::role/CatalogBuilder\", accept_principal_name_risk: true }]")
			c.change(b)
			res, err := run(b, t, "alpha/lint")
			text := b.text(res, err)
			if got := strings.Contains(text, "AXLE2763"); got != c.want || strings.Contains(text, "tangerine") {
				t.Errorf("%s: refused %v, want %v\n%s", c.name, got, c.want, text)
			}
		}
	}
}
