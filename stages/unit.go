package stages

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
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
	each := len(paths) > 1 // of one alone, d.tested says that it has none
	facts, err := c.allFacts()
	if err != nil {
		return pipeline.Result{}, err
	}
	folders, missing := c.folders(paths, each)
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
	var own []pipeline.Test
	if c.source != nil {
		if own, err = d.testSource(ctx, c); err != nil {
			return pipeline.Result{}, err
		}
		played = append(played, own...)
	}
	res := d.tested(in, results, played, demanded, "unit tests under "+path.Join(c.dir, paths[0]))
	if each {
		missing = append(missing, untested(folders, res.Tests)...)
	}
	res = lacking(res, missing)
	if len(res.Tests) == 0 {
		return res, nil
	}
	if c.source != nil {
		res.Coverage, err = c.sourceCoverage(asserted, own, results, folders)
	} else {
		res.Coverage, err = coverage(c.template, asserted, results, folders)
	}
	if err != nil {
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
				return nil // policies.Test has read all of the folder: there is no link in it
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

// folders are those of the product that exist. One that is absent, where each must be there, and what is there and
// no folder, is missing, whatever the others hold.
func (c *commit) folders(paths []string, each bool) (all []policies.Bundle, missing []pipeline.Finding) {
	for _, p := range paths {
		dir := path.Join(c.dir, p)
		info, err := fs.Lstat(c.tree, dir)
		switch {
		case err == nil && info.IsDir():
			all = append(all, policies.Bundle{FS: c.tree, Dir: dir})
		case each || !errors.Is(err, fs.ErrNotExist):
			missing = append(missing, noTests(dir, noFolder(info, err)))
		}
	}
	return all, missing
}

// untested are folders of which no test was run.
func untested(folders []policies.Bundle, run []pipeline.Test) (found []pipeline.Finding) {
	for _, f := range folders {
		if !slices.ContainsFunc(run, func(t pipeline.Test) bool { return strings.HasPrefix(t.File, f.Dir+"/") }) {
			found = append(found, noTests(f.Dir, "nothing in it is a test"))
		}
	}
	return found
}

// lacking fails a result for the folders that are missing; that there are no tests is then no news.
func lacking(res pipeline.Result, missing []pipeline.Finding) pipeline.Result {
	if len(missing) == 0 {
		return res
	}
	if len(res.Tests) == 0 {
		res.Findings = nil
	}
	res.Verdict, res.Findings = pipeline.Fail, append(res.Findings, missing...)
	return res
}

func noTests(dir, why string) pipeline.Finding {
	return failed("AXLE2431", "no unit tests under "+dir+": "+why, "put the tests there; stages.alpha.unit.paths names folders of the product").Findings[0]
}

// noFolder says what is there instead.
func noFolder(info fs.FileInfo, err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it is not there"
	case err != nil:
		return err.Error()
	case info.Mode()&fs.ModeSymlink != 0:
		return "it is a symbolic link, which is not followed"
	case info.Mode()&fs.ModeIrregular != 0:
		return "it is a submodule, which is not fetched"
	}
	return "it is a file, not a folder"
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
