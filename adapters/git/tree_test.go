package git

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

func TestTreeIsAFileSystem(t *testing.T) {
	r := newRepo(t)
	sha := r.commit("one", "pipeline.yaml", "schema: 1\n", "products/queue/product.yaml", "name: queue\n", "products/queue/tests/a.rego", "package a\n")
	r.write("pipeline.yaml", "changed on disk\n") // not what is read
	tree, err := r.Tree(t.Context(), sha)
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(tree, "pipeline.yaml", "products/queue/product.yaml", "products/queue/tests/a.rego"); err != nil {
		t.Error(err)
	}
	if data, err := fs.ReadFile(tree, "pipeline.yaml"); string(data) != "schema: 1\n" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	if names, _ := fs.Glob(tree, "products/*/product.yaml"); len(names) != 1 {
		t.Error(names)
	}
}
