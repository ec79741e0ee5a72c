package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/axle-cd/axle/adapters/gherkin"
	"github.com/axle-cd/axle/adapters/gitleaks"
	"github.com/axle-cd/axle/adapters/terraform"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/stages"
)

// checked does as axle check, and says whether the file is axle's own, and whose product it is part of.
func (o *opened) checked() (own bool, product string) {
	var ds document.Diagnostics
	if o.pipeline != "" {
		var files []string
		files, ds = o.check()
		own, product = slices.Contains(files, o.rel), o.productOf()
	}
	if kind := kindByName(o.rel); !own && kind != "" {
		own, ds = true, judgeOne(kind, o.rel, o.data)
	}
	if own {
		o.take(pipeline.FindingsOf(ds)...)
	}
	return own, product
}

// productOf is the product.yaml in whose folder the file is, or "".
func (o *opened) productOf() string {
	file, _ := o.pipelineFile() // what is wrong with it, alpha says
	if file == nil {
		return ""
	}
	paths, err := productPaths(o.tree(), file)
	if err != nil {
		return ""
	}
	for _, p := range paths {
		if o.below([]string{path.Dir(p)}) {
			return p
		}
	}
	return ""
}

func (o *opened) pipelineFile() (*pipeline.File, error) {
	data, ds := o.read(o.folder.pipeline)
	if len(ds) > 0 {
		return nil, ds
	}
	file, ds := pipeline.Load(o.folder.pipeline, data)
	return file, ds.Err()
}

// exceptions does as axle policy exceptions.
func (e *editor) exceptions(ctx context.Context, o *opened) error {
	list, ds := policies.LoadExceptions(o.rel, o.data)
	if err := ds.Err(); err != nil {
		return err
	}
	rules, err := e.rulesOf(ctx, o)
	if err != nil {
		return err
	}
	for _, x := range list {
		ds = append(ds, x.Check(rules.IDs(), e.app.now())...)
	}
	o.take(pipeline.FindingsOf(ds)...)
	return nil
}

// rego does as axle policy test does with rules: those of the pipeline, or else those of the file's folder.
func (e *editor) rego(ctx context.Context, o *opened) error {
	dirs, err := o.bundlesOf()
	if err != nil {
		return err
	}
	if !o.below(dirs) {
		dirs = []string{path.Dir(o.rel)}
	}
	rules, err := e.compiled(ctx, o, dirs)
	if err != nil {
		return err
	}
	tests, err := rules.TestBundles(ctx)
	o.take(policies.Findings(tests)...)
	return err
}

// bundled says that the file is in a folder of rules that the pipeline names.
func (o *opened) bundled() bool {
	dirs, err := o.bundlesOf()
	return err == nil && o.below(dirs)
}

func (o *opened) below(dirs []string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool {
		dir = path.Clean(dir)
		return dir == "." || strings.HasPrefix(o.rel, dir+"/")
	})
}

// template does as axle policy test does with a template.
func (e *editor) template(ctx context.Context, o *opened) error {
	rules, err := e.rulesOf(ctx, o)
	if err != nil {
		return err
	}
	report, err := judgeTemplate(ctx, rules, o.rel, o.data)
	o.take(report.Findings...)
	if err != nil || len(report.Findings) == 0 || e.links != nil {
		return err
	}
	e.links = map[string]string{}
	list, err := rules.List()
	for _, r := range list {
		if len(r.Links) > 0 {
			e.links[r.ID] = r.Links[0]
		}
	}
	return err
}

func (o *opened) bundlesOf() ([]string, error) {
	if o.folder.pipeline == "" {
		return nil, nil
	}
	return o.bundles()
}

func (e *editor) rulesOf(ctx context.Context, o *opened) (*policies.Rules, error) {
	dirs, err := o.bundlesOf()
	if err != nil {
		return nil, err
	}
	return e.compiled(ctx, o, dirs)
}

// compiled are the rules of some folders; they are compiled again when a file of theirs has changed.
func (e *editor) compiled(ctx context.Context, o *opened, dirs []string) (*policies.Rules, error) {
	tree, parts := o.tree(), []string{o.dir}
	for _, dir := range dirs {
		digest, err := policies.Digest(tree, path.Clean(dir))
		if err != nil { // compiling says it better
			return rulesOf(ctx, tree, dirs)
		}
		parts = append(parts, dir, digest)
	}
	if key := strings.Join(parts, "\x00"); e.rules == nil || key != e.key {
		rules, err := rulesOf(ctx, tree, dirs)
		if err != nil {
			return nil, err
		}
		e.rules, e.key, e.links = rules, key, nil
	}
	return e.rules, nil
}

// alpha does as a run's first stage: lint for what a product is made of, unit for its tests.
func (e *editor) alpha(ctx context.Context, o *opened, product string) error {
	action := "lint"
	switch ext := path.Ext(o.rel); {
	case strings.Contains(o.rel, "/integration/"): // needs a stack
		return nil
	case ext == ".rego", ext == ".feature":
		action = "unit"
	case !templateName(o.rel) && !terraformName(o.rel):
		return nil
	}
	file, err := o.pipelineFile()
	if err != nil {
		return err
	}
	spec, err := stages.Spec(file, "", stages.Limit{To: "alpha"})
	if err != nil {
		return err
	}
	in := pipeline.Run{Product: product, Spec: spec}.Input(pipeline.Step{Stage: "alpha", Action: action})
	res, err := stages.All(e.deps(o))["alpha/"+action](ctx, in)
	o.take(res.Findings...)
	return err
}

func terraformName(name string) bool {
	return strings.HasSuffix(name, ".tf") || strings.HasSuffix(name, ".tfvars") || strings.HasSuffix(name, ".tftest.hcl")
}

// source does as axle policy test does with a folder of Terraform, with the module as the editor holds it.
func (e *editor) source(ctx context.Context, o *opened) error {
	rules, err := e.rulesOf(ctx, o)
	if err != nil {
		return err
	}
	c, ds := terraform.Read(o.tree(), path.Dir(o.rel), nil)
	ds = slices.DeleteFunc(ds, func(d document.Diagnostic) bool { return d.Code == terraform.CodeNoValue })
	o.take(pipeline.FindingsOf(ds)...)
	if c == nil || ds.Errors() > 0 {
		return nil // what is wrong in other files of the module stands there
	}
	report, err := rules.JudgeTerraform(ctx, c)
	o.take(report.Findings...)
	return err
}

// deps are what lint and unit tests reach: the files as they are in the editor, and nothing beyond.
func (e *editor) deps(o *opened) stages.Deps {
	return stages.Deps{
		Tree:      func(context.Context, string) (fs.FS, error) { return o.tree(), nil },
		Now:       e.app.now,
		Detector:  gitleaks.New,
		Feature:   gherkin.Parse,
		Terraform: terraform.Load, // terraform test runs what it finds: not while somebody types
		Store:     unstored{},
		Say:       func(pipeline.Input, string, ...any) {},
	}
}

// unstored gives digests and keeps nothing.
type unstored struct{}

func (unstored) Put(data []byte) (string, error) {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

func (unstored) Get(digest string) ([]byte, error) {
	return nil, document.Fail("AXLE1498", "artifact "+digest+" is not read while editing", "axle run reads it", nil)
}
