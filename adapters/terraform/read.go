package terraform

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/tf"
)

// read evaluates the root module. That the library gives up on a configuration is an error of the configuration.
func (s *source) read(inputs map[string]string) (c *tf.Configuration) {
	defer func() {
		if r := recover(); r != nil {
			c = nil
			s.fail(tf.Place{File: s.dir}, codeSyntax, "the configuration cannot be evaluated", "report it: it is beyond what the reader understands")
		}
	}()
	blocks, ok := s.configuration(s.dir)
	if !ok {
		return nil
	}
	root := newModule(s, s.dir, "", 0, blocks)
	s.tfvars(root)
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		if b := root.blocks["var."+name]; b != nil {
			root.inputs[name] = root.given(b, inputs[name])
		}
	}
	c = &tf.Configuration{Dir: s.dir, Resources: root.everything(), Variables: root.declared()}
	c.Moved = root.moves()
	for _, name := range root.names("output.") {
		b := root.blocks["output."+name]
		c.Outputs = append(c.Outputs, tf.Output{Name: name, Value: plain(root.output(name)), Sensitive: root.flag(b, "sensitive"), Place: b.place})
	}
	c.Providers, c.Terraform = s.required(blocks)
	if s.budget.spent > maxWork { // whatever an expression has made of that
		s.fail(tf.Place{File: s.dir}, codeMany, "the expressions of this configuration make more than can be judged", "a configuration is a description, not a program")
	}
	return c
}

// tfvars reads the values that lie beside the root module, the later file over the earlier.
func (s *source) tfvars(root *module) {
	entries, err := fs.ReadDir(s.files, s.dir)
	if err != nil {
		return // configuration has said so
	}
	slices.SortStableFunc(entries, func(a, b fs.DirEntry) int { return rank(a.Name()) - rank(b.Name()) })
	for _, e := range entries {
		if e.IsDir() || rank(e.Name()) == 0 {
			continue
		}
		for name, a := range s.values(path.Join(s.dir, e.Name()), e) {
			if root.blocks["var."+name] == nil {
				s.warn(a.place, codeValue, e.Name()+" gives a value to "+name+", which is no variable", document.DidYouMean(name, root.names("var.")))
				continue
			}
			root.inputs[name] = root.eval(a, nil)
		}
	}
}

// rank is the order in which Terraform reads files of values; 0 is one that it does not read.
func rank(name string) int {
	switch stem := strings.TrimSuffix(name, ".json"); {
	case ignored(name):
		return 0
	case name == "terraform.tfvars":
		return 1
	case stem == "terraform.tfvars":
		return 2
	case strings.HasSuffix(stem, ".auto.tfvars"):
		return 3
	}
	return 0
}

// values are the arguments of a file that has nothing else.
func (s *source) values(name string, e fs.DirEntry) map[string]argument {
	data, ok := s.bytes(name, e)
	if !ok {
		return nil
	}
	top, ds := parseValues(name, data, &s.budget)
	s.hcl(ds)
	if ds.HasErrors() {
		return nil
	}
	for _, b := range top.blocks {
		s.fail(b.place, codeSyntax, "a file of values has no blocks: "+b.heading(), "")
	}
	return top.args
}

// required are the providers and the version of Terraform that a module asks for.
func (s *source) required(blocks []*block) (all []tf.Provider, version string) {
	for _, b := range blocks {
		if b.kind != "terraform" {
			continue
		}
		if a, ok := b.args["required_version"]; ok {
			if v, ds := a.expr.Value(nil); !ds.HasErrors() && !v.IsNull() && v.Type() == cty.String {
				version = strings.Trim(version+", "+v.AsString(), ", ")
			}
		}
		for _, r := range b.of("required_providers") {
			for _, name := range slices.Sorted(maps.Keys(r.args)) {
				all = append(all, providerOf(name, r.args[name]))
			}
		}
	}
	slices.SortFunc(all, func(a, b tf.Provider) int { return strings.Compare(a.Name, b.Name) })
	return all, version
}

// providerOf reads { source = "hashicorp/aws", version = "~> 5.0" }, of which other entries are not constant.
func providerOf(name string, a argument) tf.Provider {
	p := tf.Provider{Name: name, Source: "hashicorp/" + name, Place: a.place}
	if v, ds := a.expr.Value(nil); !ds.HasErrors() && !v.IsNull() && v.Type() == cty.String {
		p.Version = v.AsString()
	}
	for key, part := range parts(a) {
		v, ds := part.expr.Value(nil)
		if ds.HasErrors() || v.IsNull() || v.Type() != cty.String {
			if key == "source" {
				p.Source = "(computed)"
			}
			continue
		}
		switch key {
		case "source":
			p.Source = v.AsString()
		case "version":
			p.Version = v.AsString()
		}
	}
	return p
}

// from is a folder as seen from another above it.
func from(base, dir string) string {
	if dir == base {
		return "."
	}
	if base == "." {
		return dir
	}
	return strings.TrimPrefix(dir, base+"/")
}
