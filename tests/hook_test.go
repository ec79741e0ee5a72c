package tests

import (
	"strings"
	"testing"
)

// hookLinks are the modules that axle-hook links, each with its reason. Whatever it links is waited
// for at every commit.
var hookLinks = map[string]string{
	"github.com/axle-cd/axle":            "ours",
	"gopkg.in/yaml.v3":                   "document reads by it",
	"github.com/zricethezav/gitleaks/v8": "the decoders",
	"github.com/rs/zerolog":              "gitleaks logs by it",
	"github.com/mattn/go-colorable":      "zerolog",
	"github.com/mattn/go-isatty":         "zerolog",
	"golang.org/x/sys":                   "go-isatty",
}

// PERF-10 PERF-11: axle-hook links no AWS client, no OPA, no SQLite, no cobra, and nothing unnamed.
func TestHookLinks(t *testing.T) {
	packages, used := goJSON[linked](t, "list", "-deps", "-json=ImportPath,Standard,Imports,Module", "./cmd/axle-hook"), map[string]bool{}
	if len(packages) < 50 {
		t.Fatalf("go list names %d packages: that is not axle-hook", len(packages))
	}
	for _, p := range packages {
		switch {
		case p.ImportPath == "net/http" || strings.HasSuffix(p.ImportPath, "/template"):
			t.Errorf("axle-hook links %s: it starts at every commit and needs none of it", p.ImportPath)
		case p.Standard || p.Module == nil:
		case hookLinks[p.Module.Path] == "":
			t.Errorf("axle-hook links %s of %s: name its reason here, or leave it out", p.ImportPath, p.Module.Path)
		default:
			used[p.Module.Path] = true
		}
	}
	for path := range hookLinks {
		if !used[path] {
			t.Errorf("axle-hook does not link %s any more: take it out of the list", path)
		}
	}
}
