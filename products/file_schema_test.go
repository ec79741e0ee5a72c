package products

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/axle-cd/axle/document"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	raw, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
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

// What the loader takes, the schema takes: the specification's example, our own files, and
// the shortest and oddest ways to say things. CLI-7, CLI-8
func TestGoodFiles(t *testing.T) {
	s := compiled(t)
	for _, pattern := range []string{"testdata/good/*.yaml", "../products/*/product.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal("no files at", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			f, ds := Load(file, data)
			if ds.Err() != nil {
				t.Errorf("loader:\n%s", frames(ds))
				continue
			}
			if err := s.Validate(f.Doc.Root.Plain()); err != nil {
				t.Errorf("%s: schema: %v", file, err)
			}
		}
	}
}

// What the loader refuses, the schema refuses, but for what a schema cannot say. CLI-8
func TestSchemaRefuses(t *testing.T) {
	s := compiled(t)
	cases, err := filepath.Glob("testdata/bad/*.txt")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases", err)
	}
	for _, path := range cases {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		doc, ds := document.Parse("x.yaml", a.Files[0].Data, document.Files)
		if ds != nil {
			continue // no schema comes to see it
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		refused := s.Validate(doc.Root.Plain()) != nil
		if known := slices.Contains(unsaid, name); refused == known {
			t.Errorf("%s: schema refuses: %v, and it is listed as beyond it: %v", name, refused, known)
		}
	}
}

// Every key that the loader takes is in the schema, and every key of the schema is the
// loader's and says what it means. CLI-8
func TestSchemaHasEveryKey(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(Schema, &schema); err != nil {
		t.Fatal(err)
	}
	inSchema := map[string]bool{}
	described(t, schema, inSchema)
	inStructs := map[string]bool{}
	keysOf(reflect.TypeFor[File](), inStructs)
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

// unsaid are the cases that a schema cannot judge: references, how a word was quoted, values
// against each other.
var unsaid = []string{"B025-region", "B028-norway", "B033-command"}
