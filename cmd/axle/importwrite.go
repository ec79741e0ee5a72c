package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

// yamlOf writes a struct of our files as YAML: every key that is set, in the order declared.
func yamlOf(v any) string {
	var b strings.Builder
	writeYAML(&b, reflect.ValueOf(v), "")
	return b.String()
}

// writeYAML writes what is below a key, from a new line on.
func writeYAML(b *strings.Builder, v reflect.Value, indent string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			if name != "-" && name != "" {
				writeKey(b, name, v.Field(i), indent)
			}
		}
	case reflect.Map:
		keys := map[string]reflect.Value{}
		for _, k := range v.MapKeys() {
			keys[k.String()] = v.MapIndex(k)
		}
		for _, k := range sortedNames(keys) {
			writeKey(b, yamlText(k), keys[k], indent)
		}
	case reflect.Slice:
		for i := range v.Len() {
			writeItem(b, v.Index(i), indent)
		}
	}
}

// writeKey writes a key and what it holds; an empty one is left out, but an entry of a map.
func writeKey(b *strings.Builder, key string, v reflect.Value, indent string) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	if text, scalar := yamlScalar(v); scalar {
		if inMap := key[0] == '"'; inMap || !v.IsZero() {
			fmt.Fprintf(b, "%s%s: %s\n", indent, key, text)
		}
		return
	}
	var below strings.Builder
	writeYAML(&below, v, indent+"  ")
	switch {
	case below.Len() > 0:
		fmt.Fprintf(b, "%s%s:\n%s", indent, key, below.String())
	case key[0] == '"':
		fmt.Fprintf(b, "%s%s: {}\n", indent, key)
	}
}

func writeItem(b *strings.Builder, v reflect.Value, indent string) {
	if text, scalar := yamlScalar(v); scalar {
		fmt.Fprintf(b, "%s- %s\n", indent, text)
		return
	}
	var below strings.Builder
	writeYAML(&below, v, indent+"  ")
	fmt.Fprintf(b, "%s- %s", indent, strings.TrimPrefix(below.String(), indent+"  "))
}

func yamlScalar(v reflect.Value) (string, bool) {
	switch v.Kind() {
	case reflect.String:
		return yamlText(v.String()), true
	case reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64:
		return fmt.Sprint(v.Interface()), true
	}
	return "", false
}

// yamlText quotes as JSON does, which YAML reads as the same text.
func yamlText(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // text always encodes
	return strings.TrimSpace(b.String())
}

// judgedFiles is what axle check would say of the files.
func judgedFiles(files []startFile) (found document.Diagnostics) {
	var where *catalog.File
	var all []*products.File
	for _, f := range files {
		var ds document.Diagnostics
		if path.Base(f.name) == "catalog.yaml" {
			where, ds = catalog.Load(f.name, f.data)
		} else {
			var p *products.File
			p, ds = products.Load(f.name, f.data)
			all = append(all, p)
		}
		found = append(found, ds...)
	}
	for _, p := range all {
		if p != nil && where != nil {
			found = append(found, catalog.CheckPortfolios(where, p)...)
		}
	}
	return found
}

// writeImport writes all of the files, or none: what is there is never overwritten.
func (a *app) writeImport(dir string, files []startFile) error {
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(f.name))); err == nil {
			return document.Fail(codeTaken, f.name+" is there already; nothing was written", "import into an empty folder by --out, and move over what you want", nil)
		}
	}
	for _, f := range files {
		made, err := writeNew(filepath.Join(dir, filepath.FromSlash(f.name)), f.data)
		if err != nil {
			return err
		}
		if !made {
			return document.Fail(codeTaken, f.name+" has come meanwhile, and was not overwritten", "import into an empty folder by --out", nil)
		}
		a.tell("wrote %s", f.name)
	}
	return nil
}
