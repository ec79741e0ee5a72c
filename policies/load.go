package policies

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/axle-cd/axle/document"
)

// Limits on what is read.
const (
	maxFile  = 1 << 20
	maxFiles = 2000
)

// module is a parsed file.
type module struct {
	*ast.Module
	file string
	text []byte
}

// pack is its package as people write it: cloudformation.s3.
func (m module) pack() string { return strings.TrimPrefix(m.Package.Path.String(), "data.") }

// root is the first word of its package.
func (m module) root() string {
	if len(m.Package.Path) < 2 {
		return ""
	}
	root, _ := m.Package.Path[1].Value.(ast.String)
	return string(root)
}

func isPolicy(string) bool { return true }

// read parses every *.rego file of the bundles for which keep holds; a file that two
// bundles hold is read once. keep is asked with the path below the bundle's folder.
func read(keep func(below string) bool, bundles ...Bundle) ([]module, error) {
	var modules []module
	var ds document.Diagnostics
	seen := map[string][]byte{}
	for _, b := range bundles {
		files, err := b.files(keep)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			text, err := readFile(b.FS, file)
			if err != nil {
				return nil, err
			}
			if b.organization {
				file = organizationPrefix + file
			}
			if old, ok := seen[file]; ok && bytes.Equal(old, text) {
				continue
			} else if ok {
				ds = append(ds, fault(file, 1, 1, "AXLE1413", "two bundles hold "+file+" with different text", "name each folder once"))
				continue
			}
			seen[file] = text
			m, faults := parse(file, text)
			ds = append(ds, faults...)
			modules = append(modules, m)
		}
	}
	return modules, sorted(ds)
}

// files lists a bundle's *.rego files. Data files would change what rules say without
// standing in one, so they are refused; links are never followed.
func (b Bundle) files(keep func(string) bool) ([]string, error) {
	dir := b.dir()
	var files []string
	err := fs.WalkDir(b.FS, dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return nil
		case dataFile(path.Base(name)):
			return refuseData(name, d)
		case !keep(strings.TrimPrefix(name, dir+"/")):
			return nil
		case !d.Type().IsRegular(): // whatever it is called: it may lead to a folder of rules
			return document.Fail("AXLE1400", name+irregular(d), "commit the files themselves", nil)
		case path.Ext(name) != ".rego":
			return nil
		case len(files) == maxFiles:
			return document.Fail("AXLE1400", fmt.Sprintf("%s holds more than %d policy files", dir, maxFiles), "split it into bundles", nil)
		}
		files = append(files, name)
		return nil
	})
	var own *document.Error
	if err == nil || errors.As(err, &own) {
		return files, err
	}
	return nil, document.Fail("AXLE1400", "policies of "+dir+" cannot be read", "name a folder of this commit that holds *.rego files", err)
}

func irregular(d fs.DirEntry) string {
	if d.Type()&fs.ModeSymlink != 0 {
		return " is a symbolic link; not allowed"
	}
	return " is not a regular file"
}

// empty faults a named folder without a policy: whoever named it believes that there is one.
func empty(modules []module, bundles []Bundle) document.Diagnostics {
	var ds document.Diagnostics
	for _, b := range bundles {
		held := slices.ContainsFunc(modules, func(m module) bool {
			return strings.HasPrefix(strings.TrimPrefix(m.file, organizationPrefix), b.dir()+"/") || b.dir() == "."
		})
		if !held {
			ds = append(ds, fault(b.dir(), 0, 0, "AXLE1400", "no *.rego file in "+b.dir(), "name a folder that holds policies, or none"))
		}
	}
	return ds
}

// dir is the folder as io/fs spells it.
func (b Bundle) dir() string { return path.Clean(strings.TrimSuffix(b.Dir, "/")) }

func dataFile(base string) bool {
	return base == "data.json" || base == "data.yaml" || base == "data.yml"
}

func refuseData(name string, d fs.DirEntry) error {
	size := ""
	if info, err := d.Info(); err == nil && info.Size() > maxFile {
		size = fmt.Sprintf(" is %d MB (over the limit) and", info.Size()>>20)
	}
	return document.Fail("AXLE1411", name+size+" is not read: data files in a bundle are not supported", "write the values as a rule in a .rego file", nil)
}

func readFile(tree fs.FS, file string) ([]byte, error) {
	f, err := tree.Open(file)
	if err != nil {
		return nil, document.Fail("AXLE1400", file+" cannot be read", "", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, document.Fail("AXLE1400", file+" cannot be read", "", err)
	}
	if len(text) > maxFile {
		return nil, document.Fail("AXLE1400", fmt.Sprintf("%s is over the limit of %d bytes", file, maxFile), "split it into files", nil)
	}
	return text, nil
}

// parse reads one file as Rego v1 and tells v0 from a slip of the pen.
func parse(file string, text []byte) (module, document.Diagnostics) {
	m, err := ast.ParseModuleWithOpts(file, string(text), ast.ParserOptions{RegoVersion: ast.RegoV1, ProcessAnnotation: true})
	if err == nil && m != nil {
		return module{m, file, text}, nil
	}
	if err == nil {
		return module{}, document.Diagnostics{fault(file, 1, 1, "AXLE1402", "the file holds no package", "begin it with package cloudformation.<what>")}
	}
	ds := faults(file, "AXLE1402", err)
	if _, old := ast.ParseModuleWithOpts(file, string(text), ast.ParserOptions{RegoVersion: ast.RegoV0}); old == nil {
		d := ds[0]
		ds = document.Diagnostics{fault(file, d.Line, d.Col, "AXLE1401", fmt.Sprintf("Rego v0 at line %d; run opa fmt --v0-v1", d.Line), "rules are written in Rego v1: deny contains msg if { … }")}
	}
	return module{}, ds
}

// splitTests parts policies from the tests beside them.
func splitTests(all []module) (policies, tests []module) {
	for _, m := range all {
		if strings.HasSuffix(m.file, "_test.rego") {
			tests = append(tests, m)
		} else {
			policies = append(policies, m)
		}
	}
	return policies, tests
}

// faults are what OPA says of a file, each with its place.
func faults(file, code string, err error) document.Diagnostics {
	var list ast.Errors
	if !errors.As(err, &list) || len(list) == 0 {
		return document.Diagnostics{fault(file, 1, 1, code, err.Error(), "")}
	}
	var ds document.Diagnostics
	for _, e := range list {
		d := fault(file, 1, 1, code, e.Message, "")
		if e.Location != nil {
			d.File, d.Line, d.Col = e.Location.File, e.Location.Row, max(1, e.Location.Col)
		}
		ds = append(ds, d)
	}
	return ds
}

func fault(file string, line, col int, code, summary, hint string) document.Diagnostic {
	return document.Diagnostic{File: file, Line: line, Col: col, Severity: document.SeverityError, Code: code, Summary: summary, Hint: hint}
}
