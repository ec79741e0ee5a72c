package policies

import (
	"slices"
	"sync"
)

// shelf is the starter rules of one namespace. What a template has no resource for would find
// nothing, and is neither parsed nor compiled.
type shelf struct {
	files []starterFile

	mu       sync.Mutex
	compiled *program // the rules needed so far
	has      map[string]bool
}

// shelves are a process's, by namespace: what one judgement compiled serves the next (PERF-18).
var shelves = sync.OnceValues(func() (map[string]*shelf, error) {
	files, err := starterFiles()
	if err != nil {
		return nil, err
	}
	return shelvesOf(files), nil
})

func shelvesOf(files []starterFile) map[string]*shelf {
	all := map[string]*shelf{}
	for _, ns := range Namespaces {
		all[ns] = &shelf{}
	}
	for _, f := range files {
		if !f.library() {
			s := all[f.stub.Namespace]
			s.files = append(s.files, f)
		}
	}
	return all
}

// keep is a shelf of some of its rules, with nothing compiled.
func (s *shelf) keep(holds func(Rule) bool) *shelf {
	return &shelf{files: keep(s.files, func(f starterFile) bool { return holds(f.stub) })}
}

// stubs are its rules by id, file and package.
func (s *shelf) stubs() []Rule {
	if s == nil {
		return nil
	}
	list := make([]Rule, len(s.files))
	for i, f := range s.files {
		list[i] = f.stub
	}
	return list
}

// rules are all of its rules, read whole.
func (s *shelf) rules() ([]Rule, error) {
	if s == nil {
		return nil, nil
	}
	modules, err := modulesOf(s.files)
	rules, _ := rulesOf(modules) // a test holds that nothing is wrong with them
	return rules, err
}

// about is the program of the rules that resources of some kinds concern. What the first template did
// not need makes the rest be compiled too, so that many templates compile twice at most.
func (s *shelf) about(kinds map[string]bool) (*program, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	need := keep(s.files, func(f starterFile) bool { return f.concerns(kinds) })
	switch {
	case s.compiled == nil:
	case !slices.ContainsFunc(need, func(f starterFile) bool { return !s.has[f.stub.File] }):
		return s.compiled, nil
	default:
		need = s.files
	}
	p, err := programOf(need)
	if err != nil {
		return nil, err
	}
	s.compiled, s.has = p, map[string]bool{}
	for _, f := range need {
		s.has[f.stub.File] = true
	}
	return p, nil
}

// programOf compiles files and the libraries, and asks their rules.
func programOf(files []starterFile) (*program, error) {
	shared, err := librariesFor(files)
	if err != nil {
		return nil, err
	}
	modules, err := modulesOf(files)
	if err != nil {
		return nil, err
	}
	rules, _ := rulesOf(modules)
	p, err := compile(slices.Concat(shared, modules))
	if err != nil {
		return nil, err
	}
	return p.asking(rules)
}

// kindsOf are the types of a form's resources.
func kindsOf(form map[string]any) map[string]bool {
	kinds := map[string]bool{}
	resources, _ := form["Resources"].(map[string]any)
	for _, r := range resources {
		r, _ := r.(map[string]any)
		kind, _ := r["Type"].(string)
		kinds[kind] = true
	}
	return kinds
}
