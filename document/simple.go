package document

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// simple reads text, truth and numbers.
func (dec *decoder) simple(n *Node, v reflect.Value, s spot) {
	switch v.Kind() {
	case reflect.String:
		dec.text(n, v, s)
	case reflect.Bool:
		if dec.expect(n, s, Bool, "write true or false") {
			v.SetBool(truth(n.Value))
		}
	case reflect.Int:
		if dec.decimal(n, s) {
			dec.whole(n, v, s)
		}
	case reflect.Float64:
		if dec.decimal(n, s) {
			v.Set(reflect.ValueOf(number(n.Value)).Convert(v.Type()))
		}
	default:
		dec.fail(n, s, "AXLE1004", fmt.Sprintf("%s cannot be read into %s", s.name, v.Type()), "")
	}
}

func (dec *decoder) whole(n *Node, v reflect.Value, s spot) {
	i, whole := number(n.Value).(int64)
	if !whole {
		dec.fail(n, s, "AXLE1004", "expected a whole number, found "+n.Value, "")
		return
	}
	v.SetInt(i)
}

// expect is want for scalars.
func (dec *decoder) expect(n *Node, s spot, kind Kind, hint string) bool {
	if n.Kind == kind {
		return true
	}
	dec.fail(n, s, "AXLE1004", fmt.Sprintf("expected %s, found %s", kind, n.Kind), hint)
	return false
}

// decimal expects a number that all readers read alike.
func (dec *decoder) decimal(n *Node, s spot) bool {
	hint := ""
	if n.Quoted {
		hint = "take the quotes away"
	}
	if !dec.expect(n, s, Number, hint) {
		return false
	}
	if octal(n.Value) {
		dec.fail(n, s, "AXLE1018", n.Value+" reads as octal", "write "+decimal(n.Value))
		return false
	}
	return true
}

func (dec *decoder) text(n *Node, v reflect.Value, s spot) {
	if s.scalar && (n.Kind == Number || n.Kind == Bool) {
		v.SetString(n.Value)
		return
	}
	if !dec.expect(n, s, Text, quoting(n)) {
		return
	}
	if reading, yes := readsAsBool(n.Value); yes && !n.Quoted && !s.scalar {
		dec.readsAs(n, s, reading)
		return
	}
	v.SetString(n.Value)
}

// quoting is the hint that makes text of a scalar.
func quoting(n *Node) string {
	switch n.Kind {
	case Number, Bool:
		return fmt.Sprintf("quote it: %q", n.Value)
	case Null:
		return `write "" for empty text, or leave the key out`
	}
	return ""
}

func (dec *decoder) account(n *Node, v reflect.Value, s spot) {
	v.SetString(n.Value)
	switch {
	case n.Kind == Number:
		dec.fail(n, s, "AXLE1016", "expected 12 digits as text, found a number", fmt.Sprintf("quote it: %q", n.Value))
	case n.Kind != Text || !AccountID(n.Value).Valid():
		dec.fail(n, s, "AXLE1016", "expected 12 digits as text", fmt.Sprintf(`this has %d; write it like "012345678901"`, len([]rune(n.Value))))
	}
}

func (dec *decoder) duration(n *Node, v reflect.Value, s spot) {
	if n.Kind == Number {
		dec.unitless(n, s)
		return
	}
	if !dec.expect(n, s, Text, "write a whole number and s, m, h or d: 30m") {
		return
	}
	d, err := ParseDuration(n.Value)
	if err != nil {
		dec.fail(n, s, "AXLE1015", fmt.Sprintf("%s %s is not a duration", s.name, strconv.Quote(n.Value)), "write a whole number and s, m, h or d: 30m")
		return
	}
	v.SetInt(int64(d))
}

// unitless refuses a bare number; a zero or less where none may be is out of range first.
func (dec *decoder) unitless(n *Node, s spot) {
	if lo, hi := s.bounds(); lo != "" && strings.Trim(n.Value, "0-") == "" && !strings.HasPrefix(lo, "0") {
		dec.fail(n, s, "AXLE1021", fmt.Sprintf("%s %s is out of range (%s .. %s)", s.name, n.Value, lo, hi), "")
		return
	}
	dec.fail(n, s, "AXLE1015", fmt.Sprintf("%s %s has no unit", s.name, n.Value), fmt.Sprintf("write %ss or %sm", n.Value, n.Value))
}
