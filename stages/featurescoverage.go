package stages

import (
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products/cfn"
)

// coverage says which resources the unit tests assert something of: those that a step of a feature
// spoke of, and those that a Rego test names. What a Rego test reaches without a name is not known.
func coverage(t *cfn.Template, asserted map[string]bool, tests []policies.TestResult, folders []policies.Bundle) (pipeline.Coverage, error) {
	var ids []string
	for _, r := range t.Resources {
		ids = append(ids, r.LogicalID)
	}
	named, err := namedBy(tests, folders, namedIn)
	if err != nil {
		return pipeline.Coverage{}, err
	}
	maps.Copy(named, asserted)
	return covered(ids, named), nil
}

// namedBy are the names in the texts of Rego tests.
func namedBy(tests []policies.TestResult, folders []policies.Bundle, namesIn func([]byte) map[string]bool) (map[string]bool, error) {
	named, read := map[string]bool{}, map[string]bool{}
	for _, t := range tests {
		if t.File == "" || read[t.File] {
			continue
		}
		read[t.File] = true
		text, err := readIn(folders, t.File)
		if err != nil {
			return nil, err
		}
		maps.Copy(named, namesIn(text))
	}
	return named, nil
}

func covered(ids []string, named map[string]bool) (c pipeline.Coverage) {
	slices.Sort(ids)
	for _, id := range ids {
		if named[id] {
			c.Asserted = append(c.Asserted, id)
		} else {
			c.Missing = append(c.Missing, id)
		}
	}
	return c
}

func readIn(folders []policies.Bundle, file string) ([]byte, error) {
	for _, f := range folders {
		if file == f.Dir || strings.HasPrefix(file, f.Dir+"/") || f.Dir == "." {
			return fs.ReadFile(f.FS, path.Clean(file))
		}
	}
	return nil, fs.ErrNotExist
}

var (
	regoComment = regexp.MustCompile(`(?m)(^|\s)#.*$`)
	regoName    = regexp.MustCompile(`\.([A-Za-z0-9]+)\b|"([A-Za-z0-9]+)"`)
)

// namedIn are the names that a Rego text uses as a key: x.Name and "Name". A reference to a resource
// in another's value, "${Name}", asserts nothing of it.
func namedIn(text []byte) map[string]bool {
	named := map[string]bool{}
	for _, m := range regoName.FindAllSubmatch(regoComment.ReplaceAll(text, nil), -1) {
		named[string(m[1])+string(m[2])] = true
	}
	return named
}

func (d Deps) sayCoverage(in pipeline.Input, c pipeline.Coverage) {
	n, all := c.Of()
	d.Say(in, "%d of %d resources have an assertion", n, all)
	if len(c.Missing) > 0 {
		d.Say(in, "none names %s", strings.Join(c.Missing, ", "))
	}
}
