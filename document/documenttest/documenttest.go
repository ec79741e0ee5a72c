// Package documenttest holds a loader of one of axle's files to its schema, to its wrong and good
// files and to arbitrary bytes. Only tests import it.
package documenttest

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/axle-cd/axle/document"
)

var update = flag.Bool("update", false, "write the errors of testdata/bad anew")

// Loader is a loader and what it is held to. Its cases are testdata/bad/*.txt, a wrong file and all
// that axle says of it, and testdata/good/*.yaml.
type Loader struct {
	Load   func(name string, data []byte) (*document.Doc, document.Diagnostics) // nil where nothing could be read
	File   reflect.Type                                                         // what it loads
	Schema []byte
	Ours   string   // the files of this repository, as a pattern
	Unsaid []string // bad cases that a schema cannot judge
}

// Of is the Load of a loader of F.
func Of[F any](load func(string, []byte) (*F, document.Diagnostics), doc func(*F) *document.Doc) func(string, []byte) (*document.Doc, document.Diagnostics) {
	return func(name string, data []byte) (*document.Doc, document.Diagnostics) {
		f, ds := load(name, data)
		if f == nil {
			return nil, ds
		}
		return doc(f), ds
	}
}

// BadFiles: each wrong file is refused in the words that stand behind it.
func (l Loader) BadFiles(t *testing.T) {
	for _, path := range glob(t, "testdata/bad/*.txt") {
		t.Run(caseName(path), func(t *testing.T) {
			a := archive(t, path)
			_, ds := l.Load(a.Files[0].Name, a.Files[0].Data)
			if ds.Err() == nil {
				t.Error("a wrong file is taken")
			}
			a.Files = append(a.Files[:1], txtar.File{Name: "errors", Data: []byte(frames(ds))})
			golden(t, path, txtar.Format(a))
		})
	}
}

// Fuzz: whatever it is given, Load ends, and gives a file or says what is wrong and where.
func (l Loader) Fuzz(f *testing.F) {
	for _, path := range glob(f, "testdata/good/*.yaml") {
		f.Add(read(f, path))
	}
	for _, path := range glob(f, "testdata/bad/*.txt") {
		f.Add(archive(f, path).Files[0].Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, ds := l.Load("f.yaml", data)
		if doc == nil && ds.Err() == nil {
			t.Fatal("neither a file nor what is wrong")
		}
		for _, d := range ds {
			if d.Code == "" || d.Line < 1 || d.Frame() == "" {
				t.Errorf("%+v", d)
			}
		}
	})
}

func frames(ds document.Diagnostics) string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(d.Frame() + "\n")
	}
	return b.String()
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := read(t, path); string(got) != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func caseName(path string) string { return strings.TrimSuffix(filepath.Base(path), ".txt") }

// glob gives the files of a pattern; none at all is a failure.
func glob(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatal("no files at", pattern, err)
	}
	return files
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func archive(t testing.TB, path string) *txtar.Archive {
	t.Helper()
	a := txtar.Parse(read(t, path))
	if len(a.Files) == 0 {
		t.Fatal(path, "has no file in it")
	}
	return a
}
