package stages

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/axle-cd/axle/adapters/gherkin"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/products/cfn"
)

// sample is a product of this repository, with its features.
type sample struct {
	name     string
	t        *testing.T
	template *cfn.Template
	features []products.Feature
}

func samples(t *testing.T) (all []sample) {
	t.Helper()
	read := func(file string) []byte {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	files, err := filepath.Glob("../products/*/template.yaml")
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		s := sample{name: filepath.Base(filepath.Dir(file)), t: t}
		template, ds := cfn.Parse(file, read(file))
		if s.template = template; template == nil {
			t.Fatal(ds)
		}
		features, err := filepath.Glob(filepath.Dir(file) + "/tests/*.feature")
		if err != nil || len(features) == 0 {
			t.Fatalf("%s has no feature: %v", s.name, err)
		}
		for _, f := range features {
			feature, err := gherkin.Parse(f, read(f))
			if err != nil {
				t.Fatal(err)
			}
			s.features = append(s.features, feature)
		}
		all = append(all, s)
	}
	return all
}

// facts are the sample's, after its resources were changed.
func (s sample) facts(change func(resources map[string]any)) Facts {
	return func(parameters map[string]string) (map[string]any, error) {
		values, ds := s.template.Values(parameters)
		if err := ds.Err(); err != nil {
			return nil, err
		}
		facts, err := policies.Facts(s.template, cfn.Env{Params: values, Region: "eu-west-1"}, s.template.Doc.Root)
		if err != nil {
			return nil, err
		}
		form := facts["template"].(map[string]any)
		if change != nil {
			change(form["Resources"].(map[string]any))
		}
		return form, nil
	}
}
