package stages_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

// actions are the keys of every action of a product's run, sorted.
func actions() []string { return keys(stages.Order) }

func keys(order []pipeline.Stage) (all []string) {
	for _, st := range order {
		for _, s := range st.Steps {
			if !s.Approval {
				all = append(all, pipeline.Key(st.Name, s.Action))
			}
		}
	}
	slices.Sort(all)
	return all
}

// Every step of Order, and of marketplace.yaml's own run, is an action or a person, and there is no
// action that no step names.
func TestOrderAndActionsAgree(t *testing.T) {
	steps := append(actions(), keys(marketSpec(t, "refs/heads/main", stages.Limit{}).Stages)...)
	slices.Sort(steps)
	steps = slices.Compact(steps)
	if got := slices.Sorted(maps.Keys(stages.All(newBed().deps()))); !slices.Equal(got, steps) {
		t.Errorf("actions %v\nsteps   %v", got, steps)
	}
}

// In a sound world every action passes: what the other tests break is what makes them fail.
func TestEveryActionPasses(t *testing.T) {
	for _, action := range actions() {
		b := newBed().planned(t)
		res, err := b.do(t, action)
		if got := word(res, err); got != "pass" && (action != "prod/enforce" || got != "skipped") { // nothing is enforced
			t.Errorf("%s: %s\n%s", action, word(res, err), b.text(res, err))
		}
	}
}

// I5, I8: whichever call into the world fails, and at whichever time it is made, the action that
// made it does not pass. Every kind of call is made by some action.
func TestNoFailureOfTheWorldPasses(t *testing.T) {
	tried := map[string]bool{}
	for _, action := range actions() {
		whole := newBed().planned(t)
		if _, err := whole.do(t, action); err != nil {
			t.Fatal(err)
		}
		for at, call := range whole.calls {
			kind, _, _ := strings.Cut(call, " ")
			tried[kind] = true
			b := newBed().planned(t)
			n := 0
			b.fail = func(string) error {
				if n++; n == at+1 {
					return errors.New("the world is down")
				}
				return nil
			}
			res, err := b.do(t, action)
			if err == nil && (res.Verdict == pipeline.Pass || res.Verdict == pipeline.Skipped) {
				t.Errorf("%s passes though call %d failed: %s", action, at+1, call)
			}
		}
	}
	kinds := []string{"Apply", "CloseStack", "Delete", "Describe", "Detect", "Detector", "Former", "Get", "Incoming", "Launch", "Observe", "Offer", "OpenStack", "Organization", "Provision", "Published", "Put", "Quotas", "Record", "Terminate", "Tree"}
	if got := slices.Sorted(maps.Keys(tried)); !slices.Equal(got, kinds) {
		t.Errorf("tried %v", got)
	}
}

// I5: what alpha/lint refuses no other action that reads it passes.
func TestNoActionPassesOnFaultyFiles(t *testing.T) {
	for name, spoil := range map[string]func(*bed){
		"product.yaml is not YAML":      func(b *bed) { b.write("q/product.yaml", "a: [") },
		"product.yaml is empty":         func(b *bed) { b.write("q/product.yaml", "") },
		"product.yaml is gone":          func(b *bed) { delete(b.files, "q/product.yaml") },
		"an unknown key":                func(b *bed) { b.edit("q/product.yaml", "owner:", "ownr:") },
		"the template is not YAML":      func(b *bed) { b.write("q/template.yaml", "a: [") },
		"the template is gone":          func(b *bed) { delete(b.files, "q/template.yaml") },
		"the template holds no mapping": func(b *bed) { b.write("q/template.yaml", "- a\n") },
		"catalog.yaml is not YAML":      func(b *bed) { b.write("catalog.yaml", "a: [") },
		"catalog.yaml is gone":          func(b *bed) { delete(b.files, "catalog.yaml") },
		"a portfolio that is not there": func(b *bed) { b.edit("q/product.yaml", "messaging:", "mesaging:") },
		"type EXTERNAL":                 func(b *bed) { b.edit("q/product.yaml", "template: template.yaml", "type: EXTERNAL\nsource: q") },
	} {
		for _, action := range actions() {
			if action == "alpha/secrets" || action == "beta/teardown" { // read blobs, and names of stacks
				continue
			}
			b := newBed().planned(t)
			spoil(b)
			res, err := b.do(t, action)
			if err == nil && res.Verdict != pipeline.Fail && res.Verdict != pipeline.Unjudged {
				t.Errorf("%s: %s ends %s", name, action, word(res, err))
			}
		}
	}
}

