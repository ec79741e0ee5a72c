package factory

import (
	"slices"
	"strings"
)

// origin says in words where a template is: a version's source stands over its product's, key by key.
func (r *reader) origin(product, version value, folder string) string {
	var words []string
	for _, key := range []string{"Provider", "Path"} {
		if text := over(product.get(key), version.get(key)); text != "" {
			words = append(words, key+" "+text)
		}
	}
	words = append(words, settings(product.get("Configuration"), version.get("Configuration"))...)
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
func over(below, above value) string {
	if above.node == nil {
		return below.text()
	}
	below.leave("the version's own source stands over it")
	return above.text()
}

// settings are the keys of a source's Configuration.
func settings(below, above value) (words []string) {
	var keys []string
	for _, v := range []value{below, above} {
		if v.node == nil {
			continue
		}
		for _, p := range v.node.Pairs {
			if !slices.Contains(keys, p.Key.Value) {
				keys = append(keys, p.Key.Value)
			}
		}
	}
	for _, key := range keys {
		b, a := below.get(key), above.get(key)
		if (a.node == nil || len(a.node.Pairs) > 0 || len(a.node.Items) > 0) && (b.node == nil || len(b.node.Pairs) > 0 || len(b.node.Items) > 0) {
			words = append(words, settings(b, a)...)
			continue
		}
		words = append(words, key+" "+over(b, a))
	}
	return words
}
