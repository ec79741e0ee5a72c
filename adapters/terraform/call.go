package terraform

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/axle-cd/axle/products/tf"
)

// call evaluates the outputs of a module that is called.
func (m *module) call(b *block) cty.Value {
	where := m.prefix + "module." + b.named(0)
	blocks, dir, ok := m.called(b, where)
	if !ok {
		return unknown(where+" was not read", "")
	}
	all, counted := m.instances(b, where)
	values := make([]cty.Value, len(all))
	for i, inst := range all {
		c := newModule(m.source, dir, where+inst.index+".", m.depth+1, blocks)
		for _, name := range slices.Sorted(maps.Keys(b.args)) {
			if name == "source" || name == "version" || slices.Contains(meta, name) {
				continue
			}
			if c.blocks["var."+name] == nil {
				m.source.fail(b.args[name].place, codeSyntax, where+" has no variable "+name, "declare it there, or remove it here")
				continue
			}
			c.inputs[name] = m.eval(b.args[name], inst.near)
		}
		m.kids[b.named(0)] = append(m.kids[b.named(0)], c)
		values[i] = c.outputs()
	}
	if !counted {
		return unknown("the number of "+where+" cannot be known", "")
	}
	return gathered(b, all, values)
}

// called are the blocks of the folder that a module block names; ok is false where it is said why there are none.
func (m *module) called(b *block, where string) (blocks []*block, dir string, ok bool) {
	source, isLocal := local(b)
	a, has := b.args["source"]
	at := b.place
	if has {
		at = a.place
	}
	if !isLocal {
		m.source.foreign(at, source)
		return nil, "", false
	}
	dir = path.Join(m.dir, source)
	if dir != m.source.dir && !strings.HasPrefix(dir, m.source.dir+"/") && m.source.dir != "." || strings.HasPrefix(dir, "..") {
		m.source.fail(at, codeModule, "module source "+source+" leaves "+m.source.dir, "a version is what lies below source: move the module there")
		return nil, "", false
	}
	if m.depth >= maxModules {
		m.source.fail(at, codeMany, "modules nest deeper than "+strconv.Itoa(maxModules)+": "+where, "a module cannot call itself")
		return nil, "", false
	}
	blocks, ok = m.source.configuration(dir)
	return blocks, dir, ok
}

// local is a module's source, and whether it is a folder beside it.
func local(b *block) (source string, is bool) {
	a, ok := b.args["source"]
	if !ok {
		return "", false
	}
	v, ds := a.expr.Value(nil)
	if ds.HasErrors() || v.IsNull() || v.Type() != cty.String {
		return "(computed)", false
	}
	source = v.AsString()
	return source, source == "." || source == ".." || strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../")
}

func (s *source) foreign(at tf.Place, source string) {
	if source == "" {
		s.fail(at, codeModule, "the module has no source", "name a folder: source = \"./modules/x\"")
		return
	}
	s.fail(at, codeModule, "module source "+withoutUser(source)+" is not on the allow-list", "only folders of the product are: copy the module there, at the version you mean")
}

// withoutUser hides what stands before the @ of an address: it may be a secret.
func withoutUser(source string) string {
	if scheme, rest, ok := strings.Cut(source, "://"); ok {
		if _, host, ok := strings.Cut(rest, "@"); ok {
			return scheme + "://" + host
		}
	}
	return source
}

// outputs are a module's results as its caller reads them.
func (m *module) outputs() cty.Value {
	all := map[string]cty.Value{}
	for _, name := range m.names("output.") {
		all[name] = m.output(name)
	}
	return cty.ObjectVal(all)
}

func (m *module) output(name string) cty.Value {
	b := m.blocks["output."+name]
	return m.once("output."+name, b.place, func() cty.Value {
		a, ok := b.args["value"]
		if !ok {
			m.source.fail(b.place, codeSyntax, b.heading()+" has no value", "")
			return cty.DynamicVal
		}
		v := m.eval(a, nil)
		if m.flag(b, "sensitive") {
			return sensitive()
		}
		return v
	})
}

// parts are the entries of a mapping or list that is written out.
func parts(a argument) map[string]argument {
	out := map[string]argument{}
	switch e := a.expr.(type) {
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			if key, ds := item.KeyExpr.Value(nil); !ds.HasErrors() && key.IsKnown() && !key.IsNull() && key.Type() == cty.String {
				out[key.AsString()] = argument{expr: item.ValueExpr, place: placeOf(item.KeyExpr.Range())}
			}
		}
	case *hclsyntax.TupleConsExpr:
		for i, item := range e.Exprs {
			out[strconv.Itoa(i)] = argument{expr: item, place: placeOf(item.Range())}
		}
	}
	return out
}

// everything is all resources of a module and of those that it calls, evaluated.
func (m *module) everything() []tf.Resource {
	var all []tf.Resource
	for _, address := range slices.Sorted(maps.Keys(m.blocks)) {
		b := m.blocks[address]
		switch b.kind {
		case "resource", "data", "ephemeral", "module":
			m.refer(address, b.place)
			all = append(all, m.out[address]...)
			for _, c := range m.kids[b.named(0)] {
				if b.kind == "module" {
					all = append(all, c.everything()...)
				}
			}
		case "variable":
			m.refer(address, b.place)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.locals)) {
		m.refer("local."+name, m.locals[name].place)
	}
	m.outputs()
	return all
}
