package factory

import (
	"slices"
	"strings"

	"github.com/axle-cd/axle/document/foreign"
)

// origin says in words where a template is: a version's source stands over its product's, key by key.
func (r *reader) origin(product, version foreign.Value, folder string) string {
	var words []string
	for _, key := range []string{"Provider", "Path"} {
		if text := over(product.Get(key), version.Get(key)); text != "" {
			words = append(words, key+" "+text)
		}
	}
	words = append(words, settings(product.Get("Configuration"), version.Get("Configuration"))...)
	if folder != "" {
		for _, name := range r.names(folder) {
			if strings.HasPrefix(name, "product.template.") {
				words = append(words, "file "+folder+"/"+name)
			}
		}
	}
	return strings.Join(words, ", ")
}

// over takes the upper value where there is one.
func over(below, above foreign.Value) string {
	if above.Node == nil {
		return below.Text()
	}
	below.Leave("the version's own source stands over it")
	return above.Text()
}

// settings are the keys of a source's Configuration.
func settings(below, above foreign.Value) (words []string) {
	var keys []string
	for _, v := range []foreign.Value{below, above} {
		if v.Node == nil {
			continue
		}
		for _, p := range v.Node.Pairs {
			if !slices.Contains(keys, p.Key.Value) {
				keys = append(keys, p.Key.Value)
			}
		}
	}
	for _, key := range keys {
		b, a := below.Get(key), above.Get(key)
		if (a.Node == nil || len(a.Node.Pairs) > 0 || len(a.Node.Items) > 0) && (b.Node == nil || len(b.Node.Pairs) > 0 || len(b.Node.Items) > 0) {
			words = append(words, settings(b, a)...)
			continue
		}
		words = append(words, key+" "+over(b, a))
	}
	return words
}
