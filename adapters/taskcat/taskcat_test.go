package taskcat_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/axle-cd/axle/adapters/taskcat"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/document/documenttest"
)

const sample = "testdata/.taskcat.yml"

// CAT-91 CLI-16: each key of the sample is carried, or listed with its place and what to do instead.
func TestSample(t *testing.T) {
	data, err := os.ReadFile(sample)
	if err != nil {
		t.Fatal(err)
	}
	got, ds := taskcat.Read(sample, data)
	if want := []string{"eu-west-1", "eu-west-2", "us-west-1", "us-east-1"}; !slices.Equal(got.Regions, want) {
		t.Errorf("regions %v, want %v", got.Regions, want)
	}
	documenttest.Sample(t, nil, ds)
	documenttest.Dropped(t, os.DirFS("."), ds, func(_ string, leaf *document.Node) bool { return slices.Contains(got.Regions, leaf.Value) })
}

// A test's regions stand over the project's, and those over general's.
func TestRegions(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"general: { regions: [a] }", "[a]"},
		{"general: { regions: [a] }\nproject: { regions: [b] }", "[b]"},
		{"project: { regions: [b] }\ntests: { x: { regions: [c] } }", "[c]"},
		{"project: { regions: [b] }\ntests: { x: { regions: [c, b] }, y: { template: t } }", "[c b]"},
		{"tests: { x: { template: t } }", "[]"},
	} {
		if got, _ := taskcat.Read("f", []byte(c.text)); fmt.Sprint(got.Regions) != c.want {
			t.Errorf("%s: %v, want %s", c.text, got.Regions, c.want)
		}
	}
}

// A file that the tool could not read is an error with its place.
func TestBadInput(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "f:1:1: error AXLE1002: f is empty",
		"- a\n":                              "f:1:1: error AXLE1721: expected a mapping, found a list",
		"general: { regions: one }\n":        "f:1:12: error AXLE1721: expected a list, found text (at general.regions)",
		"project: { regions: [[a]] }\n":      "f:1:22: error AXLE1721: expected text, found a list (at project.regions[0])",
		"tests: { a: { regions: [b], } }}\n": "error AXLE1003",
	} {
		if _, ds := taskcat.Read("f", []byte(text)); !strings.Contains(ds.Error(), want) || ds.Errors() == 0 {
			t.Errorf("%q: %v, want %s", text, ds, want)
		}
	}
}

// Whatever the file holds, reading it ends, and each region that is carried stands in it.
func FuzzRead(f *testing.F) {
	data, err := os.ReadFile(sample)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(data))
	f.Add("tests: [~]")
	f.Add("general: ~\ntests: { a: ~ }")
	f.Fuzz(func(t *testing.T, text string) {
		got, ds := taskcat.Read("f.yml", []byte(text))
		if ds.Errors() > 0 {
			return
		}
		documenttest.Dropped(t, fstest.MapFS{"f.yml": {Data: []byte(text)}}, ds, func(_ string, leaf *document.Node) bool {
			return slices.Contains(got.Regions, leaf.Value) || leaf.Value == "" || leaf.Kind == document.Null
		})
	})
}
