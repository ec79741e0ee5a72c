package stages

import (
	"errors"
	"io/fs"
	"slices"
	"strconv"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
)

// CheckTree says, at its line, what alpha's policy gate names and the tree has not: alpha would refuse it.
func CheckTree(f *pipeline.File, tree fs.FS) (found document.Diagnostics) {
	if f.Stages.Alpha == nil || f.Stages.Alpha.Policy == nil {
		return nil
	}
	p := f.Stages.Alpha.Policy
	each := func(names []string, wrong func(string) error, keys ...string) {
		for i, name := range names {
			var e *document.Error
			if err := wrong(name); errors.As(err, &e) {
				found = append(found, f.Doc.Fault(e.Code, e.Summary, e.Hint, slices.Concat([]string{"stages", "alpha", "policy"}, keys, []string{strconv.Itoa(i)})...))
			}
		}
	}
	each(p.Namespaces, policies.CheckNamespace, "namespaces")
	if p.Guard != nil {
		each(p.Guard.Rules, func(dir string) error { return guardFiles(tree, dir, map[string][]byte{}) }, "guard", "rules")
	}
	if p.LaunchRoles != nil {
		each(p.LaunchRoles.Paths, func(name string) error { return new(library).written(tree, name) }, "launch_roles", "paths")
	}
	return found
}
