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
	rules := map[string][]byte{}
	if in.Reviewed != "" && in.Reviewed != in.Commit.SHA {
		tree, err := d.Tree(ctx, in.Reviewed)
		if err != nil {
			return nil, err
		}
		if err := guardFiles(tree, dirs, rules); err != nil {
			return nil, err
		}
	}
	own := map[string][]byte{}
	if err := guardFiles(c.tree, dirs, own); err != nil {
		return nil, err
	}
	for name, data := range own {
		if old, ok := rules[name]; ok && string(old) != string(data) {
			name += " of this commit"
		}
		rules[name] = data
	}
	return rules, nil
}

// guardFiles reads the files of rules below the folders. A folder that the tree has not gives none.
func guardFiles(tree fs.FS, dirs []string, into map[string][]byte) error {
	for _, dir := range dirs {
		err := fs.WalkDir(tree, path.Clean(dir), func(name string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || !e.Type().IsRegular() || path.Ext(name) != ".guard" {
				return err
			}
			into[name], err = fs.ReadFile(tree, name)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

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
	if err := guardFiles(tree, a.Policy.Guard.Rules, rules); err != nil {
		return nil // alpha says what cannot be read
	}
	return guardNames(rules)
}

func ruleNames(found []pipeline.Finding) (names []string) {
	for _, f := range found {
		names = append(names, f.Rule)
	}
	return names
}
