package terraform

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/tf"
)

// module is one instance of a module being evaluated. What is asked for is evaluated then, once.
type module struct {
	source *source
	dir    string
	prefix string // module.net. or "" of the root
	depth  int

	blocks     map[string]*block // by address without the prefix: var.x, data.t.n, t.n, module.x, output.x
	locals     map[string]argument
	moved      []*block
	inputs     map[string]cty.Value
	attributes map[string]bool // every name that an expression takes out of something

	known map[string]cty.Value
	busy  map[string]bool
	kids  map[string][]*module // modules called, by name
	out   map[string][]tf.Resource
}

func newModule(s *source, dir, prefix string, depth int, blocks []*block) *module {
	m := &module{source: s, dir: dir, prefix: prefix, depth: depth, blocks: map[string]*block{}, locals: map[string]argument{},
		inputs: map[string]cty.Value{}, attributes: map[string]bool{"id": true}, known: map[string]cty.Value{}, busy: map[string]bool{},
		kids: map[string][]*module{}, out: map[string][]tf.Resource{}}
	for _, b := range blocks {
		m.declare(b)
		m.lookFor(b)
	}
	return m
}

func (m *module) declare(b *block) {
	address := ""
	switch b.kind {
	case "locals":
		for name, a := range b.args {
			if _, twice := m.locals[name]; twice {
				m.source.fail(a.place, codeSyntax, "local "+name+" is declared twice", "give each its own name")
			}
			m.locals[name] = a
		}
		return
	case "resource":
		address = b.named(0) + "." + b.named(1)
	case "data", "ephemeral":
		address = b.kind + "." + b.named(0) + "." + b.named(1)
	case "variable", "module", "output":
		address = strings.Replace(b.kind, "variable", "var", 1) + "." + b.named(0)
	case "moved":
		m.moved = append(m.moved, b)
		return
	case "check":
		for _, data := range b.of("data") {
			m.declare(data)
		}
		return
	default:
		return
	}
	if first := m.blocks[address]; first != nil {
		m.source.fail(b.place, codeSyntax, fmt.Sprintf("%s repeats %s:%d", b.heading(), first.place.File, first.place.Line), "give each its own name")
		return
	}
	m.blocks[address] = b
}

// lookFor collects the names of attributes that expressions ask for, so that what only a
// provider has is there, unknown, when they do.
func (m *module) lookFor(b *block) {
	for _, a := range b.args {
		_ = hclsyntax.VisitAll(a.expr, func(n hclsyntax.Node) hcl.Diagnostics {
			var steps hcl.Traversal
			switch n := n.(type) {
			case *hclsyntax.ScopeTraversalExpr:
				steps = n.Traversal
			case *hclsyntax.RelativeTraversalExpr:
				steps = n.Traversal
			}
			for _, step := range steps {
				if attr, ok := step.(hcl.TraverseAttr); ok {
					m.attributes[attr.Name] = true
				}
			}
			return nil
		})
	}
	for _, n := range b.blocks {
		m.lookFor(n)
	}
}

// names are the declared addresses that begin so, without that beginning, sorted.
func (m *module) names(beginning string) []string {
	var all []string
	for _, address := range slices.Sorted(maps.Keys(m.blocks)) {
		if rest, ok := strings.CutPrefix(address, beginning); ok {
			all = append(all, rest)
		}
	}
	return all
}

// once evaluates what has an address when it is first asked for. What asks for itself is an error.
func (m *module) once(address string, at tf.Place, make func() cty.Value) cty.Value {
	if v, ok := m.known[address]; ok {
		return v
	}
	if m.busy[address] {
		m.source.fail(at, codeSyntax, "cycle: "+m.prefix+address+" is made of itself", "break the circle")
		return cty.DynamicVal
	}
	m.busy[address] = true
	v := make()
	delete(m.busy, address)
	if !m.source.budget.spend(sizeOf(v)) {
		m.source.fail(at, codeMany, m.prefix+address+" is larger than what can be judged", "a configuration is a description, not a program")
		v = cty.DynamicVal
	}
	m.known[address] = v
	return v
}

