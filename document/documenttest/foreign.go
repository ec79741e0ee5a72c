package documenttest

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

// Sample holds what an importer made of testdata to the files beside it: listed.txt, what it says of
// what it leaves, and carried.json, what it carries, where that is not nil.
func Sample(t *testing.T, carried any, listed document.Diagnostics) {
	t.Helper()
	if listed.Errors() > 0 {
		t.Errorf("the sample is faulty: %v", listed)
	}
	var lines []string
	for _, d := range listed {
		lines = append(lines, d.String()+"; "+d.Hint+"\n")
	}
	golden(t, "testdata/listed.txt", []byte(strings.Join(lines, "")))
	if carried == nil {
		return
	}
	raw, err := json.MarshalIndent(carried, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/carried.json", append(raw, '\n'))
}

// Dropped fails for each leaf of the YAML files below a folder, templates apart, that is neither
// carried nor listed (CAT-91). It gives how many leaves there are.
func Dropped(t *testing.T, tree fs.FS, listed document.Diagnostics, carried func(path string, leaf *document.Node) bool) (leaves int) {
	t.Helper()
	for _, file := range yamls(t, tree) {
		data, err := fs.ReadFile(tree, file)
		if err != nil {
			t.Fatal(err)
		}
		doc, bad := document.Parse(file, data, document.Files)
		if bad != nil {
			t.Fatal(bad)
		}
		for path, leaf := range walk(doc.Root, "") {
			leaves++
			if !carried(path, leaf) && !names(listed, file, path) {
				t.Errorf("%s:%d: %s: %s is dropped in silence", file, leaf.Line, path, leaf.Value)
			}
		}
	}
	return leaves
}

func yamls(t *testing.T, tree fs.FS) (names []string) {
	err := fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		if !e.IsDir() && !strings.HasSuffix(name, ".template.yaml") && (strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")) {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// walk gives the leaves below a node by their paths.
func walk(n *document.Node, path string) map[string]*document.Node {
	all := map[string]*document.Node{}
	for _, p := range n.Pairs {
		key := p.Key.Value
		if path != "" {
			key = path + "." + key
		}
		maps.Copy(all, walk(p.Value, key))
	}
	for i, item := range n.Items {
		maps.Copy(all, walk(item, fmt.Sprintf("%s[%d]", path, i)))
	}
	if len(n.Pairs)+len(n.Items) == 0 {
		all[path] = n
	}
	return all
}

// names says whether a diagnostic is about the path, or about what it is in.
func names(ds document.Diagnostics, file, path string) bool {
	return slices.ContainsFunc(ds, func(d document.Diagnostic) bool {
		rest, below := strings.CutPrefix(path, d.Path)
		return d.File == file && below && (d.Path == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}
