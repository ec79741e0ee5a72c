package terraform

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/axle-cd/axle/products/tf"
)

// origin is the mark of a value that cannot be known: it goes wherever the value goes.
type origin struct{ why, of string }

const afterApply = "known after apply"

// unknown is a value that nobody can know before it is made, and of whom.
func unknown(why, of string) cty.Value { return cty.DynamicVal.Mark(origin{why, of}) }

// sensitive is a value that is not to be shown, and so is not judged either.
func sensitive() cty.Value { return unknown("sensitive", "") }

// plain gives a value as policies see it.
func plain(v cty.Value) any {
	v, marks := v.Unmark()
	switch {
	case !v.IsKnown():
		return because(marks)
	case v.IsNull():
		return nil
	case v.Type() == cty.String:
		return v.AsString()
	case v.Type() == cty.Bool:
		return v.True()
	case v.Type() == cty.Number:
		return number(v)
	case v.Type().IsObjectType() || v.Type().IsMapType():
		out := map[string]any{}
		for it := v.ElementIterator(); it.Next(); {
			key, item := it.Element()
			key, _ = key.Unmark()
			out[key.AsString()] = plain(inherit(item, marks))
		}
		return out
	case v.CanIterateElements():
		out := []any{}
		for it := v.ElementIterator(); it.Next(); {
			_, item := it.Element()
			out = append(out, plain(inherit(item, marks)))
		}
		return out
	}
	return tf.Unknown{Why: "not a value of Terraform"}
}

// inherit: an unknown part of a marked whole is unknown for the same reason.
func inherit(v cty.Value, marks cty.ValueMarks) cty.Value {
	if len(marks) == 0 || v.IsKnown() || v.IsMarked() {
		return v
	}
	return v.WithMarks(marks)
}

func number(v cty.Value) any {
	f := v.AsBigFloat()
	if i, exact := f.Int64(); f.IsInt() && exact == 0 {
		return i
	}
	out, _ := f.Float64()
	if math.IsInf(out, 0) {
		return tf.Unknown{Why: "a number without end"}
	}
	return out
}

// because makes an unknown of its origins: whose it is where it is one resource's alone.
func because(marks cty.ValueMarks) tf.Unknown {
	whys, ofs := map[string]bool{}, map[string]bool{}
	for m := range marks {
		if o, ok := m.(origin); ok {
			whys[o.why], ofs[o.of] = true, true
		}
	}
	u := tf.Unknown{Why: strings.Join(slices.Sorted(maps.Keys(whys)), "; ")}
	if u.Why == "" {
		u.Why = afterApply
	}
	if len(ofs) == 1 {
		for of := range ofs {
			u.Of = of
		}
	}
	return u
}

// sizeOf counts what a value is made of, in bytes and items.
func sizeOf(v cty.Value) int {
	n := 0
	_ = cty.Walk(v, func(_ cty.Path, part cty.Value) (bool, error) {
		n += 1 + bytesOf(part)
		return n <= maxWork, nil
	})
	return n
}
