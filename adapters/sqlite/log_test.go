package sqlite_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func openLog(t testing.TB, dir string) *sqlite.Log {
	t.Helper()
	l, err := sqlite.OpenLog(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// newRun is one check, and a plan that a person approves.
func newRun(product, sha string) pipeline.Run {
	return pipeline.Run{Product: product, Commit: pipeline.Commit{SHA: sha}, Spec: pipeline.Spec{Stages: []pipeline.Stage{
		{Name: "alpha", Steps: []pipeline.StepSpec{{Action: "lint"}}},
		{Name: "prod", Steps: []pipeline.StepSpec{{Action: "plan"}, {Action: "approval", After: []string{"plan"}, Approval: true}}},
	}}}
}

func named(id string) func(int) string {
	return func(n int) string { return fmt.Sprintf("%s-%d", id, n) }
}

func always(pipeline.Run) bool { return true }
func never(pipeline.Run) bool  { return false }

// create stores a run called r-1.
func create(t testing.TB, l *sqlite.Log) pipeline.Run {
	t.Helper()
	run, made, err := l.Create(t.Context(), newRun("q/product.yaml", "aaaa"), named("r"), never)
	if err != nil || !made {
		t.Fatal(made, err)
	}
	return run
}

func claim(t testing.TB, l *sqlite.Log, id string) int {
	t.Helper()
	epoch, err := l.Claim(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return epoch
}

func started(stage, action string) pipeline.Event {
	return pipeline.Event{At: noon, Kind: pipeline.Started, Stage: stage, Action: action}
}

func passed(stage, action string) pipeline.Event {
	return pipeline.Event{At: noon, Kind: pipeline.Finished, Stage: stage, Action: action, Result: pipeline.Result{
		Verdict: pipeline.Pass, Artifacts: []pipeline.Artifact{{Name: "plan", Digest: "sha256:aa"}}}}
}

// kinds are the events of a stored run, in words.
func kinds(t testing.TB, l *sqlite.Log, id string) []string {
	t.Helper()
	run, err := l.Run(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range run.Events {
		all = append(all, strings.TrimSuffix(string(e.Kind)+" "+e.Stage+"/"+e.Action, " /"))
	}
	return all
}

// A run gets its id from its ordinal among those of the same commit and product, and is read
// back as it was stored.
func TestCreate(t *testing.T) {
	l := openLog(t, t.TempDir())
	for _, c := range []struct {
		product, sha string
		continues    func(pipeline.Run) bool
		id           string
		made         bool
	}{
		{"q/product.yaml", "aaaa", always, "q-1", true}, // nothing to continue
		{"q/product.yaml", "aaaa", always, "q-1", false},
		{"q/product.yaml", "aaaa", never, "q-2", true},
		{"q/product.yaml", "aaaa", func(r pipeline.Run) bool { return r.ID == "q-2" }, "q-2", false},
		{"q/product.yaml", "bbbb", always, "b-1", true}, // another commit
		{"v/product.yaml", "aaaa", always, "v-1", true}, // another product
	} {
		want := newRun(c.product, c.sha)
		run, made, err := l.Create(t.Context(), want, named(c.id[:1]), c.continues)
		if err != nil || run.ID != c.id || made != c.made {
			t.Errorf("%s of %s: %s, made %v, %v; want %s, %v", c.product, c.sha, run.ID, made, err, c.id, c.made)
		}
		stored, err := l.Run(t.Context(), c.id)
		if err != nil || stored.Product != c.product || stored.Commit.SHA != c.sha || len(stored.Spec.Stages) != 2 {
			t.Errorf("%s read back: %+v, %v", c.id, stored, err)
		}
	}
	all, err := l.Runs(t.Context())
	var ids []string
	for _, r := range all {
		ids = append(ids, r.ID)
	}
	if err != nil || !slices.Equal(ids, []string{"q-1", "q-2", "b-1", "v-1"}) {
		t.Errorf("oldest first: %v, %v", ids, err)
	}
}

// X32: one commit pushed many times at once is one run.
func TestCreateAtOnce(t *testing.T) {
	dir := t.TempDir()
	logs := []*sqlite.Log{openLog(t, dir), openLog(t, dir)}
	var mu sync.Mutex
	var wg sync.WaitGroup
	mades := 0
	for i := range 20 {
		wg.Go(func() {
			run, made, err := logs[i%2].Create(t.Context(), newRun("q/product.yaml", "aaaa"), named("r"), always)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || run.ID != "r-1" {
				t.Errorf("%s, %v", run.ID, err)
			}
			if made {
				mades++
			}
		})
	}
	wg.Wait()
	if mades != 1 {
		t.Errorf("made %d times", mades)
	}
}

// Two runs never share an id.
func TestCreateRefusesAnIdTwice(t *testing.T) {
	l := openLog(t, t.TempDir())
	create(t, l)
	_, made, err := l.Create(t.Context(), newRun("other/product.yaml", "aaaa"), named("r"), never)
	if document.CodeOf(err) != sqlite.CodeState || made {
		t.Errorf("made %v, %v", made, err)
	}
}

func TestNoSuchRun(t *testing.T) {
	l := openLog(t, t.TempDir())
	_, read := l.Run(t.Context(), "r-9")
	_, claimed := l.Claim(t.Context(), "r-9")
	_, decided := l.Decide(t.Context(), "r-9", pipeline.Event{Kind: pipeline.Canceled})
	driven := l.Drive(t.Context(), "r-9", 1, started("alpha", "lint"))
	for name, err := range map[string]error{"read": read, "claim": claimed, "decide": decided, "drive": driven} {
		if document.CodeOf(err) != sqlite.CodeNoRun || !strings.Contains(err.Error(), "no run r-9") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Output is read line by line, from where a follower was.
func TestLines(t *testing.T) {
	l := openLog(t, t.TempDir())
	run := create(t, l)
	for i, text := range []string{"first", "", "a \"third\"\tline ü"} {
		line := sqlite.Line{N: 77, At: noon.Add(time.Duration(i) * time.Millisecond), Stage: "alpha", Action: "lint", Text: text}
		if err := l.Say(t.Context(), run.ID, line); err != nil {
			t.Fatal(err)
		}
	}
	all, err := l.Lines(t.Context(), run.ID, 0)
	if err != nil || len(all) != 3 || all[0].N != 1 || all[2].Text != "a \"third\"\tline ü" || !all[1].At.Equal(noon.Add(time.Millisecond)) {
		t.Errorf("%+v, %v", all, err)
	}
	if rest, err := l.Lines(t.Context(), run.ID, 2); err != nil || len(rest) != 1 || rest[0] != all[2] {
		t.Errorf("after line 2: %+v, %v", rest, err)
	}
	if err := l.Say(t.Context(), "r-9", sqlite.Line{At: noon}); document.CodeOf(err) != sqlite.CodeState {
		t.Errorf("a line of no run: %v", err)
	}
}

// Whoever opens a new state first makes it; the others find it made.
func TestOpenLogAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "state")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			l, err := sqlite.OpenLog(t.Context(), dir)
			if err != nil {
				t.Error(err)
				return
			}
			l.Close()
		})
	}
	wg.Wait()
}
