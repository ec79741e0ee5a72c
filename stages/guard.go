package stages

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
)

// Guard is cfn-guard: rules, by their names, judge a template. Where there is none, the engine's
// verdict is Skipped. An error means that not every rule has judged.
type Guard func(ctx context.Context, file string, template []byte, rules map[string][]byte) (pipeline.Engine, []pipeline.Finding, error)

// guarded asks cfn-guard, by the rules of the protected branch and those the commit adds (F7b).
func (d Deps) guarded(ctx context.Context, in pipeline.Input, c *commit) (judgement, error) {
	p := in.Settings.Policy
	if p == nil || p.Guard == nil {
		return judgement{}, nil
	}
	j := judgement{engine: pipeline.Engine{Name: "cfn-guard"}}
	rules, err := d.guardRules(ctx, in, c, p.Guard.Rules)
	if err != nil {
		return j, err
	}
	names := guardNames(rules)
	j.report = policies.ReportOf(names, nil)
	j.engine.Note = fmt.Sprintf("%s in %s", counted(len(names), "rule", "rules"), counted(len(rules), "file", "files"))
	engine, found := pipeline.Engine{Verdict: pipeline.Skipped, Note: "there is no cfn-guard"}, []pipeline.Finding(nil)
	if d.Guard != nil {
		engine, found, err = d.Guard(ctx, c.template.Doc.File, c.bytes, rules)
	}
	if err != nil {
		return j, err
	}
	if engine.Verdict == pipeline.Skipped {
		if j.skip(j.engine.Note + " not asked: " + engine.Note); p.Guard.Required {
			j.demanded("AXLE3441", j.engine.Note, "install AWS CloudFormation Guard 3.1 and put it on PATH")
		}
		return j, nil
	}
	j.engine.Version = engine.Version
	j.report = policies.ReportOf(append(names, ruleNames(found)...), found)
	return j, nil
}

// guardRules are the *.guard files of the protected branch, and those of the commit that are new or
// other: a branch adds rules, and takes none away.
func (d Deps) guardRules(ctx context.Context, in pipeline.Input, c *commit, dirs []string) (map[string][]byte, error) {
	rules, own := map[string][]byte{}, map[string][]byte{}
	for _, dir := range dirs {
		if err := d.reviewedGuard(ctx, in, dir, rules); err != nil {
			return nil, err
		}
		if err := guardFiles(c.tree, dir, own); err != nil {
			return nil, err
		}
	}
	for name, data := range own {
		if old, ok := rules[name]; ok && string(old) != string(data) {
			name += " of this commit"
		}
		rules[name] = data
	}
	return rules, nil
}

// reviewedGuard reads a folder's rules as the protected branch has them, where it has them yet.
func (d Deps) reviewedGuard(ctx context.Context, in pipeline.Input, dir string, into map[string][]byte) error {
	if in.Reviewed == "" || in.Reviewed == in.Commit.SHA {
		return nil
	}
	tree, err := d.Tree(ctx, in.Reviewed)
	if err != nil {
		return err
	}
	if err = guardFiles(tree, dir, into); document.CodeOf(err) == codeNoGuard {
		return nil
	}
	return err
}

// codeNoGuard: a folder that is named for its rules of cfn-guard has none.
const codeNoGuard = "AXLE1420"

// guardFiles reads the files of rules below a folder. Whoever names it believes that there are some.
func guardFiles(tree fs.FS, dir string, into map[string][]byte) error {
	held := 0
	err := fs.WalkDir(tree, path.Clean(dir), func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path.Ext(name) != ".guard" && e.Type().IsRegular() {
			return err
		}
		held++
		if into[name], err = fs.ReadFile(tree, name); err == nil && !guardClause.Match(into[name]) {
			err = noGuard(name + " holds no rule of cfn-guard")
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) || err == nil && held == 0 {
		return noGuard("there is no *.guard file in " + path.Clean(dir))
	}
	return err
}

func noGuard(summary string) error {
	return document.Fail(codeNoGuard, summary, "correct stages.alpha.policy.guard.rules, or write the rules", nil)
}

var guardClause = regexp.MustCompile(`(?m)^[ \t]*[^\s#]`) // a line that is no comment

var guardRule = regexp.MustCompile(`(?m)^\s*rule\s+([A-Za-z_][A-Za-z0-9_]*)`)

// guardNames are the rules that the files declare, which an exception may name.
func guardNames(rules map[string][]byte) []string {
	var names []string
	for _, file := range slices.Sorted(maps.Keys(rules)) {
		for _, m := range guardRule.FindAllSubmatch(rules[file], -1) {
			names = append(names, string(m[1]))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// GuardRules are the rules of cfn-guard that a tree has where pipeline.yaml says.
func GuardRules(tree fs.FS, f *pipeline.File) []string {
	a := f.Stages.Alpha
	if a == nil || a.Policy == nil || a.Policy.Guard == nil {
		return nil
	}
	rules := map[string][]byte{}
	for _, dir := range a.Policy.Guard.Rules {
		if err := guardFiles(tree, dir, rules); err != nil {
			return nil // alpha says what cannot be read
		}
	}
	return guardNames(rules)
}

func ruleNames(found []pipeline.Finding) (names []string) {
	for _, f := range found {
		names = append(names, f.Rule)
	}
	return names
}
