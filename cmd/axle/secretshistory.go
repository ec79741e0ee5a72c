package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/adapters/git"
	"github.com/axle-cd/axle/adapters/gitleaks"
	"github.com/axle-cd/axle/secrets"
)

// searchHistory judges every object once and keeps the verdicts beside the objects, in git's own
// directory: no tree can bring them. What is found is looked up, and said, each time it changes.
func (a *app) searchHistory(ctx context.Context, r *git.Repo, d secrets.Detector, s scanFlags) ([]secrets.Found, error) {
	rules, err := rulesDigest(s.unreachable)
	if err != nil {
		return nil, err
	}
	state, err := r.State()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(r.GitDir, "axle", "verdicts")
	kept := a.keptVerdicts(file, rules, s.fresh)
	if state != "" && kept.State == state {
		var found []secrets.Found
		err := json.Unmarshal(kept.Report, &found)
		return found, err
	}
	found, clean, err := judgeHistory(ctx, r, d, kept, s.unreachable)
	if err != nil {
		return found, err
	}
	report, err := json.Marshal(found)
	if err == nil {
		err = disk.WriteVerdicts(file, disk.Verdicts{Rules: rules, State: state, Report: report, Clean: clean})
	}
	if err != nil {
		a.tell("warning: %v; the next scan reads everything again", err)
	}
	return found, nil
}

func judgeHistory(ctx context.Context, r *git.Repo, d secrets.Detector, kept disk.Verdicts, unreachable bool) ([]secrets.Found, []string, error) {
	known := map[string]bool{}
	for _, id := range kept.Clean {
		known[id] = true
	}
	inv, err := r.Inventory(ctx)
	if err != nil {
		return nil, nil, err
	}
	var clean []string
	skip := func(id string) bool {
		if known[id] {
			clean = append(clean, id)
		}
		return known[id]
	}
	var fresh []string
	dirty, err := secrets.Sift(ctx, d, inv.Objects(ctx, skip), func(id string) { fresh = append(fresh, id) })
	if err != nil {
		return nil, nil, err
	}
	found, err := secrets.Search(ctx, d, inv.Located(ctx, dirty, unreachable))
	if err != nil {
		return found, nil, err
	}
	named, err := secrets.SearchNames(ctx, d, inv.Names)
	return append(found, named...), append(clean, fresh...), err
}

// keptVerdicts are those of a scan by the same rules, if they are as they were written.
func (a *app) keptVerdicts(file, rules string, fresh bool) disk.Verdicts {
	if fresh {
		return disk.Verdicts{}
	}
	kept, err := disk.ReadVerdicts(file)
	if err != nil {
		a.tell("warning: %v", err)
	}
	if kept.Rules != rules {
		return disk.Verdicts{}
	}
	return kept
}

// rulesDigest names what decides a verdict: the rules, and this very build of axle.
func rulesDigest(unreachable bool) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	info, err := os.Stat(self)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintln(h, secrets.RulesDigest(), gitleaks.Digest(), info.Size(), info.ModTime().UnixNano(), unreachable)
	return hex.EncodeToString(h.Sum(nil)), nil
}

func indented(v any) ([]byte, error) {
	data, err := json.MarshalIndent(v, "", "  ")
	return append(data, '\n'), err
}

// hookProgram is what a pre-commit hook runs: axle-hook where it lies beside axle, as it starts sooner.
func hookProgram(self, name string) string {
	lean := filepath.Join(filepath.Dir(self), "axle-hook")
	if info, err := os.Stat(lean); name == "pre-commit" && err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
		return quoteShell(lean)
	}
	return quoteShell(self) + " hook " + name
}
