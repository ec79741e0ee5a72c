package stages

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/products/tf"
)

// software is what a commit needs of AWS Marketplace, and what marketplace.yaml of the same commit
// says of it: one commit may bring both.
type software struct {
	file    *market.File
	needs   []products.Need
	targets []market.Entry // where they have to be allowed
	unknown []untold       // what only AWS can tell
	found   document.Diagnostics
}

// untold is a need of which the file does not tell whether an entry allows it.
type untold struct {
	need  products.Need
	entry market.Entry
}

const codeNotAllowed = "AXLE2813"

// CheckSoftware says of a product in the tree what alpha says of its Marketplace products. name is
// that of marketplace.yaml, "" where there is none; source is of type EXTERNAL.
func CheckSoftware(tree fs.FS, name string, file *catalog.File, p *products.File, at string, source *tf.Configuration, now time.Time) document.Diagnostics {
	c := commit{tree: tree, dir: path.Dir(at), product: p, source: source, catalog: file}
	if p.Type != external && c.readTemplate() != nil {
		return nil // who checks the tree says so
	}
	return c.software(name, now).found
}

// software judges the commit by the file of this name (S2). What is needed and cannot be judged is an error.
func (c *commit) software(name string, now time.Time) (s software) {
	if c.product == nil || c.template == nil && c.source == nil {
		return s // what keeps it from being read is an error already
	}
	mentions, err := c.mentions()
	if err != nil {
		s.found = append(s.found, c.product.Doc.Fault("AXLE2815", "the product cannot be searched for Marketplace software: "+err.Error(), "", "source"))
	}
	needs, found := c.product.Needs(mentions)
	s.needs, s.found = needs, append(s.found, found...)
	if len(needs) == 0 && c.product.Marketplace.Experiences == nil {
		return s
	}
	if !s.read(c, name) {
		return s
	}
	var strange []string
	s.targets, strange = s.file.Targets(c.product.Marketplace.Experiences)
	for _, e := range strange {
		i := slices.Index(c.product.Marketplace.Experiences, e)
		s.found = append(s.found, c.product.Doc.Fault("AXLE1193", fmt.Sprintf("%q is not in experiences of %s", e, name), document.DidYouMean(e, s.file.Names()), "marketplace", "experiences", strconv.Itoa(i)))
	}
	if len(s.targets) == 0 && len(strange) == 0 {
		s.fault(c, name+" has no experience that could allow it", "add one")
	}
	for _, n := range needs {
		for _, e := range s.targets {
			s.judge(n, e, now)
		}
	}
	return s
}

// mentions are the places where the content names what is sold.
func (c *commit) mentions() ([]products.Mention, error) {
	all := c.product.InParameters()
	if c.source != nil {
		more, err := inSource(c.tree, c.sourceDir(), c.source)
		return append(all, more...), err
	}
	env, _ := c.env() // lint says what is wrong with it
	worlds := []cfn.Env{env}
	if c.catalog != nil {
		worlds = nil
		for _, region := range c.catalog.Hub.Regions {
			worlds = append(worlds, env.In(region))
		}
	}
	return append(all, products.InTemplate(c.template, worlds...)...), nil
}

// read reads marketplace.yaml, and says what keeps it from being read.
func (s *software) read(c *commit, name string) bool {
	if name == "" {
		s.fault(c, "pipeline.yaml names no marketplace", "add marketplace: marketplace.yaml to pipeline.yaml, and allow it there")
		return false
	}
	data, err := fs.ReadFile(c.tree, name)
	if err != nil {
		s.fault(c, name+", which pipeline.yaml names, cannot be read: "+err.Error(), "commit it")
		return false
	}
	file, ds := market.Load(name, data)
	if ds.Err() != nil {
		s.fault(c, fmt.Sprintf("%s has %d errors", name, ds.Errors()), "axle check lists them")
		return false
	}
	s.file = file
	return true
}

// fault says why nothing that is needed can be judged, where the first is needed.
func (s *software) fault(c *commit, why, hint string) {
	at := products.Need{File: c.product.Doc.File, Line: 1, Col: 1}
	var ids []string
	for _, n := range s.needs {
		ids = append(ids, n.ID)
	}
	what := "marketplace.experiences cannot be judged"
	if len(ids) > 0 {
		at, what = s.needs[0], "Marketplace software is needed ("+strings.Join(ids, ", ")+"), and whether it is allowed cannot be judged"
	}
	s.found = append(s.found, at.At("AXLE2815", what+": "+why, hint))
}

// judge notes what an entry says of a need.
func (s *software) judge(n products.Need, e market.Entry, now time.Time) {
	switch r := s.file.Rule(e, n.ID, now); r.Word {
	case string(market.Allow):
	case market.Unknown:
		s.unknown = append(s.unknown, untold{n, e})
		s.found = append(s.found, n.At("AXLE2816", fmt.Sprintf("only AWS can tell whether experience %s allows %s: %s", e.Name, titled(n), r.Why),
			"gamma and prod's plan look there; what the file itself allows is told here").Warning())
	default:
		s.found = append(s.found, refused(n, e, r))
	}
}

func refused(n products.Need, e market.Entry, r market.Ruling) document.Diagnostic {
	return n.At(codeNotAllowed, fmt.Sprintf("Marketplace product %s is not allowed in experience %s: %s", titled(n), e.Name, r.Why), r.Hint)
}

func titled(n products.Need) string {
	if n.Title == "" {
		return n.ID
	}
	return n.ID + " (" + n.Title + ")"
}
