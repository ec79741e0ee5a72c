package pipeline_test

import (
	"testing"

	"github.com/axle-cd/axle/pipeline"
)

// CAT-52: the number of removals counts that everyone who approved said; who approved something
// else, or another number, said nothing.
func TestInputHoldsTheRemovalsThatEverybodySaid(t *testing.T) {
	run := pipeline.Run{ID: "r1", Spec: pipeline.Spec{Stages: []pipeline.Stage{{Name: "prod", Steps: []pipeline.StepSpec{
		{Action: "plan"}, {Action: "approval", After: []string{"plan"}, Approval: true}, {Action: "publish", After: []string{"approval"}}}}}}}
	run.Events = []pipeline.Event{{Kind: pipeline.Finished, Stage: "prod", Action: "plan",
		Result: pipeline.Result{Verdict: pipeline.Pass, Artifacts: []pipeline.Artifact{{Name: "plan", Digest: "sha256:1"}}}}}
	subject := run.Subject("prod")
	said := func(digest string, n int) pipeline.Event {
		return pipeline.Event{Kind: pipeline.Approved, Stage: "prod", Action: "approval", Digest: digest, Remove: n}
	}
	for name, c := range map[string]struct {
		events []pipeline.Event
		number int
	}{
		"nobody":                    {nil, 0},
		"one":                       {[]pipeline.Event{said(subject, 6)}, 6},
		"two, the same":             {[]pipeline.Event{said(subject, 6), said(subject, 6)}, 6},
		"two, one without":          {[]pipeline.Event{said(subject, 6), said(subject, 0)}, 0},
		"of something else, ignore": {[]pipeline.Event{said("sha256:other", 9), said(subject, 6)}, 6},
	} {
		r := run
		r.Events = append(append([]pipeline.Event(nil), run.Events...), c.events...)
		if in := r.Input(pipeline.Step{Kind: pipeline.Do, Stage: "prod", Action: "publish"}); in.Removals != c.number {
			t.Errorf("%s: %d, want %d", name, in.Removals, c.number)
		}
	}
}
