package stages

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/secrets"
)

// lint says everything that is wrong with product.yaml, catalog.yaml and the template.
func (d Deps) lint(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	c, err := d.read(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	found := c.found
	if c.template != nil && found.Errors() == 0 {
		found = append(found, c.template.Check()...)
		found = append(found, products.Check(c.product, c.template)...)
		_, values := c.env()
		found = append(found, values...)
	}
	if found.Errors() == 0 {
		found = append(found, c.software(in.Fair, d.today()).found...)
	}
	found.Sort()
	res := verdict(asFindings(found))
	if res.Verdict == pipeline.Pass && c.catalog != nil {
		// What publishing would refuse is said now, not after beta.
		res = d.publishable(in, c, res)
	}
	return res, nil
}

// publishable adds what the catalog cannot carry out of the product.
func (d Deps) publishable(in pipeline.Input, c *commit, res pipeline.Result) pipeline.Result {
	release, err := d.release(in, c)
	if err == nil {
		_, err = catalog.Want(c.catalog, c.product, release)
	}
	if gamma := in.Stages["gamma"]; err == nil && gamma.Publish != nil {
		_, err = catalog.Staging(c.catalog, c.product, catalog.Gamma{Portfolio: gamma.Publish.Portfolio, Regions: c.catalog.Hub.Regions[:1]}, release)
	}
	if err != nil {
		res.Verdict, res.Findings = pipeline.Fail, append(res.Findings, pipeline.FindingsOf(err)...)
	}
	return res
}

// secrets looks through everything that the push brought, or all of history where
// pipeline.yaml asks for it.
func (d Deps) secrets(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	detector, err := d.Detector()
	if err != nil {
		return pipeline.Result{}, err
	}
	c, n := in.Commit, 0
	if asked := in.Settings.Secrets; asked != nil && asked.Scan == "history" {
		c.Before = ""
	}
	counted := func(yield func(secrets.Blob, error) bool) {
		if c.Ref != "" && !yield(secrets.Blob{Names: []string{c.Ref}}, nil) {
			return
		}
		for b, err := range d.Incoming(ctx, c) {
			if b.Names == nil {
				n++
			}
			if !yield(b, err) {
				return
			}
		}
	}
	found, err := secrets.Search(ctx, detector, counted)
	if err != nil {
		return pipeline.Result{Findings: secrets.Findings(found)}, err
	}
	left, known, err := d.baseline(ctx, in, found)
	if err != nil {
		return pipeline.Result{}, err
	}
	d.Say(in, "%d objects scanned, %d findings, %d known", n, len(left), known)
	return verdict(secrets.Findings(left)), nil
}

// policy judges the template, or the source, by the starter rules, the repository's own, and every other engine.
func (d Deps) policy(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	c, err := d.sound(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	bundles, err := c.bundles(in.Settings.Policy)
	if err != nil {
		return pipeline.Result{}, err
	}
	pinned, err := d.pinned(ctx, in, c)
	if err != nil {
		return pipeline.Result{}, err
	}
	bundles = append(bundles, pinned...)
	rules, err := policies.New(ctx, bundles...)
	if err != nil {
		return pipeline.Result{}, err
	}
	if p := in.Settings.Policy; p != nil {
		if rules, err = rules.In(p.Namespaces); err != nil {
			return pipeline.Result{}, err
		}
	}
	tests, err := rules.TestBundles(ctx)
	if err != nil {
		return pipeline.Result{}, err
	}
	report, err := c.judge(ctx, rules)
	if err != nil {
		return pipeline.Result{}, err
	}
	others, broken := d.judgements(ctx, in, c)
	all := append([]judgement{{opa(report, bundles), report}}, others...)
	for _, j := range others {
		report = report.And(j.report)
	}
	if report, err = d.except(ctx, in, report); err != nil {
		return pipeline.Result{}, err
	}
	d.Say(in, "%d rules, %d violations, %d warnings, %d exceptions", report.Tried, report.Errors, report.Warnings, len(report.Excepted))
	res := verdict(append(policies.Findings(tests), report.Findings...))
	// The report counts more than it lists.
	if p := in.Settings.Policy; report.Errors > 0 || p != nil && p.FailOn == "warning" && report.Warnings > 0 {
		res.Verdict = pipeline.Fail
	}
	res.Judged = settled(all, report)
	return res, broken
}

// judge asks the rules about the Terraform source, or the template.
func (c *commit) judge(ctx context.Context, rules *policies.Rules) (policies.Report, error) {
	if c.source != nil {
		return rules.JudgeTerraform(ctx, c.source)
	}
	env, ds := c.env()
	if err := ds.Err(); err != nil {
		return policies.Report{}, err
	}
	return rules.Judge(ctx, c.template, env)
}

// bundles are the repository's own rules; a folder that pipeline.yaml names and the tree has not is an error.
func (c *commit) bundles(p *pipeline.Policy) ([]policies.Bundle, error) {
	if p == nil {
		return nil, nil
	}
	var all []policies.Bundle
	for _, dir := range p.Bundles {
		dir = path.Clean(dir)
		if info, err := fs.Stat(c.tree, dir); err != nil || !info.IsDir() {
			return nil, document.Fail("AXLE1214", "policy bundle "+dir+" is not a folder of the repository", "correct stages.alpha.policy.bundles", err)
		}
		all = append(all, policies.Bundle{FS: c.tree, Dir: dir})
	}
	return all, nil
}

// pinned is the organization's bundle as the protected branch has it; a branch neither changes nor removes it.
func (d Deps) pinned(ctx context.Context, in pipeline.Input, c *commit) ([]policies.Bundle, error) {
	if in.Settings.Policy == nil || in.Settings.Policy.Organization == nil {
		return nil, nil
	}
	tree, err := c.tree, error(nil)
	if in.Reviewed != "" {
		if tree, err = d.Tree(ctx, in.Reviewed); err != nil {
			return nil, err
		}
	}
	return Pinned(tree, in.Settings.Policy.Organization)
}

// Pinned is the organization's bundle that pipeline.yaml names, if it names one, in a tree that has it.
func Pinned(tree fs.FS, o *pipeline.PinnedBundle) ([]policies.Bundle, error) {
	if o == nil {
		return nil, nil
	}
	dir := path.Clean(o.Path)
	if info, err := fs.Stat(tree, dir); err != nil || !info.IsDir() {
		return nil, document.Fail("AXLE1214", "the organization's policy bundle "+dir+" is not a folder of the protected branch", "correct stages.alpha.policy.organization", err)
	}
	return []policies.Bundle{policies.Organization(tree, dir, o.Digest)}, nil
}

// compatibility holds the version number against what was published and what changed.
func (d Deps) compatibility(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	return d.compatible(ctx, in, d.Say)
}

// compatible is asked twice: in alpha, and again when others may have published since.
func (d Deps) compatible(ctx context.Context, in pipeline.Input, say func(pipeline.Input, string, ...any)) (pipeline.Result, error) {
	c, err := d.sound(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	content, err := products.ContentDigest(c.tree, c.dir, c.product)
	if err != nil {
		return pipeline.Result{}, err
	}
	since, err := d.since(ctx, c)
	if err != nil {
		return pipeline.Result{}, err
	}
	if since.last == "" {
		say(in, "the first version of %s", c.product.Name)
	} else {
		say(in, "changes since %s: %d", since.last, len(since.changes))
	}
	return verdict(asFindings(products.CheckVersion(since.published, c.product, content, since.changes))), nil
}

// since is what is published of a product, and what the commit's version changes of the last one.
type since struct {
	published []products.Published
	last      string // "" before the first version
	changes   []products.Difference
}

func (d Deps) since(ctx context.Context, c *commit) (s since, err error) {
	if s.published, err = d.Releases.Published(ctx, c.product.Name); err != nil {
		return s, err
	}
	last, ok := lastOf(s.published, c.product)
	switch {
	case !ok:
	case c.source != nil:
		s.last = last.Version
		s.changes, err = d.sourceDifferences(c, last)
	default:
		s.last = last.Version
		s.changes, err = d.differences(last, c.template)
	}
	return s, err
}

func (d Deps) differences(last products.Published, now *cfn.Template) ([]products.Difference, error) {
	before, err := d.templateOf(last, now)
	if err != nil {
		return nil, err
	}
	return products.Compare(before, now), nil
}

// templateOf is what a published version was made of.
func (d Deps) templateOf(last products.Published, now *cfn.Template) (*cfn.Template, error) {
	data, err := d.Store.Get(last.Template)
	if err != nil {
		return nil, fmt.Errorf("the template of %s, to compare with: %w", last.Version, err)
	}
	before, ds := cfn.Parse(now.Doc.File+" of "+last.Version, data)
	if before == nil {
		return nil, errors.Join(fmt.Errorf("the template of %s, to compare with", last.Version), ds.Err())
	}
	return before, nil
}

// lastOf is the highest published version that product.yaml has not retired.
func lastOf(published []products.Published, p *products.File) (products.Published, bool) {
	return products.Latest(published, p.Lifecycle.Retired)
}
