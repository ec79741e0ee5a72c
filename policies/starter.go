package policies

import (
	"embed"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// starter holds the rules every repository is judged by, each beside its fixtures.
//
//go:embed starter/*.rego starter/terraform/*.rego
var starter embed.FS

// starterFile is a starter rule's file, and what its text shows before it is parsed.
type starterFile struct {
	stub   Rule // id, file, package, namespace
	text   string
	looks  func() looks
	parsed func() (module, error)
}

// looks is what a rule looks at, itself and by shared functions.
type looks struct {
	kinds  []string        // types of resources
	always bool            // more than those
	uses   map[string]bool // the shared functions it needs
}

// starterFiles are read once a process; nobody changes them.
var starterFiles = sync.OnceValues(sketches)

func sketches() ([]starterFile, error) {
	names, err := Bundle{FS: starter, Dir: "starter"}.files(isPolicy)
	if err != nil {
		return nil, err
	}
	var all []starterFile
	for _, name := range names {
		text, err := starter.ReadFile(name)
		if err != nil {
			return nil, err
		}
		all = append(all, sketch(name, text))
	}
	shared := sync.OnceValue(func() map[string]function { return sharedFunctions(all) })
	for i, f := range all {
		all[i].looks = sync.OnceValue(func() looks { return f.looking(shared()) })
	}
	return all, nil
}

func sketch(name string, text []byte) starterFile {
	f := starterFile{text: string(text)}
	f.stub = Rule{ID: after(f.text, "\n#   id: "), File: name, pack: after("\n"+f.text, "\npackage ")}
	f.stub.Namespace = namespaceOf(strings.Split(f.stub.pack, "."))
	f.parsed = sync.OnceValues(func() (module, error) {
		m, ds := parse(name, text)
		return m, sorted(ds)
	})
	return f
}

// after is the word that follows a mark.
func after(text, mark string) string {
	_, rest, _ := strings.Cut(text, mark)
	word, _, _ := strings.Cut(rest, "\n")
	return word
}

// kindsIn are the types of resources that a text names in quotes.
func kindsIn(text string) []string {
	var all []string
	for _, part := range strings.Split(text, `"`) {
		part = strings.TrimPrefix(part, "data.")
		if (strings.HasPrefix(part, "AWS::") || strings.HasPrefix(part, "aws_")) && !strings.ContainsAny(part, " \n%") {
			all = append(all, part)
		}
	}
	return all
}

// words are the lower-case names in a text.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })
}

func (f starterFile) library() bool { return isLibrary(f.stub.pack) }

// function is what a shared function looks at, itself and by others.
type function struct {
	kinds []string
	input bool
	words []string
}

// told are the functions that look at what their caller names.
var told = []string{"of", "by_type", "typed"}

// sharedFunctions are those of the libraries by name: each a paragraph, or some.
func sharedFunctions(files []starterFile) map[string]function {
	all := map[string]function{}
	for _, f := range files {
		if !f.library() {
			continue
		}
		for _, paragraph := range strings.Split(f.text, "\n\n") {
			name := head(paragraph)
			if name == "" || name == "package" {
				continue
			}
			g := all[name]
			g.words = append(g.words, words(paragraph)...)
			if !slices.Contains(told, name) {
				g.kinds, g.input = append(g.kinds, kindsIn(paragraph)...), g.input || strings.Contains(paragraph, "input")
			}
			all[name] = g
		}
	}
	return all
}

// head is the name that a paragraph of Rego defines.
func head(paragraph string) string {
	for _, line := range strings.Split(paragraph, "\n") {
		if line = strings.TrimPrefix(line, "default "); line != "" && line[0] != '#' {
			return words(line)[0]
		}
	}
	return ""
}

// looking follows the shared functions that a rule calls.
func (f starterFile) looking(shared map[string]function) looks {
	l := looks{kinds: kindsIn(f.text), uses: map[string]bool{}}
	l.always = len(l.kinds) == 0 || strings.Contains(f.text, "input")
	var next []string
	for _, part := range strings.Split(f.text, "lib.")[1:] {
		next = append(next, words(part)[0])
	}
	for len(next) > 0 {
		word := next[0]
		next = next[1:]
		if g, ok := shared[word]; ok && !l.uses[word] {
			l.uses[word] = true
			l.kinds, l.always = append(l.kinds, g.kinds...), l.always || g.input
			next = append(next, g.words...)
		}
	}
	return l
}

// libraries are the functions that rules share.
func libraries() ([]module, error) {
	files, err := starterFiles()
	if err != nil {
		return nil, err
	}
	return modulesOf(keep(files, starterFile.library))
}

// librariesFor are the shared functions that some rules need, and no others.
func librariesFor(files []starterFile) ([]module, error) {
	all, err := starterFiles()
	if err != nil {
		return nil, err
	}
	uses := map[string]bool{}
	for _, f := range files {
		maps.Copy(uses, f.looks().uses)
	}
	var needed []module
	for _, f := range keep(all, starterFile.library) {
		if !slices.ContainsFunc(strings.Split(f.text, "\n\n"), func(p string) bool { return uses[head(p)] }) {
			continue
		}
		m, err := f.parsed()
		if err != nil {
			return nil, err
		}
		cut := *m.Module
		cut.Rules = keep(m.Rules, func(r *ast.Rule) bool { return uses[ruleName(r)] })
		m.Module = &cut
		needed = append(needed, m)
	}
	return needed, nil
}

// starterModules are all of axle's.
func starterModules() ([]module, error) {
	files, err := starterFiles()
	if err != nil {
		return nil, err
	}
	return modulesOf(files)
}

func modulesOf(files []starterFile) ([]module, error) {
	var all []module
	for _, f := range files {
		m, err := f.parsed()
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// concerns holds for a rule that may find something among resources of some kinds.
func (f starterFile) concerns(kinds map[string]bool) bool {
	l := f.looks()
	return l.always || slices.ContainsFunc(l.kinds, func(k string) bool { return kinds[k] })
}
