package stages

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products"
)

// unit runs the product's own tests of its template, Rego and Gherkin. Without any, the action
// is skipped, and fails where pipeline.yaml asks for them.
func (d Deps) unit(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	c, err := d.sound(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	paths, demanded := []string{"tests/"}, in.Settings.Unit != nil
	if demanded && len(in.Settings.Unit.Paths) > 0 {
		paths = in.Settings.Unit.Paths
	}
	facts, err := c.allFacts()
	if err != nil {
		return pipeline.Result{}, err
	}
	folders := c.folders(paths)
	results, err := policies.Test(ctx, facts, folders...)
	if err != nil {
		return pipeline.Result{}, err
	}
	features, err := d.features(folders)
	if err != nil {
		return pipeline.Result{}, err
	}
	form := c.facts
	if c.source != nil {
		form = d.factsOfSource(c)
	}
	played, asserted, err := play(features, form)
	if err != nil {
		return pipeline.Result{}, err
	}
	if c.source != nil {
		own, err := d.testSource(ctx, c)
		if err != nil {
			return pipeline.Result{}, err
		}
		return d.tested(in, results, append(played, own...), demanded, "unit tests under "+path.Join(c.dir, paths[0])), nil
	}
	res := d.tested(in, results, played, demanded, "unit tests under "+path.Join(c.dir, paths[0]))
	if len(res.Tests) == 0 {
		return res, nil
	}
	if res.Coverage, err = coverage(c.template, asserted, results, folders); err != nil {
		return pipeline.Result{}, err
	}
	d.sayCoverage(in, res.Coverage)
	return res, nil
}

// features reads every *.feature below the folders, but for those that need a stack.
func (d Deps) features(folders []policies.Bundle) ([]products.Feature, error) {
	var all []products.Feature
	for _, f := range folders {
		err := fs.WalkDir(f.FS, f.Dir, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() && e.Name() == "integration" && name != f.Dir {
				return orSkip(err)
			}
			if e.IsDir() || !strings.HasSuffix(name, ".feature") {
				return nil
			}
			data, err := fs.ReadFile(f.FS, name)
			if err != nil {
				return err
			}
			feature, err := d.Feature(name, data)
			all = append(all, feature)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func orSkip(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}

// allFacts are what the product's Rego tests read.
func (c *commit) allFacts() (map[string]any, error) {
	if c.source != nil {
		return map[string]any{"template": c.source.Normal(), "product": c.product.Doc.Root.Plain()}, nil
	}
	env, ds := c.env()
	if err := ds.Err(); err != nil {
		return nil, err
	}
	return policies.Facts(c.template, env, c.product.Doc.Root)
}

// facts is the template's normal form under a scenario's parameters.
func (c *commit) facts(parameters map[string]string) (map[string]any, error) {
	given := c.parameters()
	for name, value := range parameters {
		given[name] = value
	}
	env, ds := c.envOf(given)
	if err := ds.Err(); err != nil {
		return nil, err
	}
	facts, err := policies.Facts(c.template, env, c.product.Doc.Root)
	if err != nil {
		return nil, err
	}
	form, ok := facts["template"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the template has no normal form")
	}
	return form, nil
}

// folders are those of the product that exist.
func (c *commit) folders(paths []string) []policies.Bundle {
	var all []policies.Bundle
	for _, p := range paths {
		dir := path.Join(c.dir, p)
		if info, err := fs.Stat(c.tree, dir); err == nil && info.IsDir() {
			all = append(all, policies.Bundle{FS: c.tree, Dir: dir})
		}
	}
	return all
}

// tested is the verdict of test results; none at all is skipped, or a failure where they are demanded.
func (d Deps) tested(in pipeline.Input, results []policies.TestResult, played []pipeline.Test, demanded bool, what string) pipeline.Result {
	found := append(policies.Findings(results), failures(played)...)
	d.Say(in, "%d tests, %d failed", len(results)+len(played), len(found))
	res := verdict(found)
	for _, r := range results {
		res.Tests = append(res.Tests, pipeline.Test{Name: r.Name, File: r.File, Line: r.Line, Passed: r.Pass, Message: r.Message})
	}
	res.Tests = append(res.Tests, played...)
	switch {
	case len(res.Tests) > 0:
		return res
	case demanded:
		return failed("AXLE2112", "no "+what, "write one, or remove the key from pipeline.yaml")
	}
	return pipeline.Result{Verdict: pipeline.Skipped}
}

// failures are the scenarios that did not pass, as findings at the step that did not hold.
func failures(played []pipeline.Test) []pipeline.Finding {
	var found []pipeline.Finding
	for _, t := range played {
		if t.Passed {
			continue
		}
		f := failed("AXLE2461", t.Name+" failed: "+t.Message, "mend the template or the feature; docs/unit-tests.md has the steps").Findings[0]
		f.File, f.Line, f.Col, f.Rule = t.File, t.Line, 1, t.Name
		found = append(found, f)
	}
	return found
}
