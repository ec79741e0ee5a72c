package terraform

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/zclconf/go-cty/cty"

	"github.com/axle-cd/axle/products/tf"
)

// instance is one of those that count or for_each make; without either it is the only one.
type instance struct {
	index string // [0], ["a"], [*] where nobody knows which there are, or ""
	near  map[string]cty.Value
	key   cty.Value // of for_each, or count's number; NilVal without an index
}

// instances are what count and for_each of a block make of it. known is false where they cannot be counted.
func (m *module) instances(b *block, where string) (all []instance, known bool) {
	if count, ok := b.args["count"]; ok {
		return m.counted(count, where)
	}
	if each, ok := b.args["for_each"]; ok {
		return m.each(each, where)
	}
	return []instance{{}}, true
}

func (m *module) counted(a argument, where string) ([]instance, bool) {
	v, marks := m.eval(a, nil).Unmark()
	if !v.IsKnown() {
		near := map[string]cty.Value{"count": cty.ObjectVal(map[string]cty.Value{"index": unknown("the count of "+where+" cannot be known", because(marks).Of)})}
		return []instance{{index: "[*]", near: near}}, false
	}
	n, ok := whole(v)
	switch {
	case !ok || n < 0:
		m.source.fail(a.place, codeSyntax, "count of "+where+" is not a whole number from 0", "")
		return nil, true
	case n > maxCount:
		m.source.fail(a.place, codeMany, fmt.Sprintf("count %s exceeds the plan's limit of %s", thousands(n), thousands(maxCount)), "make fewer, or several products")
		return nil, true
	}
	all := make([]instance, n)
	for i := range all {
		number := cty.NumberIntVal(int64(i))
		all[i] = instance{fmt.Sprintf("[%d]", i), map[string]cty.Value{"count": cty.ObjectVal(map[string]cty.Value{"index": number})}, number}
	}
	return all, true
}

// whole is a number without a fraction, also one that stands as text.
func whole(v cty.Value) (int, bool) {
	if v.IsNull() || v.Type() != cty.Number && v.Type() != cty.String {
		return 0, false
	}
	if v.Type() == cty.String {
		n, err := strconv.Atoi(v.AsString())
		return n, err == nil
	}
	f := v.AsBigFloat()
	if !f.IsInt() {
		return 0, false
	}
	n, _ := f.Int64()
	return int(min(max(n, -1), 1<<40)), true
}

func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func (m *module) each(a argument, where string) ([]instance, bool) {
	v, marks := m.eval(a, nil).Unmark()
	if !v.IsKnown() {
		why := unknown("for_each of "+where+" cannot be known", because(marks).Of)
		return []instance{{index: "[*]", near: nearEach(why, why)}}, false
	}
	if v.IsNull() || !v.CanIterateElements() || v.Type().IsListType() || v.Type().IsTupleType() {
		m.source.fail(a.place, codeSyntax, "for_each of "+where+" is neither a map nor a set of texts", "write toset([…])")
		return nil, true
	}
	if n := v.LengthInt(); n > maxCount {
		m.source.fail(a.place, codeMany, fmt.Sprintf("for_each makes %s, which exceeds the plan's limit of %s", thousands(n), thousands(maxCount)), "make fewer, or several products")
		return nil, true
	}
	var all []instance
	for it := v.ElementIterator(); it.Next(); {
		key, item := it.Element()
		if v.Type().IsSetType() {
			key = item
		}
		key, _ = key.Unmark()
		if !key.IsKnown() {
			why := unknown("for_each of "+where+" cannot be known", "")
			return []instance{{index: "[*]", near: nearEach(why, why)}}, false
		}
		if key.IsNull() || key.Type() != cty.String {
			m.source.fail(a.place, codeSyntax, "for_each of "+where+" has a key that is no text", "write toset([…]) of texts")
			return nil, true
		}
		all = append(all, instance{"[" + strconv.Quote(key.AsString()) + "]", nearEach(key, inherit(item, marks)), key})
	}
	return all, true
}

func nearEach(key, value cty.Value) map[string]cty.Value {
	return map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})}
}

// gathered is what a name with instances stands for: a list by count, a mapping by for_each, or the one.
func gathered(b *block, all []instance, values []cty.Value) cty.Value {
	if _, ok := b.args["count"]; ok {
		return cty.TupleVal(values)
	}
	if _, ok := b.args["for_each"]; ok {
		byKey := map[string]cty.Value{}
		for i, inst := range all {
			byKey[inst.key.AsString()] = values[i]
		}
		return cty.ObjectVal(byKey)
	}
	return values[0]
}

// meta are the arguments and blocks of Terraform's own, which no provider sees.
var meta = []string{"count", "for_each", "provider", "providers", "depends_on", "lifecycle", "provisioner", "connection"}