// eval gives an argument's value. extra are names of its surroundings: each, count, iterators.
func (m *module) eval(a argument, extra map[string]cty.Value) cty.Value {
	v, ds := a.expr.Value(m.context(a.expr, extra))
	if !ds.HasErrors() {
		return v
	}
	if m.source.budget.spent <= maxWork && m.asksProvider(a.expr) {
		return unknown("cannot be told without its provider", "")
	}
	m.source.hcl(ds)
	return cty.DynamicVal
}

// asksProvider: what an expression takes out of a resource may be of a form that only its provider knows.
func (m *module) asksProvider(e hclsyntax.Expression) bool {
	for _, t := range e.Variables() {
		switch t.RootName() {
		case "var", "local", "path", "terraform", "count":
		default:
			return true
		}
	}
	return false
}

// context is the scope of one expression: what it names, and nothing else.
func (m *module) context(e hclsyntax.Expression, extra map[string]cty.Value) *hcl.EvalContext {
	groups := map[string]map[string]cty.Value{}
	set := func(group, name string, v cty.Value) {
		if groups[group] == nil {
			groups[group] = map[string]cty.Value{}
		}
		groups[group][name] = v
	}
	for _, t := range e.Variables() {
		root, first, second := t.RootName(), step(t, 1), step(t, 2)
		if _, near := extra[root]; near || first == "" {
			continue
		}
		at := placeOf(t.SourceRange())
		switch root {
		case "var", "local", "module":
			set(root, first, m.refer(root+"."+first, at))
		case "data", "ephemeral":
			set(root+"."+first, second, m.refer(root+"."+first+"."+second, at))
		case "path", "terraform":
			set(root, first, m.surroundings(root+"."+first))
		case "each", "count", "self":
		default:
			set(root, first, m.refer(root+"."+first, at))
		}
	}
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{}, Functions: m.functions()}
	data := map[string]map[string]cty.Value{}
	for name, members := range groups {
		if kind, sort, nested := strings.Cut(name, "."); nested {
			if data[kind] == nil {
				data[kind] = map[string]cty.Value{}
			}
			data[kind][sort] = cty.ObjectVal(members)
			continue
		}
		ctx.Variables[name] = cty.ObjectVal(members)
	}
	for kind, sorts := range data {
		ctx.Variables[kind] = cty.ObjectVal(sorts)
	}
	maps.Copy(ctx.Variables, extra)
	return ctx
}

// step is the name at a place of a traversal, or "".
func step(t hcl.Traversal, i int) string {
	if i < len(t) {
		if a, ok := t[i].(hcl.TraverseAttr); ok {
			return a.Name
		}
	}
	return ""
}

func (m *module) surroundings(name string) cty.Value {
	switch name {
	case "path.root":
		return cty.StringVal(".")
	case "path.module":
		return cty.StringVal(from(m.source.dir, m.dir))
	case "terraform.workspace":
		return cty.StringVal("default")
	}
	return unknown(name+" is known where Terraform runs", "")
}

// refer gives what an address stands for.
func (m *module) refer(address string, at tf.Place) cty.Value {
	kind, name, _ := strings.Cut(address, ".")
	if local, ok := m.locals[name]; kind == "local" && ok {
		return m.once(address, at, func() cty.Value { return m.eval(local, nil) })
	}
	b := m.blocks[address]
	if b == nil || kind == "output" {
		m.source.fail(at, codeSyntax, m.prefix+address+" is not declared", document.DidYouMean(name, m.siblings(kind)))
		return cty.DynamicVal
	}
	return m.once(address, at, func() cty.Value {
		switch b.kind {
		case "variable":
			return m.variable(b)
		case "module":
			return m.call(b)
		}
		return m.resource(b, address)
	})
}

func (m *module) siblings(kind string) []string {
	if kind == "local" {
		return slices.Collect(maps.Keys(m.locals))
	}
	return m.names(kind + ".")
}
