package documenttest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/axle-cd/axle/document"
)

// compiled is the schema, ready to judge.
func (l Loader) compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	raw, err := jsonschema.UnmarshalJSON(bytes.NewReader(l.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", raw); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// GoodFiles: what the loader takes, the schema takes: the specification's example, our own files,
// and the shortest and oddest ways to say things.
func (l Loader) GoodFiles(t *testing.T) {
	s := l.compiled(t)
	for _, file := range append(glob(t, "testdata/good/*.yaml"), glob(t, l.Ours)...) {
		doc, ds := l.Load(file, read(t, file))
		if ds.Err() != nil {
			t.Errorf("loader:\n%s", frames(ds))
			continue
		}
		if err := s.Validate(doc.Root.Plain()); err != nil {
			t.Errorf("%s: schema: %v", file, err)
		}
	}
}

// SchemaRefuses: what the loader refuses, the schema refuses, but for what a schema cannot say.
func (l Loader) SchemaRefuses(t *testing.T) {
	s := l.compiled(t)
	for _, path := range glob(t, "testdata/bad/*.txt") {
		doc, ds := document.Parse("x.yaml", archive(t, path).Files[0].Data, document.Files)
		if ds != nil {
			continue // no schema comes to see it
		}
		name := caseName(path)
		refused := s.Validate(doc.Root.Plain()) != nil
		if known := slices.Contains(l.Unsaid, name); refused == known {
			t.Errorf("%s: schema refuses: %v, and it is listed as beyond it: %v", name, refused, known)
		}
	}
}

// SchemaHasEveryKey: every key that the loader takes is in the schema, and every key of the schema
// is the loader's and says what it means.
func (l Loader) SchemaHasEveryKey(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(l.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	inSchema := map[string]bool{}
	described(t, schema, inSchema)
	inStructs := map[string]bool{}
	keysOf(l.File, inStructs)
	for key := range inStructs {
		if !inSchema[key] {
			t.Errorf("the schema lacks %q", key)
		}
	}
	for key := range inSchema {
		if !inStructs[key] {
			t.Errorf("the loader lacks %q", key)
		}
	}
}

// described collects the names under properties that are described.
func described(t *testing.T, schema any, into map[string]bool) {
	if list, ok := schema.([]any); ok {
		for _, s := range list {
			described(t, s, into)
		}
	}
	m, _ := schema.(map[string]any)
	for word, value := range m {
		if word != "properties" || m["type"] != "object" && m["$ref"] == nil {
			if word != "if" && word != "then" && word != "else" && word != "not" && word != "oneOf" {
				described(t, value, into)
			}
			continue
		}
		for key, s := range value.(map[string]any) {
			about, _ := s.(map[string]any)
			into[key] = true
			if about["description"] == nil && about["$ref"] == nil {
				t.Errorf("%q has no description", key)
			}
			described(t, s, into)
		}
	}
}

func keysOf(t reflect.Type, into map[string]bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		keysOf(t.Elem(), into)
	case reflect.Struct:
		for _, key := range document.Keys(t) {
			into[key] = true
		}
		for i := range t.NumField() {
			if t.Field(i).Tag.Get("yaml") != "-" {
				keysOf(t.Field(i).Type, into)
			}
		}
	}
}
