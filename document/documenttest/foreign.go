package documenttest

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

// Golden compares a text with the file that holds it; AXLE_GOLDEN=1 writes the file.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	if os.Getenv("AXLE_GOLDEN") == "1" {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil || string(want) != got {
		t.Errorf("%s (%v) differs; got\n%s", name, err, got)
	}
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