func stageNames(sp pipeline.Spec) string {
	var names []string
	for _, st := range sp.Stages {
		names = append(names, st.Name)
	}
	return strings.Join(names, " ")
}

// CLI-10, CLI-11: a run has the stages of pipeline.yaml that its limit leaves; prod is for the
// protected branch alone, whatever is asked.
func TestSpecStages(t *testing.T) {
	for _, c := range []struct {
		ref   string
		limit stages.Limit
		want  string
	}{
		{"refs/heads/main", stages.Limit{}, "alpha beta gamma prod"},
		{"refs/heads/feature", stages.Limit{}, "alpha beta gamma"},
		{"refs/tags/main", stages.Limit{}, "alpha beta gamma"},
		{"refs/heads/main2", stages.Limit{}, "alpha beta gamma"},
		{"main", stages.Limit{}, "alpha beta gamma"},
		{"", stages.Limit{}, "alpha beta gamma"},
		{"refs/heads/feature", stages.Limit{From: "gamma", To: "prod"}, "gamma"},
		{"refs/heads/main", stages.Limit{To: "alpha"}, "alpha"},
		{"refs/heads/main", stages.Limit{From: "gamma"}, "gamma prod"},
		{"refs/heads/main", stages.Limit{From: "beta", To: "gamma"}, "beta gamma"},
		{"refs/heads/main", stages.Limit{Only: []string{"prod", "alpha"}}, "alpha prod"}, // in their own order
		{"refs/heads/main", stages.Limit{From: "pre-commit"}, "alpha beta gamma prod"},
	} {
		b := newBed()
		b.ref = c.ref
		sp, err := b.spec(c.limit)
		if got := stageNames(sp); err != nil || got != c.want {
			t.Errorf("%s %+v: %q, %v; want %q", c.ref, c.limit, got, err, c.want)
		}
	}
}

// CLI-11, B014: what leaves nothing to run, or names no stage, is refused: an empty run would succeed.
func TestSpecRefuses(t *testing.T) {
	for _, c := range []struct {
		ref        string
		limit      stages.Limit
		code, says string
	}{
		{"refs/heads/feature", stages.Limit{Only: []string{"prod"}}, "AXLE1210", "prod runs on main only"},
		{"refs/heads/feature", stages.Limit{From: "prod"}, "AXLE1210", "pipeline.yaml has alpha, beta, gamma, prod"},
		{"refs/heads/main", stages.Limit{Only: []string{"pre-commit"}}, "AXLE1210", "no stage is left to run"},
		{"refs/heads/main", stages.Limit{To: "pre-commit"}, "AXLE1210", "no stage is left to run"},
		{"refs/heads/main", stages.Limit{From: "gamma", To: "alpha"}, "AXLE1210", "no stage is left to run"},
		{"refs/heads/main", stages.Limit{From: "delta"}, "AXLE1211", `unknown stage "delta"; stages are pre-commit, alpha, beta, gamma, prod`},
		{"refs/heads/main", stages.Limit{To: "gama"}, "AXLE1211", `did you mean "gamma"?`},
		{"refs/heads/main", stages.Limit{Only: []string{"alpha", "Prod"}}, "AXLE1211", `did you mean "prod"?`},
	} {
		b := newBed()
		b.ref = c.ref
		sp, err := b.spec(c.limit)
		if document.CodeOf(err) != c.code || !strings.Contains(fmt.Sprint(err), c.says) || len(sp.Stages) > 0 {
			t.Errorf("%s %+v: %v, stages %q; want %s %q", c.ref, c.limit, err, stageNames(sp), c.code, c.says)
		}
	}
}

