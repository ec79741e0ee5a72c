package tests

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	semantic "github.com/Masterminds/semver/v3"
)

// linked is a package that go links into axle.
type linked struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Module     *goModule
}

type goModule struct {
	Path, Version, Dir string
	Main, Indirect     bool
	Replace            *goModule
}

// goJSON reads the stream of documents that a go command prints.
func goJSON[T any](t *testing.T, args ...string) (all []T) {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = ".."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var v T
		if err := dec.Decode(&v); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
}

func linkedIntoAxle(t *testing.T) []linked {
	t.Helper()
	all := goJSON[linked](t, "list", "-deps", "-json=ImportPath,Standard,Imports,Module", "./cmd/axle")
	if len(all) < 100 {
		t.Fatalf("go list names %d packages: that is not axle", len(all))
	}
	return all
}

// never are the packages that axle does not link, with what it would cost.
var never = []struct{ pkg, reason string }{
	{"github.com/cucumber/godog", "its init runs the user's go on every start, 11 to 37 ms (PERF-9)"},
	{"github.com/santhosh-tekuri/jsonschema", "it compiles metaschemas on every start, 4.6 ms; schemas are for tests (PERF-8)"},
	{"go.temporal.io", "its reflection keeps every method of every AWS client, 28 MB (PERF-6)"},
	{"github.com/rogpeppe/go-internal", "testscript is for tests (PERF-8)"},
	{"github.com/aws/aws-sdk-go-v2/service/ssm", "2.4 to 4.4 ms on every start; ${ssm:/path} needs one signed read (PERF-8)"},
	{"testing", "the test framework registers its flags in the product"},
	{"net/http/pprof", "it opens the process to whoever reaches its port"},
	{"plugin", "it keeps every method of every linked type"},
}

// templates are executed by reflection on method names: who executes one keeps every exported
// method of every AWS client in the binary. These bring them, and none executes one in axle
// without a reason.
var templates = map[string][]string{
	"text/template": {"html/template", "github.com/spf13/cobra"}, // cobra: only for a usage text that the command replaces
}

// What must never be in the binary is not in it, and the message says why. PERF-6 PERF-8
func TestLinks(t *testing.T) {
	for _, p := range linkedIntoAxle(t) {
		for _, n := range never {
			if p.ImportPath == n.pkg || strings.HasPrefix(p.ImportPath, n.pkg+"/") {
				t.Errorf("axle links %s: %s", p.ImportPath, n.reason)
			}
		}
		for name, may := range templates {
			if slices.Contains(p.Imports, name) && !slices.Contains(may, p.ImportPath) {
				t.Errorf("%s brings %s into axle: who executes a template keeps every method of every AWS client; write text by fmt", p.ImportPath, name)
			}
		}
	}
}

// What is looked at is axle: it links what it is made of, and the templates whose bringers are named.
func TestLinksAreAxles(t *testing.T) {
	have := map[string]bool{}
	for _, p := range linkedIntoAxle(t) {
		have[p.ImportPath] = true
	}
	for _, needed := range []string{"github.com/aws/aws-sdk-go-v2/service/servicecatalog", "github.com/open-policy-agent/opa/v1/topdown", "modernc.org/sqlite"} {
		if !have[needed] {
			t.Errorf("axle does not link %s: the list is not of axle", needed)
		}
	}
	for name := range templates {
		if !have[name] {
			t.Errorf("%s is not linked any more: take it out of the list of templates", name)
		}
	}
}

// pins and floors: an exact version, or the lowest that is safe, with the reason.
var versions = []struct {
	module, floor, exact, reason string
}{
	{module: "github.com/go-git/go-git/v5", floor: "5.19.2", reason: "DP1: CVE-2026-71556, CVE-2026-71557"},
	{module: "github.com/go-git/go-billy/v5", floor: "5.9.0", reason: "DP1: CVE-2026-44740, CVE-2026-44973"},
	{module: "modernc.org/sqlite", exact: "1.60.0", reason: "DP4: at 1.61.1 go mod tidy fails on a test dependency"},
	{module: "github.com/zricethezav/gitleaks/v8", exact: "8.30.1", reason: "DP2: the last with features, measured"},
	{module: "github.com/mholt/archives", exact: "0.1.5", reason: "DP2: what builds with the safe rardecode"},
	{module: "github.com/ulikunitz/xz", floor: "0.5.15", reason: "DP2: GO-2025-3922"},
	{module: "github.com/nwaples/rardecode/v2", floor: "2.2.0", reason: "DP2: GO-2025-4020"},
	{module: "gopkg.in/yaml.v3", floor: "3.0.1", reason: "DP3: CVE-2022-28948"},
	{module: "github.com/open-policy-agent/opa", floor: "1.4.0", reason: "DP3: CVE-2025-46569"},
}

// mustBe are modules of the list that axle uses today; the others are judged once they come.
var mustBe = []string{"modernc.org/sqlite", "github.com/zricethezav/gitleaks/v8", "github.com/ulikunitz/xz", "github.com/open-policy-agent/opa", "gopkg.in/yaml.v3"}

// PERF-2 DP1 DP2 DP3 DP4
func TestVersions(t *testing.T) {
	have := map[string]goModule{}
	for _, m := range goJSON[goModule](t, "list", "-m", "-json", "all") {
		if m.Replace != nil {
			t.Errorf("%s is replaced by %s: nothing is", m.Path, m.Replace.Path)
		}
		have[m.Path] = m
	}
	for _, name := range mustBe {
		if have[name].Version == "" {
			t.Errorf("%s is not in the graph: the list is not of this module", name)
		}
	}
	for _, v := range versions {
		m, ok := have[v.module]
		if wrong := off(m.Version, v.floor, v.exact); ok && wrong != "" {
			t.Errorf("%s %s %s (%s)", v.module, m.Version, wrong, v.reason)
		}
	}
}

