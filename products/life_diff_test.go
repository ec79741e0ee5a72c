package products_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"github.com/axle-cd/axle/products"
)

// What of product.yaml differs between two versions, by path, and where it stands now.
func TestFields(t *testing.T) {
	for name, c := range map[string]struct {
		before, after string
		want          []products.FieldChange
	}{
		"nothing":               {"", "", nil},
		"order and form":        {"tags: { a: x, b: \"y\" }\n", "tags:\n  b: y\n  a: x\n", nil},
		"a value":               {"description: old\n", "description: new\n", []products.FieldChange{{Path: "description", Before: "old", After: "new", Line: 6}}},
		"one more":              {"tags: {}\n", "tags: { a: x }\n", []products.FieldChange{{Path: "tags", Before: "{}"}, {Path: "tags.a", After: "x", Line: 6}}},
		"one gone":              {"changes: x\n", "", []products.FieldChange{{Path: "changes", Before: "x"}}},
		"a list":                {"lifecycle: { retired: [0.1.0] }\n", "lifecycle: { retired: [0.2.0, 0.1.0] }\n", []products.FieldChange{{Path: "lifecycle.retired[0]", Before: "0.1.0", After: "0.2.0", Line: 6}, {Path: "lifecycle.retired[1]", After: "0.1.0", Line: 6}}},
		"deep, and empty to it": {"parameters: { P: { default: \"\" } }\n", "parameters: { P: {} }\n", []products.FieldChange{{Path: "parameters.P", After: "{}", Line: 6}, {Path: "parameters.P.default"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := products.Fields(loadLife(t, c.before), loadLife(t, c.after)); !slices.Equal(got, c.want) {
				t.Errorf("%+v\nwant %+v", got, c.want)
			}
		})
	}
}

// A template alone has the digest that its product has. CAT-10
func TestTemplateContent(t *testing.T) {
	text := []byte("Resources: { T: { Type: AWS::SNS::Topic } }\n")
	p := &products.File{Template: "template.yaml"}
	want, err := products.ContentDigest(fstest.MapFS{"p/template.yaml": {Data: text}}, "p", p)
	if got := products.TemplateContent(text); err != nil || got != want {
		t.Errorf("%s, want %s %v", got, want, err)
	}
}
