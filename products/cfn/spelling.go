package cfn

import (
	"maps"
	"slices"

	"github.com/axle-cd/axle/document"
)

// maxSpellings is how many choices of a launch are looked at for one text.
const maxSpellings = 64

// Spellings are the texts that a node can be in the worlds given, by what a launch may choose for the
// parameters that it names. complete is false where there are others: somebody chooses freely, or what
// it is made of is known only once something is made.
func (t *Template) Spellings(n *document.Node, worlds ...Env) (texts []string, complete bool) {
	names, _ := t.parametersOf(nil, []*document.Node{n})
	deciding, _ := t.deciders(Resource{Node: n})
	names = slices.Compact(slices.Sorted(slices.Values(append(names, deciding...))))
	complete = len(worlds) > 0
	for _, env := range worlds {
		all, bounded := t.chosen(env, names)
		complete = complete && bounded
		for _, w := range all {
			v, err := t.Eval(n, w)
			complete = spell(v, &texts) && err == nil && complete
		}
	}
	slices.Sort(texts)
	return slices.Compact(texts), complete
}

// chosen are the worlds that a launch can make of one by its choice of these parameters. bounded is
// false where it can make more. What is hidden stays so.
func (t *Template) chosen(env Env, names []string) (all []Env, bounded bool) {
	all, bounded = []Env{env}, true
	for _, name := range names {
		p := t.Parameter(name)
		values, listed := env.Choices[name]
		if !listed {
			values = p.AllowedValues
		}
		given := make([]any, len(values))
		for i, v := range values {
			given[i] = p.value(v)
		}
		switch {
		case p.NoEcho:
			given, bounded = []any{Unknown{Why: "parameter " + name + " is hidden"}}, false
		case values == nil || len(all)*len(values) > maxSpellings:
			bounded = false
			continue
		}
		var more []Env
		for _, w := range all {
			for _, v := range given {
				set := w
				set.Params = maps.Clone(w.Params)
				if set.Params == nil {
					set.Params = map[string]any{}
				}
				set.Params[name] = v
				more = append(more, set)
			}
		}
		all = more
	}
	return all, bounded
}

// spell adds the texts in a value, and says whether all of it is known.
func spell(v any, texts *[]string) bool {
	known := true
	switch v := v.(type) {
	case Unknown:
		return false
	case string:
		*texts = append(*texts, v)
	case []any:
		for _, item := range v {
			known = spell(item, texts) && known
		}
	case map[string]any:
		for _, key := range sortedKeys(v) {
			known = spell(v[key], texts) && known
		}
	}
	return known
}