// off says what is wrong with a version, "" for nothing.
func off(version, floor, exact string) string {
	v, err := semantic.NewVersion(version)
	switch {
	case err != nil:
		return "is no version"
	case exact != "" && !v.Equal(semantic.MustParse(exact)):
		return "is not " + exact
	case floor != "" && v.LessThan(semantic.MustParse(floor)):
		return "is below " + floor
	}
	return ""
}

func TestVersionsWouldNotice(t *testing.T) {
	for _, c := range []struct{ version, floor, exact, want string }{
		{"v1.60.0", "", "1.60.0", ""},
		{"v1.61.1", "", "1.60.0", "is not 1.60.0"},
		{"v5.19.1", "5.19.2", "", "is below 5.19.2"},
		{"v5.20.0", "5.19.2", "", ""},
		{"v0.0.0-20240620070341-3dff1577cd52", "0.1.0", "", "is below 0.1.0"},
		{"", "1.0.0", "", "is no version"},
	} {
		if got := off(c.version, c.floor, c.exact); got != c.want {
			t.Errorf("%q, floor %q, exact %q: %q, want %q", c.version, c.floor, c.exact, got, c.want)
		}
	}
}

// kinds are the licences that a linked module may have, by words that only their text has.
var kinds = []struct{ name, words string }{
	{"MIT", "permission is hereby granted, free of charge"},
	{"BSD", "redistribution and use in source and binary forms"},
	{"Apache-2.0", "apache license"},
	{"MPL-2.0", "mozilla public license"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software"},
	{"Unlicense", "this is free and unencumbered software"},
	{"CC0-1.0", "cc0 1.0 universal"},
}

// licence names the kind of a licence's text, "" where it is none of the allowed. The MPL names
// the GNU licences far down; one of them as a title is refused.
func licence(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	if title := text[:min(len(text), 200)]; strings.Contains(title, "gnu ") || strings.Contains(title, "general public") {
		return ""
	}
	for _, k := range kinds {
		if strings.Contains(text, k.words) {
			return k.name
		}
	}
	return ""
}

// Every linked module has a licence of an allowed kind, in its own files. PERF-4
func TestLicences(t *testing.T) {
	modules := map[string]goModule{}
	for _, p := range linkedIntoAxle(t) {
		if p.Module != nil {
			modules[p.Module.Path] = *p.Module
		}
	}
	for _, m := range modules {
		files := licenceFiles(t, m.Dir)
		if len(files) == 0 {
			t.Errorf("%s %s has no licence file", m.Path, m.Version)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if licence(string(text)) == "" {
				t.Errorf("%s %s: %s is of no kind that may be linked (MIT, BSD, Apache-2.0, MPL-2.0, ISC, Unlicense, CC0)", m.Path, m.Version, filepath.Base(name))
			}
		}
	}
}

// licenceFiles are a module's licence for its own code; what it says of others' has another suffix.
func licenceFiles(t *testing.T, dir string) (names []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := strings.ToLower(e.Name())
		for _, suffix := range []string{".txt", ".md", "-apache-2.0"} {
			name = strings.TrimSuffix(name, suffix)
		}
		if slices.Contains([]string{"license", "licence", "copying", "unlicense"}, name) {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	return names
}

func TestLicencesWouldNotice(t *testing.T) {
	for text, want := range map[string]string{
		"MIT License\n\nCopyright X\n\nPermission is hereby granted,\nfree of charge, to any person": "MIT",
		"Apache License\nVersion 2.0": "Apache-2.0",
		"GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3 ... Permission is hereby granted, free of charge":                 "",
		"                    GNU GENERAL PUBLIC LICENSE":                                                                "",
		"Mozilla Public License, version 2.0 ... any later versions of the GNU General Public License":                  "",
		"Mozilla Public License, version 2.0\n" + strings.Repeat("1. Definitions. ", 30) + "GNU General Public License": "MPL-2.0",
		"All rights reserved.": "",
	} {
		if got := licence(text); got != want {
			t.Errorf("%.40q is %q, want %q", text, got, want)
		}
	}
}

// families are modules that come with another, and stand in its row.
var families = map[string]string{
	"github.com/aws/aws-sdk-go-v2/": "github.com/aws/aws-sdk-go-v2",
	"github.com/aws/smithy-go":      "github.com/aws/aws-sdk-go-v2",
	"github.com/spf13/pflag":        "github.com/spf13/cobra",
}

// Each module that axle itself imports has its row: what for, licence, who keeps it.
func TestDependenciesAreDescribed(t *testing.T) {
	doc, err := os.ReadFile("../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	direct := 0
	for _, line := range strings.Split(string(mod), "\n") {
		path, _, ok := strings.Cut(strings.TrimSpace(line), " v")
		if !ok || strings.HasSuffix(line, "// indirect") {
			continue
		}
		direct++
		for part, of := range families {
			if strings.HasPrefix(path, part) {
				path = of
			}
		}
		if !strings.Contains(string(doc), "| "+path+" ") && !strings.Contains(string(doc), ", "+path+" ") {
			t.Errorf("%s has no row in docs/dependencies.md", path)
		}
	}
	if direct < 10 {
		t.Errorf("go.mod names %d direct modules: it was not read", direct)
	}
}
