package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A tree of open texts is a file system like any other: what is held hides what is on disk, and what
// is not saved yet is there.
func TestOverlay(t *testing.T) {
	dir := t.TempDir()
	writeText(t, filepath.Join(dir, "a/old.yaml"), "on disk")
	writeText(t, filepath.Join(dir, "a/other.yaml"), "other")
	p := folder{dir: dir, open: map[string][]byte{"a/old.yaml": []byte("held"), "a/new.yaml": []byte("new"), "top.yaml": []byte("top")}}
	var names []string
	err := fs.WalkDir(p.tree(), ".", func(name string, _ fs.DirEntry, err error) error {
		names = append(names, name)
		return err
	})
	if got := strings.Join(names, " "); err != nil || got != ". a a/new.yaml a/old.yaml a/other.yaml top.yaml" {
		t.Errorf("%s, %v", got, err)
	}
	for name, want := range map[string]string{"a/old.yaml": "held", "a/other.yaml": "other", "a/new.yaml": "new"} {
		data, err := fs.ReadFile(p.tree(), name)
		if read, ds := p.read(name); string(data) != want || err != nil || string(read) != want || len(ds) > 0 {
			t.Errorf("%s is %q (%v) and %q (%v)", name, data, err, read, ds)
		}
	}
}

// A symbolic link is refused though an editor shows its target's text (B048).
func TestOverlayKeepsLinks(t *testing.T) {
	dir := t.TempDir()
	writeText(t, filepath.Join(dir, "real.yaml"), "a: 1")
	if err := os.Symlink("real.yaml", filepath.Join(dir, "link.yaml")); err != nil {
		t.Fatal(err)
	}
	p := folder{dir: dir, open: map[string][]byte{"link.yaml": []byte("held")}}
	if _, ds := p.read("link.yaml"); len(ds) != 1 || !strings.Contains(ds[0].Summary, "symbolic link") {
		t.Error(ds)
	}
	entries, err := fs.ReadDir(p.tree(), ".")
	if err != nil || len(entries) != 2 || entries[0].Type()&fs.ModeSymlink == 0 {
		t.Errorf("%v %v", entries, err)
	}
}

// The root is the pipeline file's folder, or the one above .config.
func TestAround(t *testing.T) {
	for file, want := range map[string][2]string{
		"pipeline.yaml":              {".", "pipeline.yaml"},
		"../pipeline.yaml":           {"..", "pipeline.yaml"},
		".config/pipeline.yaml":      {".", ".config/pipeline.yaml"},
		"/r/x/.config/pipeline.yaml": {"/r/x", ".config/pipeline.yaml"},
		"ci/other.yaml":              {"ci", "other.yaml"},
	} {
		if p := around(file); p.dir != want[0] || p.pipeline != want[1] || p.named(p.pipeline) != filepath.Clean(file) {
			t.Errorf("%s: %+v", file, p)
		}
	}
}
