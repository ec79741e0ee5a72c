package pipeline

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// Whatever it is given, Load ends, and gives a file or says what is wrong.
func FuzzLoad(f *testing.F) {
	good, _ := filepath.Glob("testdata/good/*.yaml")
	for _, path := range good {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	bad, _ := filepath.Glob("testdata/bad/*.txt")
	for _, path := range bad {
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(a.Files[0].Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, ds := Load("f.yaml", data)
		if file == nil && ds.Err() == nil {
			t.Fatal("neither a file nor what is wrong")
		}
		for _, d := range ds {
			if d.Code == "" || d.Line < 1 || d.Frame() == "" {
				t.Errorf("%+v", d)
			}
		}
	})
}
