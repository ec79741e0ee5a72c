package stages

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/products/tf"
)

// external is a product made of Terraform. It goes through alpha; publishing it needs an engine
// beside Service Catalog.
const (
	external  = "EXTERNAL"
	codeStray = "AXLE2498" // a test that nobody would run
)

// Terraform reads the root module in a folder, nothing of it run, with values of its variables by
// name. What is wrong with it, and what must not run, are errors among the diagnostics.
type Terraform func(files fs.FS, dir string, inputs map[string]string) (*tf.Configuration, document.Diagnostics)

// TestSource runs the Terraform tests of a root module that Terraform finds no error in. No test
// gives none. An error means that not every test has run.
type TestSource func(ctx context.Context, files fs.FS, dir string) ([]pipeline.Test, error)

// readSource reads the product's Terraform. A run that goes beyond alpha is refused before anything is made.
func (d Deps) readSource(c *commit, in pipeline.Input) {
	const only = "Terraform goes through alpha: axle run --to alpha; publishing needs an engine, and is not supported"
	if d.Terraform == nil {
		c.found = append(c.found, c.product.Doc.Fault("AXLE1212", "type EXTERNAL is not supported here", only, "type"))
		return
	}
	for _, stage := range []string{"beta", "gamma", "prod"} {
		if _, asked := in.Stages[stage]; asked || in.Stage == stage {
			c.found = append(c.found, c.product.Doc.Fault("AXLE1212", "type EXTERNAL is not supported in "+stage, only, "type"))
			return
		}
	}
	source, ds := d.Terraform(c.tree, c.sourceDir(), c.parameters())
	c.found = append(c.found, ds...)
	c.source = source
	if source != nil {
		c.found = append(c.found, agreement(c.product, source)...)
		c.found = append(c.found, c.strayTests()...)
	}
}

func (c *commit) sourceDir() string { return path.Join(c.dir, c.product.Source) }

// agreement holds product.yaml against the variables of its source, as products.Check does against a template (S11).
func agreement(p *products.File, source *tf.Configuration) (found document.Diagnostics) {
	byName := map[string]tf.Variable{}
	for _, v := range source.Variables {
		byName[v.Name] = v
	}
	names := slices.Sorted(maps.Keys(byName))
	for _, name := range slices.Sorted(maps.Keys(p.Parameters)) {
		given, at := p.Parameters[name], []string{"parameters", name}
		v, declared := byName[name]
		fault := func(code, summary, hint string, keys ...string) document.Diagnostic {
			return p.Doc.Fault(code, summary, hint, append(slices.Clone(at), keys...)...).Secret()
		}
		switch {
		case !declared:
			found = append(found, fault("AXLE1482", "the source has no variable "+name, document.DidYouMean(name, names)))
		case given.Fixed != nil:
			found = append(found, fault("AXLE1483", name+" is not fixed: the source takes other values, and publishing does not hold it to one yet", "write it as a local", "fixed"))
		case v.Sensitive && given.Default != nil:
			found = append(found, fault("AXLE1484", "product.yaml shows a default of "+name+", which is sensitive", "leave it to whoever launches it", "default"))
		case given.AllowedValues != nil || given.Min != nil || given.Max != nil:
			found = append(found, fault("AXLE1485", "nothing holds "+name+" to what product.yaml allows but the variable's own validation", "write a validation block with the same values").Warning())
		}
	}
	return found
}

// strayTests are tests that terraform test would not find: what is not run is no pass.
func (c *commit) strayTests() (found document.Diagnostics) {
	in := []string{c.sourceDir(), path.Join(c.sourceDir(), "tests")}
	err := fs.WalkDir(c.tree, c.dir, func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && isTerraformTest(name) && !slices.Contains(in, path.Dir(name)) {
			found = append(found, document.Diagnostic{File: name, Severity: document.SeverityError, Code: codeStray,
				Summary: "terraform test does not find this test", Hint: "move it to " + in[0] + " or " + in[1]})
		}
		return err
	})
	if err != nil {
		found = append(found, document.Diagnostic{File: c.dir, Severity: document.SeverityError, Code: codeStray, Summary: "the product's folder cannot be searched for tests: " + err.Error()})
	}
	return found
}

func isTerraformTest(name string) bool {
	return strings.HasSuffix(name, ".tftest.hcl") || strings.HasSuffix(name, ".tftest.json")
}

// factsOfSource gives the source's normal form under a scenario's parameters, which are its variables.
func (d Deps) factsOfSource(c *commit) Facts {
	return func(parameters map[string]string) (map[string]any, error) {
		inputs := c.parameters()
		maps.Copy(inputs, parameters)
		source, ds := d.Terraform(c.tree, c.sourceDir(), inputs)
		if err := ds.Err(); err != nil {
			return nil, err
		}
		return source.Normal(), nil
	}
}

func (d Deps) testSource(ctx context.Context, c *commit) ([]pipeline.Test, error) {
	if d.TestSource == nil {
		return nil, nil
	}
	return d.TestSource(ctx, c.tree, c.sourceDir())
}

// sourceDifferences compares the source with what a published version was made of, under the values of
// today's product.yaml; what keeps the old one from being read whole makes differences, never none.
func (d Deps) sourceDifferences(c *commit, last products.Published) ([]products.Difference, error) {
	data, err := d.Store.Get(last.Template)
	if err != nil {
		return nil, fmt.Errorf("the source of %s, to compare with: %w", last.Version, err)
	}
	files, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, document.Fail("AXLE1212", "the published version "+last.Version+" is no Terraform, and cannot be compared with", "give the Terraform product a name of its own", err)
	}
	before, ds := d.Terraform(files, ".", c.parameters())
	if before == nil {
		return nil, errors.Join(fmt.Errorf("the source of %s, to compare with", last.Version), ds.Err())
	}
	var all []products.Difference
	for _, diff := range tf.Compare(before, c.source) {
		all = append(all, products.Difference{Bump: products.Bump(diff.Bump), What: diff.What, Risk: diff.Risk,
			File: diff.Place.File, Line: diff.Place.Line, Col: diff.Place.Col, Path: diff.Path})
	}
	return all, nil
}

// packed is a source as the store keeps it: the same files are the same bytes.
func packed(tree fs.FS, dir string) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	err := fs.WalkDir(tree, dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		file, err := w.CreateHeader(&zip.FileHeader{Name: strings.TrimPrefix(name, dir+"/"), Method: zip.Store})
		if err == nil {
			_, err = file.Write(data)
		}
		return err
	})
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
