package terraform

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/tf"
)

// Limits on what is read.
const (
	maxFile      = 1 << 20
	maxFiles     = 2000
	maxCount     = 1000  // instances of one block
	maxInstances = 10000 // resources of a configuration
	maxModules   = 10    // modules within modules
)

// source is a folder of Terraform being read.
type source struct {
	files  fs.FS
	dir    string
	parsed map[string][]*block // by file; nil where it could not be read
	budget budget
	count  int // resources so far

	functions map[string]function.Function
	filling   int // templates within templates
	said      map[document.Diagnostic]bool
	found     document.Diagnostics
}

func newSource(files fs.FS, dir string) *source {
	return &source{files: files, dir: path.Clean(dir), parsed: map[string][]*block{}, said: map[document.Diagnostic]bool{}}
}

func (s *source) diagnostics() document.Diagnostics {
	s.found.Sort()
	return s.found
}

// fail adds an error, once.
func (s *source) fail(at tf.Place, code, summary, hint string) {
	s.add(document.Diagnostic{File: at.File, Line: at.Line, Col: at.Col, Severity: document.SeverityError, Code: code, Summary: summary, Hint: hint})
}

func (s *source) warn(at tf.Place, code, summary, hint string) {
	s.add(document.Diagnostic{File: at.File, Line: at.Line, Col: at.Col, Severity: document.SeverityWarning, Code: code, Summary: summary, Hint: hint})
}

func (s *source) add(d document.Diagnostic) {
	if !s.said[d] {
		s.said[d] = true
		s.found = append(s.found, d)
	}
}

// hcl adds what hcl found wrong.
func (s *source) hcl(ds hcl.Diagnostics) {
	for _, d := range ds {
		if d.Severity != hcl.DiagError {
			continue
		}
		at := tf.Place{}
		if d.Subject != nil {
			at = placeOf(*d.Subject)
		}
		s.fail(at, codeSyntax, said(d), "")
	}
}

// said is hcl's diagnostic in a sentence: no value of the configuration stands in it.
func said(d *hcl.Diagnostic) string {
	return strings.TrimSuffix(strings.Join(strings.Fields(d.Summary+": "+d.Detail), " "), ".")
}

func placeOf(r hcl.Range) tf.Place {
	return tf.Place{File: r.Filename, Line: r.Start.Line, Col: r.Start.Column}
}

// configuration gives the blocks of the module in a folder, overrides put in their place.
// ok is false where it has no file that can be read, and then it is said why.
func (s *source) configuration(dir string) (all []*block, ok bool) {
	if at := s.linked(dir); at != "" {
		s.link(at)
		return nil, false
	}
	entries, err := fs.ReadDir(s.files, dir)
	if err != nil {
		s.fail(tf.Place{File: dir}, codeNoFile, "folder "+dir+" cannot be read", "a module lies in the repository")
		return nil, false
	}
	var overrides []*block
	n, sound := 0, true
	for _, e := range entries {
		if e.IsDir() || !isConfiguration(e.Name()) {
			continue
		}
		n++
		blocks, read := s.file(path.Join(dir, e.Name()), e)
		sound = sound && read
		if isOverride(e.Name()) {
			overrides = append(overrides, blocks...)
			s.warn(tf.Place{File: path.Join(dir, e.Name()), Line: 1, Col: 1}, codeOverride, e.Name()+" replaces what other files say: "+headings(blocks), "write it where it belongs")
			continue
		}
		all = append(all, blocks...)
	}
	if n == 0 {
		s.fail(tf.Place{File: dir}, codeNoFile, "no .tf file in "+dir, "source names the folder of the root module")
	}
	for _, o := range overrides {
		s.override(all, o)
	}
	return all, sound && n > 0
}

func isConfiguration(name string) bool {
	return (strings.HasSuffix(name, ".tf") || strings.HasSuffix(name, ".tf.json")) && !ignored(name)
}

// ignored are the names that Terraform passes over: what editors leave behind.
func ignored(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") || strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#")
}

func isOverride(name string) bool {
	stem := strings.TrimSuffix(strings.TrimSuffix(name, ".json"), ".tf")
	return stem == "override" || strings.HasSuffix(stem, "_override")
}

// file gives the blocks of a file; ok is false where it is said why there are none.
func (s *source) file(name string, e fs.DirEntry) (blocks []*block, ok bool) {
	if blocks, again := s.parsed[name]; again {
		return blocks, blocks != nil
	}
	s.parsed[name] = nil
	data, ok := s.bytes(name, e)
	if !ok {
		return nil, false
	}
	var ds hcl.Diagnostics
	if strings.HasSuffix(name, ".json") {
		blocks, ds = parseJSON(name, data, &s.budget)
	} else {
		blocks, ds = parseNative(name, data, &s.budget)
	}
	s.hcl(ds)
	if ds.HasErrors() {
		return nil, false
	}
	s.parsed[name] = append([]*block{}, blocks...)
	return s.parsed[name], true
}

// bytes reads a regular file of a size that can be read.
func (s *source) bytes(name string, e fs.DirEntry) ([]byte, bool) {
	at := tf.Place{File: name}
	if e.Type()&fs.ModeSymlink != 0 {
		s.link(name)
		return nil, false
	}
	if info, err := e.Info(); err == nil && info.Size() > maxFile {
		s.fail(at, codeMany, fmt.Sprintf("%s has %d bytes (max %d)", path.Base(name), info.Size(), maxFile), "split it")
		return nil, false
	}
	if len(s.parsed) > maxFiles {
		s.fail(tf.Place{File: s.dir}, codeMany, fmt.Sprintf("more than %d files of Terraform", maxFiles), "split the product")
		return nil, false
	}
	data, err := fs.ReadFile(s.files, name)
	if err != nil {
		s.fail(at, codeSyntax, name+" cannot be read: "+err.Error(), "")
		return nil, false
	}
	return data, true
}

// linked is the first name of a path below the source that is a symbolic link, or "".
func (s *source) linked(name string) string {
	at := s.dir
	for _, step := range strings.Split(from(s.dir, name), "/") {
		at = path.Join(at, step)
		if info, err := fs.Lstat(s.files, at); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return at
		}
	}
	return ""
}

func (s *source) link(name string) {
	shown := strings.TrimPrefix(name, s.dir+"/")
	s.fail(tf.Place{File: name}, codeLink, shown+" is a symbolic link; not allowed", "put the files themselves there")
}
