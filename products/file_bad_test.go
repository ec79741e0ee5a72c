package products

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/axle-cd/axle/document"
)

var update = flag.Bool("update", false, "write the errors of testdata/bad anew")

// Each file of testdata/bad is a wrong file and all that axle says of it. The first line
// names the requirement: B001–B043, B193–B195, B211, CLI-1…CLI-24, CAT-1.
func TestBadFiles(t *testing.T) {
	cases, err := filepath.Glob("testdata/bad/*.txt")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases", err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, ds := Load(a.Files[0].Name, a.Files[0].Data)
			if ds.Err() == nil {
				t.Error("a wrong file is taken")
			}
			a.Files = append(a.Files[:1], txtar.File{Name: "errors", Data: []byte(frames(ds))})
			golden(t, path, txtar.Format(a))
		})
	}
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
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
