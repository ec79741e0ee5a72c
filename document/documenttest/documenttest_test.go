package documenttest

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The keys that are compared: those of nested structs, and those of the schema that are properties
// of an object, not the words of its conditions.
func TestKeys(t *testing.T) {
	type inner struct {
		Deep string `yaml:"deep"`
	}
	type file struct {
		Name  string           `yaml:"name"`
		Inner []*inner         `yaml:"inner"`
		By    map[string]inner `yaml:"by"`
		Doc   *struct{ X int } `yaml:"-"`
	}
	inStructs := map[string]bool{}
	keysOf(reflect.TypeFor[file](), inStructs)
	if got := strings.Join(slices.Sorted(maps.Keys(inStructs)), " "); got != "by deep inner name" {
		t.Errorf("of the structs: %s", got)
	}
	about := map[string]any{"description": "what it means"}
	inSchema := map[string]bool{}
	described(t, map[string]any{"type": "object", "properties": map[string]any{
		"name":  about,
		"inner": map[string]any{"$ref": "#/$defs/inner"},
	}, "$defs": map[string]any{"inner": map[string]any{"type": "object", "properties": map[string]any{"deep": about}}},
		"if": map[string]any{"type": "object", "properties": map[string]any{"no-key": about}}}, inSchema)
	if got := strings.Join(slices.Sorted(maps.Keys(inSchema)), " "); got != "deep inner name" {
		t.Errorf("of the schema: %s", got)
	}
}
