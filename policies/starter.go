package policies

import (
	"embed"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// starter holds the rules every repository is judged by, each beside its fixtures.
//
//go:embed starter/*.rego starter/terraform/*.rego
var starter embed.FS

// starterFile is a starter rule's file, and what its text shows before it is parsed.
type starterFile struct {
	stub   Rule // id, file, package, namespace
	kinds  []string
	always bool // it judges more than resources of those kinds
	text   string
	parsed func() (module, error)
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
		text, err := readFile(starter, name)
		if err != nil {
			return nil, err
		}
		all = append(all, sketch(name, text))
	}
	shared := sharedFunctions(all)
	for i := range all {
		all[i].reach(shared)
	}
	return all, nil
}

var (
	packageLine = regexp.MustCompile(`(?m)^package (\S+)$`)
	idLine      = regexp.MustCompile(`(?m)^#   id: (\S+)$`)
	kindText    = regexp.MustCompile(`"(?:data\.)?(AWS::[A-Za-z0-9]+::[A-Za-z0-9]+|aws_[a-z0-9_]+)"`)
	sharedWord  = regexp.MustCompile(`\blib\.([a-z_]+)`)
	anyWord     = regexp.MustCompile(`[a-z_]+`)
	readsInput  = regexp.MustCompile(`\binput\b`)
)

func sketch(name string, text []byte) starterFile {
	f := starterFile{text: string(text), kinds: found(kindText, string(text))}
	f.stub = Rule{ID: strings.Join(found(idLine, f.text), ""), File: name, pack: strings.Join(found(packageLine, f.text), "")}
	f.stub.Namespace = namespaceOf(strings.Split(f.stub.pack, "."))
	f.always = len(f.kinds) == 0 || readsInput.MatchString(f.text)
	f.parsed = sync.OnceValues(func() (module, error) {
		m, ds := parse(name, text)
		return m, sorted(ds)
	})
	return f
}

// found are a pattern's groups in a text.
func found(re *regexp.Regexp, text string) []string {
	var all []string
	for _, m := range re.FindAllStringSubmatch(text, -1) {
		all = append(all, m[len(m)-1])
	}
	return all
}

func (f starterFile) library() bool { return isLibrary(f.stub.pack) }

// function is what a shared function looks at, itself and by others.
type function struct {
	kinds []string
	input bool
	words []string
}

// sharedFunctions are those of the libraries by name. "of" and "by_type" look at what they are told.
func sharedFunctions(files []starterFile) map[string]function {
	all := map[string]function{}
	for _, f := range files {
		if !f.library() {
			continue
		}
		for _, paragraph := range strings.Split(withoutComments(f.text), "\n\n") {
			words := found(anyWord, paragraph)
			name := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(paragraph), "default "))
			name = anyWord.FindString(name)
			if name == "" || name == "package" || name == "of" || name == "by_type" {
				continue
			}
			g := all[name]
			g.kinds, g.words = append(g.kinds, found(kindText, paragraph)...), append(g.words, words...)
			g.input = g.input || readsInput.MatchString(paragraph)
			all[name] = g
		}
	}
	return all
}

func withoutComments(text string) string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// reach adds what the shared functions that a rule calls look at.
func (f *starterFile) reach(shared map[string]function) {
	seen := map[string]bool{}
	next := found(sharedWord, f.text)
	for len(next) > 0 {
		word := next[0]
		next = next[1:]
		if g, ok := shared[word]; ok && !seen[word] {
			seen[word] = true
			f.kinds, f.always = append(f.kinds, g.kinds...), f.always || g.input
			next = append(next, g.words...)
		}
	}
}

// libraries are the functions that rules share.
func libraries() ([]module, error) {
	files, err := starterFiles()
	if err != nil {
		return nil, err
	}
	return modulesOf(slices.DeleteFunc(slices.Clone(files), func(f starterFile) bool { return !f.library() }))
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
	return f.always || slices.ContainsFunc(f.kinds, func(k string) bool { return kinds[k] })
}
