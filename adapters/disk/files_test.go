package disk_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/axle-cd/axle/adapters/disk"
)

// What is below a path: each file, then all their names, which may hold a secret themselves.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.txt", "sub/b.txt", ".git/config"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte("text of "+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var texts, names []string
	for b, err := range disk.Files(dir) {
		if err != nil {
			t.Fatal(err)
		}
		if b.Names == nil {
			texts = append(texts, string(b.Data))
		}
		names = append(names, b.Names...)
	}
	if want := []string{"text of a.txt", "text of sub/b.txt"}; !reflect.DeepEqual(texts, want) {
		t.Errorf("texts %q, want %q", texts, want)
	}
	if want := []string{"a.txt", "sub/b.txt"}; !reflect.DeepEqual(names, want) {
		t.Errorf("names %q, want %q", names, want)
	}
}

// Whoever has seen enough is told nothing more, of this path or the next.
func TestFilesStop(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	n := 0
	for range disk.Files(dir, dir) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d given, want 1", n)
	}
}
