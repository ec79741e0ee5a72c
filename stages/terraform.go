package stages

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
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

// external is a product made of Terraform. An engine beside Service Catalog builds what is launched
// of it: alpha judges it, beta has nothing to build it with, and gamma launches it through the catalog.
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

// readSource reads the product's Terraform.
func (d Deps) readSource(c *commit) {
	if d.Terraform == nil {
		c.found = append(c.found, c.product.Doc.Fault("AXLE1212", "type EXTERNAL is not supported here", "use an axle that reads Terraform", "type"))
		return
	}
	source, ds := d.Terraform(c.tree, c.sourceDir(), c.parameters())
	c.found = append(c.found, ds...)
	c.source = source
	if source != nil {
		c.found = append(c.found, agreement(c.product, source)...)
		c.found = append(c.found, c.strayTests()...)
		c.found = append(c.found, c.parsable()...)
	}
}

// builtByEngine is what beta says of such a product: axle does not run terraform apply.
func (d Deps) builtByEngine(in pipeline.Input) (pipeline.Result, error) {
	d.Say(in, "skipped: a product of type EXTERNAL is built by its engine, in gamma")
	return pipeline.Result{Verdict: pipeline.Skipped}, nil
}

// An engine's parser reads the source to say what a launch is asked for. These are bounds of the
// engine that AWS gives (CAT-6).
const (
	codeNoSource  = "AXLE1160"
	codeUnparsed  = "AXLE1161"
	sourceMayFail = 500 << 10
	asksAtLaunch  = "what it refuses fails the launch, late; say it in the variable's description too"
)

// parsable refuses a source that no engine finds, and warns of what AWS's engine passes over.
func (c *commit) parsable() (found document.Diagnostics) {
	warn := func(file, summary, hint string) {
		found = append(found, document.Diagnostic{File: file, Severity: document.SeverityWarning, Code: codeUnparsed, Summary: summary, Hint: hint})
	}
	all, err := fs.Glob(c.tree, path.Join(c.sourceDir(), "*.tf"))
	if err != nil || len(all) == 0 {
		return document.Diagnostics{c.product.Doc.Fault(codeNoSource, "there is no .tf file in "+c.product.Source+" itself", "an engine looks for it at the root of the archive", "source")}
	}
	more, err := fs.Glob(c.tree, path.Join(c.sourceDir(), "*.tf.json"))
	if err != nil {
		return document.Diagnostics{c.product.Doc.Fault(codeNoSource, err.Error(), "", "source")}
	}
	for _, name := range more {
		warn(name, "AWS's engine passes over .tf.json when it looks for variables", "write variables into a .tf file")
	}
	for _, v := range c.source.Variables {
		if len(v.Validations) > 0 {
			warn(v.Place.File, "AWS's engine does not show the validation of variable "+v.Name+" to who launches", asksAtLaunch)
		}
	}
	if data, err := packed(c.tree, c.sourceDir()); err == nil && len(data) > sourceMayFail {
		warn(c.sourceDir(), fmt.Sprintf("the packed source has %d KiB: above %d an engine may fail", len(data)>>10, sourceMayFail>>10), "take out what Terraform does not need")
	}
	return found
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
			found = append(found, fault("AXLE1483", name+" is not fixed: the source takes other values, and AWS has no rules for EXTERNAL", "write it as a local", "fixed"))
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
	files, err := unpacked(data)
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

// packed is a source as the store keeps it and as an engine takes it, a tar.gz with the .tf files at
// its root: the same files are the same bytes.
func packed(tree fs.FS, dir string) ([]byte, error) {
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	err := fs.WalkDir(tree, dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		if err == nil {
			err = w.WriteHeader(&tar.Header{Name: strings.TrimPrefix(name, dir+"/"), Mode: 0o644, Size: int64(len(data)), Format: tar.FormatPAX})
		}
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	})
	if err := errors.Join(err, w.Close(), zipped.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// unpacked reads a packed source. A zip in memory is a tree of files; a tar is none.
func unpacked(data []byte) (fs.FS, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for r := tar.NewReader(unzipped); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		file, err := w.CreateHeader(&zip.FileHeader{Name: h.Name, Method: zip.Store})
		if err == nil {
			_, err = io.Copy(file, r)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
}