// A stage's own time and regions win over the pipeline's; each step has its stage's time.
func TestSpecSettings(t *testing.T) {
	b := newBed()
	b.settings("stages:\n", "defaults: { regions: [eu-west-1], timeout: 10m }\nstages:\n")
	b.settings("  beta:\n", "  beta:\n    regions: [us-east-1]\n")
	sp, err := b.spec(stages.Limit{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"5m0s [eu-west-1]", "10m0s [us-east-1]", "10m0s [eu-west-1]", "10m0s [eu-west-1]"} {
		st := sp.Stages[i]
		for _, s := range st.Steps {
			if got := fmt.Sprint(s.Timeout, " ", st.Settings.Regions); got != want {
				t.Errorf("%s/%s: %s, want %s", st.Name, s.Action, got, want)
			}
		}
	}
	if stages.Order[0].Steps[0].Timeout != 0 {
		t.Error("a run's settings were written into the list of all actions")
	}
}

// Keys that are read and cannot be carried out: those that hold something back stop the run.
func TestUnsupported(t *testing.T) {
	for _, c := range []struct{ old, now, path, severity string }{
		{"stages:", "triggers: { schedule: [{ cron: \"0 3 * * 1\" }] }\nstages:", "triggers.schedule", "warning"},
		{"stages:", "triggers: { pull_request: { stages: [alpha] } }\nstages:", "triggers.pull_request", "warning"},
		{"stages:", "defaults: { retries: { max: 2, for: [throttling] } }\nstages:", "defaults.retries", "warning"},
		{"timeout: 5m", "retries: { max: 1 }", "stages.alpha.retries", "warning"},
		{"pre-commit: {}", "pre-commit: { lint: { terraform: true } }", "stages.pre-commit.lint", "warning"},
		{"prod: {}", "prod: { environment: production }", "stages.prod.environment", "warning"},
		{"  beta:\n", "  beta:\n    provision: { change_set: skip }\n", "stages.beta.provision.change_set", "warning"},
		{"stages:", "notifications: [{ when: [\"*\"], slack: { channel: c, webhook: \"${secret:s}\" } }]\nstages:", "notifications[0].slack", "warning"},
		{"stages:", "notifications: [{ when: [\"*\"], webhook: { url: \"https://events.example.com/in\" } }]\nstages:", "notifications[0].webhook", "warning"},
		{"stages:", "notifications: [{ when: [version.published, run.failed], sns: { topic: \"arn:aws:sns:eu-west-1:999999999999:t\" } }]\nstages:", "notifications[0].when[1]", "warning"},
		{"stages:", "notifications: [{ when: [update.available], sns: { topic: \"arn:aws:sns:eu-west-1:999999999999:t.fifo\" } }]\nstages:", "notifications[0].sns.topic", "warning"},
		{"pre-commit: {}", "pre-commit: { secrets: { scan: history } }", "stages.pre-commit.secrets.scan", "error"},
		{"pre-commit: {}", "pre-commit: { secrets: { scan: range } }", "stages.pre-commit.secrets.scan", "error"},
		{"pre-commit: {}", "pre-commit: { secrets: { on_finding: quarantine } }", "stages.pre-commit.secrets.on_finding", "error"},
		{"timeout: 5m", "secrets: { scan: staged }", "stages.alpha.secrets.scan", "error"},
		{"  beta:\n", "  beta:\n    provision: { keep_on_failure: true }\n", "stages.beta.provision.keep_on_failure", "error"},
		{"  beta:\n", "  beta:\n    integration: { config: .taskcat.yml }\n", "stages.beta.integration.config", "error"},
		{"  gamma:\n", "  gamma:\n    bake: 30m\n", "stages.gamma.bake", "error"},
		{"prod: {}", "prod: { bake: 30m }", "stages.prod.bake", "error"},
		{"prod: {}", "prod: { approval: { rules: [{ from: [\"group:release\"] }] } }", "stages.prod.approval.rules", "error"},
		{"prod: {}", "prod: { approval: { rules: [{ when: { min_severity: high } }] } }", "stages.prod.approval.rules", "error"},
	} {
		b := newBed()
		b.settings(c.old, c.now)
		f, ds := pipeline.Load("pipeline.yaml", []byte(b.pipeline))
		if err := ds.Err(); err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		found := stages.Unsupported(f)
		if len(found) != 1 || found[0].Code != "AXLE1218" || found[0].Path != c.path || string(found[0].Severity) != c.severity || found[0].Line == 0 || found[0].Hint == "" {
			t.Errorf("%s: %+v, want one %s with its line and what to do instead", c.path, found, c.severity)
		}
		if _, err := b.spec(stages.Limit{}); (err != nil) != (c.severity == "error") {
			t.Errorf("%s, an %s: a run has %v", c.path, c.severity, err)
		}
	}
}

func TestNothingUnsupported(t *testing.T) {
	f, _ := pipeline.Load("pipeline.yaml", []byte(pipelineYAML))
	if found := stages.Unsupported(f); len(found) > 0 {
		t.Error(found)
	}
}