// resource evaluates a block's instances, keeps them, and gives what a reference to them reads.
func (m *module) resource(b *block, address string) cty.Value {
	where := m.prefix + address
	all, counted := m.instances(b, where)
	values := make([]cty.Value, len(all))
	for i, inst := range all {
		if m.source.count++; m.source.count > maxInstances {
			m.source.fail(b.place, codeMany, fmt.Sprintf("more than %s resources", thousands(maxInstances)), "make several products")
			return cty.DynamicVal
		}
		at := where + inst.index
		r := tf.Resource{Address: at, Mode: "managed", Type: b.named(0), Kept: m.kept(b), Place: b.place, Places: map[string]tf.Place{}}
		if b.kind != "resource" {
			r.Mode = b.kind
		}
		n := notes{r.Places, map[string]string{}}
		args := m.body(b, inst.near, "", n)
		r.Values, _ = plain(cty.ObjectVal(args)).(map[string]any)
		n.fill(r.Values)
		maps.DeleteFunc(r.Values, func(_ string, v any) bool { return v == nil })
		m.out[address] = append(m.out[address], r)
		values[i] = m.visible(args, at)
	}
	if !counted {
		return unknown(afterApply, where)
	}
	return gathered(b, all, values)
}

// kept is whether Terraform refuses to destroy it.
func (m *module) kept(b *block) bool {
	return slices.ContainsFunc(b.of("lifecycle"), func(l *block) bool { return m.flag(l, "prevent_destroy") })
}

// visible is what others read of a resource: what it says itself, and everything else as unknown.
func (m *module) visible(args map[string]cty.Value, address string) cty.Value {
	all := map[string]cty.Value{}
	for name := range m.attributes {
		all[name] = unknown(afterApply, address)
	}
	for name, v := range args {
		if bare, _ := v.Unmark(); !bare.IsKnown() || !bare.IsNull() {
			all[name] = v
		}
	}
	return cty.ObjectVal(all)
}

// body evaluates a block: its arguments, and its nested blocks as lists by their kind.
func (m *module) body(b *block, near map[string]cty.Value, path string, noted notes) map[string]cty.Value {
	out, lists := map[string]cty.Value{}, map[string][]cty.Value{}
	for _, name := range slices.Sorted(maps.Keys(b.args)) {
		if path == "" && slices.Contains(meta, name) {
			continue
		}
		a := b.args[name]
		v := m.eval(a, near)
		if a.json && nests(name, v) {
			v = cty.TupleVal([]cty.Value{v})
		}
		out[name] = v
		mark(noted.places, path+name, a)
		noted.standIn(m, path+name, a, v, near)
	}
	for _, n := range b.blocks {
		if path == "" && slices.Contains(meta, n.kind) {
			continue
		}
		if n.kind == "dynamic" {
			kind := n.named(0)
			lists[kind] = append(lists[kind], m.dynamic(n, near, path, len(lists[kind]), noted)...)
			continue
		}
		at := fmt.Sprintf("%s%s.%d", path, n.kind, len(lists[n.kind]))
		noted.places[at] = n.place
		lists[n.kind] = append(lists[n.kind], cty.ObjectVal(m.body(n, near, at+".", noted)))
	}
	for kind, items := range lists {
		out[kind] = cty.TupleVal(items)
		if _, there := noted.places[path+kind]; !there && len(items) > 0 {
			noted.places[path+kind] = noted.places[path+kind+".0"]
		}
	}
	return out
}

// dynamic makes nested blocks out of a collection; where it cannot be known there is one, of which nothing is.
func (m *module) dynamic(b *block, near map[string]cty.Value, path string, first int, noted notes) []cty.Value {
	contents := b.of("content")
	each, ok := b.args["for_each"]
	if !ok || len(contents) != 1 {
		m.source.fail(b.place, codeSyntax, b.heading()+" needs for_each and one content", "")
		return nil
	}
	name := b.named(0)
	if a, ok := b.args["iterator"]; ok {
		if vars := a.expr.Variables(); len(vars) == 1 {
			name = vars[0].RootName()
		}
	}
	var all []cty.Value
	add := func(key, value cty.Value) {
		inner := map[string]cty.Value{}
		maps.Copy(inner, near)
		inner[name] = cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})
		at := fmt.Sprintf("%s%s.%d", path, b.named(0), first+len(all))
		noted.places[at] = b.place
		all = append(all, cty.ObjectVal(m.body(contents[0], inner, at+".", noted)))
	}
	v, marks := m.eval(each, near).Unmark()
	switch {
	case !v.IsKnown():
		why := unknown(because(marks).Why, because(marks).Of)
		add(why, why)
	case v.IsNull() || !v.CanIterateElements():
		m.source.fail(each.place, codeSyntax, "for_each of "+b.heading()+" is no collection", "")
	case v.LengthInt() > maxCount:
		m.source.fail(each.place, codeMany, fmt.Sprintf("for_each makes %s, which exceeds the plan's limit of %s", thousands(v.LengthInt()), thousands(maxCount)), "")
	default:
		for it := v.ElementIterator(); it.Next(); {
			key, value := it.Element()
			if v.Type().IsSetType() {
				key = value
			}
			add(key, inherit(value, marks))
		}
	}
	return all
}

// mappings are arguments of JSON whose value is a mapping; any other mapping there is a nested block.
var mappings = []string{"tags", "tags_all", "labels", "variables", "environment_variables", "parameters", "metadata", "triggers", "triggers_replace", "input", "keepers", "default_tags"}

func nests(name string, v cty.Value) bool {
	return v.Type().IsObjectType() && !slices.Contains(mappings, name)
}

// mark notes where an argument stands, and where the parts of a mapping or list written out do.
func mark(places map[string]tf.Place, path string, a argument) {
	places[path] = a.place
	for name, part := range parts(a) {
		mark(places, path+"."+name, part)
	}
}
