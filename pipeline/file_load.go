package pipeline

import (
	_ "embed"
	"io/fs"
	"time"

	"github.com/axle-cd/axle/document"
)

// Schema is the JSON Schema of pipeline.yaml.
//
//go:embed pipeline.schema.json
var Schema []byte

// Load reads pipeline.yaml, judges it by every rule that needs no other file, and fills in
// the defaults. The File is nil when there was nothing to read; beside errors it is good for
// finding more of them only.
func Load(file string, data []byte) (*File, document.Diagnostics) {
	doc, ds := document.Parse(file, data, document.Files)
	if doc == nil {
		return nil, ds
	}
	f := &File{Doc: doc}
	ds = append(doc.Decode(f), f.check()...)
	f.fill()
	ds.Sort()
	return f, ds
}

const day = document.Duration(24 * time.Hour)

func orText(value *string, otherwise string) {
	if *value == "" {
		*value = otherwise
	}
}

func orTime(value *document.Duration, otherwise document.Duration) {
	if *value == 0 {
		*value = otherwise
	}
}

// fill puts in what the file leaves out. Stages get the file's defaults; a gate that the file
// does not name stays nil, and the stage's built-in one applies.
func (f *File) fill() {
	orText(&f.Triggers.Protected, "main")
	f.Defaults.fill(Defaults{
		Timeout: document.Duration(30 * time.Minute),
		Retries: &Retries{Max: 2, For: []string{"throttling"}},
	}, f.Doc.At("defaults"))
	for _, name := range StageNames {
		if s := f.Stages.Config(name); s != nil {
			s.fill(name, f.Defaults, f.Doc.At("stages", name))
		}
	}
}

// fill takes from otherwise what d leaves out. n is where d stands: a retries.max of 0 is written.
func (d *Defaults) fill(otherwise Defaults, n *document.Node) {
	if d.Regions == nil {
		d.Regions = otherwise.Regions
	}
	orTime(&d.Timeout, otherwise.Timeout)
	if d.Retries == nil {
		d.Retries = otherwise.Retries
		return
	}
	if n.Get("retries").Get("max") == nil {
		d.Retries.Max = otherwise.Retries.Max
	}
	if d.Retries.For == nil {
		d.Retries.For = otherwise.Retries.For
	}
}

func (s *StageConfig) fill(name string, otherwise Defaults, n *document.Node) {
	s.Defaults.fill(otherwise, n)
	orText(&s.Environment, name)
	if s.Secrets != nil {
		orText(&s.Secrets.Scan, map[string]string{"pre-commit": "staged", "alpha": "range"}[name])
		orText(&s.Secrets.OnFinding, "fail")
	}
	if s.Policy != nil {
		orText(&s.Policy.FailOn, "violation")
	}
	if s.Unit != nil && s.Unit.Paths == nil {
		s.Unit.Paths = []string{"tests/"}
	}
	if name == "beta" {
		s.provision()
	}
	if name == "prod" {
		s.approval()
		s.waves()
	}
}

func (s *StageConfig) provision() {
	if s.Provision == nil {
		s.Provision = &Provision{}
	}
	orText(&s.Provision.ChangeSet, "show")
	orTime(&s.Provision.TTL, document.Duration(4*time.Hour))
}

func (s *StageConfig) approval() {
	if s.Approval == nil {
		s.Approval = &Approval{}
	}
	a := s.Approval
	if len(a.Rules) == 0 {
		a.Rules = []ApprovalRule{{}}
	}
	for i := range a.Rules {
		a.Rules[i].Required = max(a.Rules[i].Required, 1)
	}
	orTime(&a.Expires, 3*day)
	orText(&a.OnExpiry, "reject")
}

func (s *StageConfig) waves() {
	if s.Distribute == nil {
		return
	}
	for i := range s.Distribute.Waves {
		w := &s.Distribute.Waves[i]
		if w.MaxParallel == 0 {
			w.MaxParallel = 10
		}
		orText(&w.MaxFailures, "0")
	}
}

// CheckTree asks that the files pipeline.yaml names are in the tree it stands in, whose root
// is the repository's.
func (f *File) CheckTree(tree fs.FS) document.Diagnostics {
	c := document.Checks{Doc: f.Doc}
	c.Tree(tree, ".", document.AGlob, "products")
	c.Tree(tree, ".", document.AFile, "catalog")
	c.Tree(tree, ".", document.AFile, "marketplace")
	c.Tree(tree, ".", document.AFolder, "stages", "alpha", "policy", "bundles")
	c.Tree(tree, ".", document.AFolder, "stages", "alpha", "policy", "organization", "path")
	c.Tree(tree, ".", document.AFolder, "stages", "alpha", "policy", "guard", "rules")
	c.Found.Sort()
	return c.Found
}
