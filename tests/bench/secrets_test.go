package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// repository is the full clone to measure on.
func repository(t *testing.T) (repo, gitleaks, axle string) {
	for _, v := range []struct {
		name string
		to   *string
	}{{"AXLE_BENCH_REPO", &repo}, {"AXLE_BENCH_GITLEAKS", &gitleaks}, {"AXLE_BENCH_BINARY", &axle}} {
		if *v.to = os.Getenv(v.name); *v.to == "" {
			t.Skip(v.name + " is not set: tests/bench/secrets sets it")
		}
	}
	return repo, gitleaks, axle
}

// answer is what a scanner prints; it may end in 1, for findings.
func answer(t *testing.T, dir string, out any, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	data, err := cmd.Output()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() > 1 {
		t.Fatalf("%s: %v", name, err) // what it printed may hold values
	}
	if err := json.Unmarshal(data, out); err != nil {
		t.Fatalf("%s: the answer is no JSON", name)
	}
}

// PERF-14 PERF-30: whatever gitleaks finds in a history axle finds too, by path and value. Values are
// compared in memory, and none is printed.
func TestFindingsOfGitleaks(t *testing.T) {
	repo, gitleaks, axle := repository(t)
	var theirs []struct {
		RuleID, File, Commit, Secret string
		StartLine                    int
		Tags                         []string
	}
	answer(t, repo, &theirs, gitleaks, "git", "--no-banner", "--log-level", "error", "--report-format", "json", "--report-path", "-", ".")
	var ours struct {
		Complete bool
		Findings []struct {
			File, Commit string
			Line         int
		}
	}
	answer(t, repo, &ours, axle, "secrets", "scan", "--fresh", "-o", "json")
	if !ours.Complete {
		t.Fatal("axle could not read everything")
	}
	around := map[string][]string{} // by file, the lines of each finding of ours
	at := map[string]bool{}         // its place
	for _, f := range ours.Findings {
		if f.Commit == "" || f.Line == 0 {
			continue
		}
		at[fmt.Sprint(f.File, ":", f.Line)] = true
		cmd := exec.CommandContext(t.Context(), "git", "show", f.Commit+":"+f.File)
		cmd.Dir = repo
		text, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s at %s: %v", f.File, f.Commit, err)
		}
		lines := strings.SplitAfter(string(text), "\n")
		from := min(f.Line, len(lines)) - 1
		around[f.File] = append(around[f.File], strings.Join(lines[from:min(len(lines), from+200)], ""))
	}
	missed := map[string]bool{}
	for _, g := range theirs {
		decoded := strings.Contains(strings.Join(g.Tags, " "), "decoded") // such a value stands in no file: its place counts
		found := decoded && at[fmt.Sprint(g.File, ":", g.StartLine)]
		for _, text := range around[g.File] {
			found = found || strings.Contains(text, g.Secret)
		}
		if !found {
			missed[fmt.Sprintf("%s in %s:%d of %.12s", g.RuleID, g.File, g.StartLine, g.Commit)] = true
		}
	}
	t.Logf("gitleaks %d findings, axle %d, missed %d", len(theirs), len(ours.Findings), len(missed))
	for m := range missed {
		t.Errorf("axle has not found %s", m)
	}
}
