package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/axle-cd/axle/adapters/terraform"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products/tf"
)

// maxPlan is the largest file that is looked into for a plan of Terraform.
const maxPlan = 64 << 20

// isPlan holds for what terraform show -json writes.
func isPlan(name string, info fs.FileInfo) bool {
	if !info.Mode().IsRegular() || filepath.Ext(name) != ".json" {
		return false
	}
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 512)
	n, _ := f.Read(head)
	return bytes.Contains(head[:n], []byte(`"format_version"`)) && !bytes.Contains(head[:n], []byte(`"Resources"`))
}

// readTerraform reads a folder of Terraform, or a plan, by the names that a person here would use.
// It is nil where the path is neither.
func readTerraform(name string, info fs.FileInfo, read reading) (*tf.Configuration, document.Diagnostics, bool) {
	switch {
	case info.IsDir():
		files, done, err := openedFolder(name)
		if err != nil {
			return nil, document.Diagnostics{{File: name, Severity: document.SeverityError, Code: codeUsage, Summary: err.Error()}}, true
		}
		defer done()
		c, ds := read(files, ".", nil)
		return relocated(name, c, ds)
	case isPlan(name, info):
		if info.Size() > maxPlan {
			return nil, document.Diagnostics{{File: name, Severity: document.SeverityError, Code: codeUsage, Summary: "the plan is larger than 64 MB"}}, true
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, document.Diagnostics{{File: name, Severity: document.SeverityError, Code: codeUsage, Summary: err.Error()}}, true
		}
		c, ds := tf.Plan(name, data)
		return c, ds, true
	}
	return nil, nil, false
}

type reading func(fs.FS, string, map[string]string) (*tf.Configuration, document.Diagnostics)

// openedFolder is a folder of this machine out of which no path leads.
func openedFolder(name string) (files fs.FS, done func(), err error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, nil, err
	}
	return root.FS(), func() { _ = root.Close() }, nil
}

// relocated names files as they are named from here.
func relocated(dir string, c *tf.Configuration, ds document.Diagnostics) (*tf.Configuration, document.Diagnostics, bool) {
	for i := range ds {
		ds[i].File = filepath.Join(dir, filepath.FromSlash(ds[i].File))
	}
	if c == nil {
		return nil, ds, true
	}
	move := func(p *tf.Place) {
		if p.File != "" {
			p.File = path.Join(filepath.ToSlash(dir), p.File)
		}
	}
	c.Dir = path.Join(filepath.ToSlash(dir), c.Dir)
	for i := range c.Resources {
		r := &c.Resources[i]
		move(&r.Place)
		for name, place := range r.Places {
			move(&place)
			r.Places[name] = place
		}
	}
	for i := range c.Variables {
		move(&c.Variables[i].Place)
	}
	for i := range c.Outputs {
		move(&c.Outputs[i].Place)
	}
	for i := range c.Providers {
		move(&c.Providers[i].Place)
	}
	return c, ds, true
}

// judgeTerraform judges a folder of Terraform or a plan; ok is false where the path is neither. As with a
// template's parameters, a variable without a value is not known, and a rule that needs it says so.
func judgeTerraform(ctx context.Context, rules *policies.Rules, name string, info fs.FileInfo) (report policies.Report, err error, ok bool) {
	c, ds, ok := readTerraform(name, info, terraform.Read)
	if !ok {
		return report, nil, false
	}
	ds = slices.DeleteFunc(ds, func(d document.Diagnostic) bool { return d.Code == terraform.CodeNoValue })
	if err := ds.Err(); err != nil {
		return report, err, true
	}
	report, err = rules.JudgeTerraform(ctx, c)
	return report, err, true
}

// terraformUnder are the folders of Terraform below a folder that no other calls as its module.
func terraformUnder(name string) ([]string, error) {
	files, done, err := openedFolder(name)
	if err != nil {
		return nil, err
	}
	defer done()
	roots, err := terraform.Roots(files, ".")
	for i := range roots {
		roots[i] = filepath.Join(name, filepath.FromSlash(roots[i]))
	}
	return roots, err
}

// checkTerraform is all that is wrong with a folder of Terraform or a plan; ok is false where the path is neither.
func checkTerraform(name string) (ds document.Diagnostics, ok bool) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, false
	}
	_, ds, ok = readTerraform(name, info, terraform.Load)
	return ds, ok
}
