package tests

import (
	"os"
	"strings"
	"testing"

	yamlv3 "gopkg.in/yaml.v3"
)

// INT-1: every hook of the framework has a twin that uses the axle on PATH, and says the same.
func TestEveryHookHasASystemTwin(t *testing.T) {
	data, err := os.ReadFile("../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var hooks []map[string]any
	if err := yamlv3.Unmarshal(data, &hooks); err != nil {
		t.Fatal(err)
	}
	byID := map[string]map[string]any{}
	for _, h := range hooks {
		byID[h["id"].(string)] = h
	}
	for id, h := range byID {
		base, twin := strings.CutSuffix(id, "-system")
		if want := map[bool]string{false: "golang", true: "system"}[twin]; h["language"] != want {
			t.Errorf("%s is of language %v, want %s", id, h["language"], want)
		}
		other, ok := byID[base+"-system"]
		if !ok || byID[base] == nil {
			t.Errorf("%s has no twin", id)
			continue
		}
		for _, key := range []string{"entry", "name", "files", "pass_filenames"} {
			if h[key] != other[key] {
				t.Errorf("%s and its twin differ in %s: %v, %v", id, key, h[key], other[key])
			}
		}
	}
	if len(byID) != 6 {
		t.Errorf("%d hooks", len(byID))
	}
}
