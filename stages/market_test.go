package stages_test

import (
	"strings"
	"testing"
	"time"

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
