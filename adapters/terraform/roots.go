package terraform

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Roots are the folders with a configuration that no other one below the same folder calls as its
// module, sorted. A file that cannot be read is said by whoever reads its folder.
func Roots(files fs.FS, dir string) ([]string, error) {
	s := newSource(files, dir)
	var all []string
	called := map[string]bool{}
	err := fs.WalkDir(files, s.dir, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return document.Fail(codeNoFile, "folder "+name+" cannot be read", "", err)
		case e.IsDir() && name != s.dir && strings.HasPrefix(e.Name(), "."):
			return fs.SkipDir
		case e.IsDir() || !isConfiguration(e.Name()):
			return nil
		}
		all = append(all, path.Dir(name))
		blocks, _ := s.file(name, e)
		for _, b := range blocks {
			if source, ok := local(b); ok && b.kind == "module" {
				called[path.Join(path.Dir(name), source)] = true
			}
		}
		return nil
	})
	slices.Sort(all)
	all = slices.DeleteFunc(slices.Compact(all), func(dir string) bool { return called[dir] })
	return all, err
}
