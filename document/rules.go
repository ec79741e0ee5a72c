package document

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// rule is one entry of a check tag: required, max=100, enum=a|b. Those about lists and
// mappings as a whole are asked of them; all others of each scalar in them.
//
//	required        it is there, and not empty
//	enum=a|b        one of these
//	only=1          this, and nothing else yet
//	min=, max=      a number's, a duration's or a text's length
//	least=, most=   the count of a list or a mapping
//	unique          no item stands twice
//	region path date url email role branch ou org   forms of text, each with its own sentence
//	arn=sns         an ARN, of that service if one is named
//	name=product    text fit for a name, called so when it is not; keys=… the same of a mapping's keys
//	tags            what AWS lets tags be
//	of=stage        what this mapping's keys are called when one is unknown
type rule struct{ name, arg string }

func parseRules(tag string) []rule {
	var rules []rule
	for part := range strings.SplitSeq(tag, ",") {
		name, arg, _ := strings.Cut(part, "=")
		if name != "" {
			rules = append(rules, rule{name, arg})
		}
	}
	return rules
}

// bounds are the arguments of min and max.
func (s spot) bounds() (lo, hi string) {
	for _, r := range s.rules {
		switch r.name {
		case "min":
			lo = r.arg
		case "max":
			hi = r.arg
		}
	}
	return lo, hi
}

// ruling is a rule asked of a value.
type ruling struct {
	*decoder
	n   *Node
	v   reflect.Value
	s   spot
	arg string
}

func (r ruling) fail(code, summary, hint string) { r.decoder.fail(r.n, r.s, code, summary, hint) }

var ofWholes = map[string]func(ruling){
	"least": ruling.least, "most": ruling.most, "unique": ruling.unique, "tags": ruling.tags, "keys": ruling.keys,
	"required": func(r ruling) { r.arg = "1"; r.least() }, "of": func(ruling) {},
}

var ofScalars = map[string]func(ruling){
	"required": ruling.required, "enum": ruling.enum, "min": ruling.within, "max": ruling.within,
	"region": ruling.region, "path": ruling.path, "date": ruling.date, "url": ruling.url, "email": ruling.email,
	"arn": ruling.arn, "role": ruling.role, "name": ruling.named, "only": ruling.only, "branch": ruling.branch, "ou": ruling.unit, "org": ruling.organization,
}

// judge asks the field's rules of a value, up to the first that does not hold.
func (dec *decoder) judge(n *Node, v reflect.Value, s spot) {
	table, other := ofScalars, ofWholes
	if kindOfValue(v) != 0 {
		table, other = ofWholes, ofScalars
	}
	before := len(dec.found)
	for _, r := range s.rules {
		if ask, here := table[r.name]; here && len(dec.found) == before {
			ask(ruling{dec, n, v, s, r.arg})
		} else if !here && other[r.name] == nil {
			dec.fail(n, s, "AXLE1099", fmt.Sprintf("rule %q of %s is not known to axle", r.name, s.name), "this is a fault of axle, please report it")
		}
	}
}

func (r ruling) required() {
	if r.v.Kind() == reflect.String && strings.TrimSpace(r.v.String()) == "" {
		r.fail("AXLE1019", r.s.name+" is empty", "")
	}
}

func (r ruling) enum() {
	allowed := strings.Split(r.arg, "|")
	if got := r.v.String(); !slices.Contains(allowed, got) {
		r.fail("AXLE1022", fmt.Sprintf("%s must be one of %s; found %q", r.s.name, strings.Join(allowed, ", "), got), DidYouMean(got, allowed))
	}
}

func (r ruling) only() {
	if got := fmt.Sprint(r.v.Interface()); got != r.arg {
		r.fail("AXLE1036", fmt.Sprintf("%s %s is not supported; write %s: %s", r.s.name, got, r.s.name, r.arg), "")
	}
}

func (r ruling) count() int {
	if r.v.Kind() == reflect.Struct {
		return len(r.n.Pairs)
	}
	return r.v.Len()
}

func (r ruling) least() {
	want, _ := strconv.Atoi(r.arg)
	if got := r.count(); got < want {
		r.fail("AXLE1019", fmt.Sprintf("%s is empty; at least %d is needed", r.s.name, want), "")
	}
}

func (r ruling) most() {
	limit, _ := strconv.Atoi(r.arg)
	if got := r.count(); got > limit {
		r.fail("AXLE1023", fmt.Sprintf("%s has %d entries (max %d)", r.s.name, got, limit), "")
	}
}

// unique refuses an item that stands twice.
func (r ruling) unique() {
	first := map[string]int{}
	for _, item := range r.n.Items {
		if line, twice := first[item.Value]; twice {
			r.decoder.fail(item, r.s, "AXLE1024", fmt.Sprintf("%q repeats line %d", item.Value, line), "")
			continue
		}
		first[item.Value] = item.Line
	}
}

// within holds numbers and durations in their range, and text to its length.
func (r ruling) within() {
	lo, hi := r.s.bounds()
	if r.v.Kind() == reflect.String {
		r.length(hi)
		return
	}
	if r.arg == lo && r.below(lo) || r.arg == hi && r.above(hi) {
		r.fail("AXLE1021", fmt.Sprintf("%s %s is out of range (%s .. %s)", r.s.name, r.n.Value, lo, hi), "")
	}
}

func (r ruling) below(bound string) bool { return r.size() < boundOf(r.v, bound) }
func (r ruling) above(bound string) bool { return r.size() > boundOf(r.v, bound) }

func (r ruling) size() float64 {
	if r.v.Kind() == reflect.Float64 {
		return r.v.Float()
	}
	return float64(r.v.Int())
}

// boundOf reads a bound as the value it bounds.
func boundOf(v reflect.Value, bound string) float64 {
	if v.Type() == durationType {
		d, _ := ParseDuration(bound)
		return float64(d)
	}
	f, _ := strconv.ParseFloat(bound, 64)
	return f
}

func (r ruling) length(limit string) {
	n, _ := strconv.Atoi(limit)
	if got := utf8.RuneCountInString(r.v.String()); got > n {
		r.fail("AXLE1023", fmt.Sprintf("%s has %s characters (max %s)", r.s.name, thousands(int64(got)), thousands(int64(n))), "")
	}
}
