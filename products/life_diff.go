package products

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// FieldChange is a value of product.yaml that two versions give differently; "" is: not given.
type FieldChange struct {
	Path   string `json:"path"`
	Before string `json:"before"`
	After  string `json:"after"`
	Line   int    `json:"line"` // in the later file; 0 where it is gone from there
}

// Fields are the values that differ between two product.yaml, by their paths. The version itself
// is what they are compared for.
func Fields(before, after *File) []FieldChange {
	old, now := map[string]*document.Node{}, map[string]*document.Node{}
	flatten(before.Doc.Root, "", old)
	flatten(after.Doc.Root, "", now)
	all := maps.Clone(old)
	maps.Copy(all, now)
	var found []FieldChange
	for _, path := range slices.Sorted(maps.Keys(all)) {
		b, a := old[path], now[path]
		c := FieldChange{Path: path, Before: scalar(b), After: scalar(a)}
		if a != nil {
			c.Line = a.Line
		}
		if path != "version" && (c.Before != c.After || (a == nil) != (b == nil)) {
			found = append(found, c)
		}
	}
	return found
}

func flatten(n *document.Node, path string, into map[string]*document.Node) {
	if n == nil {
		return
	}
	switch {
	case len(n.Pairs) > 0:
		for _, p := range n.Pairs {
			flatten(p.Value, strings.TrimPrefix(path+"."+p.Key.Value, "."), into)
		}
	case len(n.Items) > 0:
		for i, item := range n.Items {
			flatten(item, fmt.Sprintf("%s[%d]", path, i), into)
		}
	default:
		into[path] = n
	}
}

func scalar(n *document.Node) string {
	switch {
	case n == nil:
		return ""
	case n.Kind == document.Mapping:
		return "{}"
	case n.Kind == document.Sequence:
		return "[]"
	}
	return n.Value
}

// TemplateContent is ContentDigest of a template that names no local file.
func TemplateContent(template []byte) string {
	sums := sums{}
	sums.add("template", template)
	return sums.digest("content")
}
