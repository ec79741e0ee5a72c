package products

import (
	"testing"
	"testing/fstest"
)

func TestLoadKeepsText(t *testing.T) {
	f, ds := Load("product.yaml", []byte(`
schema: 1
name: queue
version: 1.10.0
owner: me
template: template.yaml
parameters:
  Days: { default: 0080, allowed_values: [0080, 1.50, true, "x"], fixed: 1e3, min: 1, max: 2.5 }
`))
	if document := ds.Err(); document == nil {
		t.Error("values against each other are not judged")
	}
	p := f.Parameters["Days"]
	if *p.Default != "0080" || *p.Fixed != "1e3" || *p.Min != 1 || *p.Max != 2.5 {
		t.Errorf("got %+v", p)
	}
	for i, want := range []string{"0080", "1.50", "true", "x"} {
		if p.AllowedValues[i] != want {
			t.Errorf("got %q, want %q", p.AllowedValues[i], want)
		}
	}
	if f.Version != "1.10.0" || f.Type != "CLOUD_FORMATION_TEMPLATE" || f.Lifecycle.OnDeprecated != "notify" || f.Lifecycle.ForcedUpdate != "never" {
		t.Errorf("got %+v", f)
	}
}

// B044, B045, B048: the files it names are in the tree, below its folder.
func TestCheckTree(t *testing.T) {
	f, ds := Load("product.yaml", []byte(`
schema: 1
name: queue
version: 1.0.0
owner: me
template: template.yaml
readme: docs
portfolios: { network: { constraints: { template: rules/Env.json } } }
`))
	if ds.Err() != nil {
		t.Fatal(ds)
	}
	tree := fstest.MapFS{"products/q/template.yaml": {Mode: 1 << 27}, "products/q/docs/a": {}, "products/q/rules/env.json": {}}
	want := `product.yaml:6:11: error AXLE1041: template.yaml is a symbolic link; not allowed (at template)
product.yaml:7:9: error AXLE1041: path docs: is a directory, a file is needed (at readme)
product.yaml:8:51: error AXLE1041: path rules/Env.json: not found (at portfolios.network.constraints.template)`
	got := f.CheckTree(tree, "products/q")
	if got.Error() != want || got[2].Hint != "did you mean rules/env.json?" {
		t.Errorf("got\n%s", got)
	}
}
