package document

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Decode reads the document into a struct: keys by its yaml tags, mappings closed, all that
// is wrong at once. A field says what it takes:
//
//	yaml:"name"          the key; "-" is none; ",inline" takes the keys of a struct
//	yaml:"name,scalar"   any scalar, as its raw text
//	check:"required,…"   the rules of rules.go
func (d *Doc) Decode(into any) Diagnostics {
	dec := &decoder{doc: d}
	dec.value(d.Root, reflect.ValueOf(into).Elem(), spot{name: d.File})
	dec.references(d.Root, spot{})
	dec.first()
	dec.found.Sort()
	return dec.found
}

// first warns where schema, which says how to read the rest, does not come first (CLI-1).
func (dec *decoder) first() {
	if key := dec.doc.Root.Key("schema"); key != nil && key != dec.doc.Root.Pairs[0].Key {
		dec.found = append(dec.found, dec.doc.Diag(key, "AXLE1042", "schema", "schema comes first", "move it to the top").Warning())
	}
}

type decoder struct {
	doc   *Doc
	found Diagnostics
}

// spot is where the decoder stands, and what the field there says of itself.
type spot struct {
	path   string // stages.beta.account
	name   string // account
	scalar bool
	rules  []rule
}

// under is the spot of a key below this one.
func (s spot) under(key string) spot {
	path := key
	if s.path != "" {
		path = s.path + "." + key
	}
	return spot{path: path, name: key}
}

// item is the spot of an item of this list, under the same rules.
func (s spot) item(i int) spot {
	s.path += "[" + strconv.Itoa(i) + "]"
	return s
}

const maxFaults = 1_000 // that one document is told of

func (dec *decoder) fail(n *Node, s spot, code, summary, hint string) {
	switch {
	case len(dec.found) < maxFaults:
		dec.found = append(dec.found, dec.doc.Diag(n, code, s.path, summary, hint))
	case len(dec.found) == maxFaults:
		dec.found = append(dec.found, dec.doc.Diag(n, "AXLE1008", "", "more than "+thousands(maxFaults)+" faults; the rest is not shown", ""))
	}
}

var (
	durationType = reflect.TypeFor[Duration]()
	accountType  = reflect.TypeFor[AccountID]()
)

// value reads a node into v and judges it; the rules are asked only of what could be read,
// of a list or a mapping also when something in it could not.
func (dec *decoder) value(n *Node, v reflect.Value, s spot) {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		dec.value(n, v.Elem(), s)
		return
	}
	before := len(dec.found)
	dec.read(n, v, s)
	if len(dec.found) == before || n.Kind == kindOfValue(v) {
		dec.judge(n, v, s)
	}
}

// kindOfValue is what a list's or a mapping's node is of, or 0.
func kindOfValue(v reflect.Value) Kind {
	switch v.Kind() {
	case reflect.Map, reflect.Struct:
		return Mapping
	case reflect.Slice:
		return Sequence
	}
	return 0
}

func (dec *decoder) read(n *Node, v reflect.Value, s spot) {
	switch {
	case v.Type() == durationType:
		dec.duration(n, v, s)
	case v.Type() == accountType:
		dec.account(n, v, s)
	case v.Kind() == reflect.Struct:
		dec.structure(n, v, s)
	case v.Kind() == reflect.Map:
		dec.entries(n, v, s)
	case v.Kind() == reflect.Slice:
		dec.items(n, v, s)
	case v.Kind() == reflect.Interface:
		if plain := n.Plain(); plain != nil {
			v.Set(reflect.ValueOf(plain))
		}
	default:
		dec.simple(n, v, s)
	}
}

// want says whether a node is of a kind, or what it is instead.
func (dec *decoder) want(n *Node, s spot, kind Kind) bool {
	if n.Kind == kind {
		return true
	}
	hint := ""
	if n.Kind == Null {
		hint = map[Kind]string{Mapping: "write {} for an empty mapping", Sequence: "write [] for an empty list"}[kind]
	}
	dec.fail(n, s, "AXLE1004", fmt.Sprintf("%s must be %s, found %s", s.name, kind, n.Kind), hint)
	return false
}

func (dec *decoder) structure(n *Node, v reflect.Value, s spot) {
	if !dec.want(n, s, Mapping) {
		return
	}
	fields := fieldsOf(v.Type())
	for _, p := range n.Pairs {
		f, known := fields.find(p.Key.Value)
		if !known {
			dec.unknown(p.Key, s, fields.names())
			continue
		}
		below := s.under(f.key)
		below.scalar, below.rules = f.scalar, f.rules
		dec.value(p.Value, v.FieldByIndex(f.index), below)
	}
	for _, f := range fields {
		if f.required() && n.Key(f.key) == nil {
			dec.fail(n, s, "AXLE1019", f.key+" is required", "")
		}
	}
}

// unknown refuses a key. Where the keys are a noun of their own, it is used, and all are named.
func (dec *decoder) unknown(key *Node, s spot, known []string) {
	hint := DidYouMean(key.Value, known)
	for _, r := range s.rules {
		if r.name == "of" {
			dec.fail(key, s, "AXLE1001", fmt.Sprintf("unknown %s %q; %ss are %s", r.arg, key.Value, r.arg, strings.Join(known, ", ")), hint)
			return
		}
	}
	if hint == "" {
		hint = "known keys are " + strings.Join(known, ", ")
	}
	dec.fail(key, s, "AXLE1001", fmt.Sprintf("unknown key %q", key.Value), hint)
}

func (dec *decoder) entries(n *Node, v reflect.Value, s spot) {
	if !dec.want(n, s, Mapping) {
		return
	}
	m := reflect.MakeMapWithSize(v.Type(), len(n.Pairs))
	for _, p := range n.Pairs {
		below := s.under(p.Key.Value)
		below.scalar, below.rules = s.scalar, s.rules
		dec.name(p.Key, below)
		item := reflect.New(v.Type().Elem()).Elem()
		dec.value(p.Value, item, below)
		m.SetMapIndex(reflect.ValueOf(p.Key.Value), item)
	}
	v.Set(m)
}

// name refuses a key given by people that other readers take for something else.
func (dec *decoder) name(key *Node, s spot) {
	if reading, yes := readsAsBool(key.Value); yes && !key.Quoted {
		dec.readsAs(key, s, reading)
	}
}

func (dec *decoder) readsAs(n *Node, s spot, reading string) {
	dec.fail(n, s, "AXLE1020", fmt.Sprintf("%q reads as %s in YAML 1.1", n.Value, reading), fmt.Sprintf("quote %q", n.Value))
}

func (dec *decoder) items(n *Node, v reflect.Value, s spot) {
	if !dec.want(n, s, Sequence) {
		return
	}
	list := reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items))
	for i, item := range n.Items {
		dec.value(item, list.Index(i), s.item(i))
		if item.Kind == Text && item.Value == "" && !s.scalar {
			dec.fail(item, s.item(i), "AXLE1019", "an entry of "+s.name+" is empty", "")
		}
	}
	v.Set(list)
}
