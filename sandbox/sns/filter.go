package sns

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// policy is a filter: by attribute, the conditions of which one must hold.
type policy map[string][]any

// readable refuses a filter that AWS would not keep, and names what is not judged here.
func readable(c *world.Call, text string) error {
	var p policy
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return invalid("FilterPolicy: failed to parse JSON. %v", err)
	}
	for name, conditions := range p {
		for _, condition := range conditions {
			m, ok := condition.(map[string]any)
			for operator, v := range m {
				switch _, text := v.(string); operator {
				case "prefix", "suffix", "equals-ignore-case":
					ok = ok && text
				case "exists":
					_, ok = v.(bool)
				case "anything-but":
					_, nested := v.(map[string]any)
					ok = ok && !nested
				default:
					ok = false
				}
			}
			if condition != nil && m == nil {
				_, list := condition.([]any)
				ok = !list
			}
			if !ok || m != nil && len(m) != 1 {
				return wire.NotHere("sns:" + c.Operation + ".FilterPolicy." + name)
			}
		}
	}
	return nil
}

// passes says whether a message's attributes get through a filter; without one all do.
func passes(text string, attributes map[string]world.Attribute) bool {
	var p policy
	if text != "" && json.Unmarshal([]byte(text), &p) != nil {
		return false
	}
	for name, conditions := range p {
		a, there := attributes[name]
		if !anyHolds(conditions, valuesOf(a), there) {
			return false
		}
	}
	return true
}

// valuesOf are an attribute's values: a String.Array has several.
func valuesOf(a world.Attribute) []any {
	if a.Type == "String.Array" {
		var all []any
		if json.Unmarshal([]byte(a.Text), &all) == nil {
			return slices.DeleteFunc(all, func(v any) bool { return v != nil && !reflect.TypeOf(v).Comparable() })
		}
	}
	if strings.HasPrefix(a.Type, "Number") {
		if n, err := strconv.ParseFloat(a.Text, 64); err == nil {
			return []any{n}
		}
	}
	return []any{a.Text}
}

func anyHolds(conditions, values []any, there bool) bool {
	for _, condition := range conditions {
		m, _ := condition.(map[string]any)
		if want, ok := m["exists"].(bool); ok {
			if want == there {
				return true
			}
			continue
		}
		for _, v := range values {
			if there && holds(condition, v) {
				return true
			}
		}
	}
	return false
}

func holds(condition, v any) bool {
	m, operator := condition.(map[string]any)
	if !operator {
		return condition == v
	}
	text, _ := v.(string)
	for name, want := range m {
		said, _ := want.(string)
		switch name {
		case "prefix":
			return strings.HasPrefix(text, said)
		case "suffix":
			return strings.HasSuffix(text, said)
		case "equals-ignore-case":
			return strings.EqualFold(text, said)
		case "anything-but":
			return !among(want, v)
		}
	}
	return false
}

func among(list, v any) bool {
	all, ok := list.([]any)
	if !ok {
		return list == v
	}
	for _, one := range all {
		if one == v {
			return true
		}
	}
	return false
}
