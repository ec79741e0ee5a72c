package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// told is what the command line says, as JSON: a line for each finding, by file.
type told map[string][]string

func (t told) add(file string, line, col int, severity, name, summary string) {
	said := fmt.Sprintf("%d:%d %s %s %s", line, col, severity, name, summary)
	if !slices.Contains(t[file], said) {
		t[file] = append(t[file], said)
	}
}

type foundDoc struct {
	File, Severity, Code, Summary, Rule string
	Line, Col                           int
}

// hear runs axle and reads what it finds.
func (t told) hear(tb testing.TB, args ...string) {
	tb.Helper()
	report := filepath.Join(tb.TempDir(), "report.json")
	out := command(tb, slices.Concat(args, []string{"--report", "json=" + report}))
	if text, err := os.ReadFile(report); err == nil {
		out = text
	}
	var doc struct{ Findings, Diagnostics []foundDoc }
	if err := json.Unmarshal(out, &doc); err != nil {
		tb.Fatalf("axle %q: %v\n%s", args, err, out)
	}
	for _, f := range append(doc.Findings, doc.Diagnostics...) {
		if name := f.Rule; name != "" {
			t.add(f.File, f.Line, f.Col, f.Severity, name, f.Summary)
		} else {
			t.add(f.File, f.Line, f.Col, f.Severity, f.Code, f.Summary)
		}
	}
}

func command(tb testing.TB, args []string) []byte {
	var out, talk bytes.Buffer
	run(tb.Context(), args, streams{strings.NewReader(""), &out, &talk}, os.LookupEnv)
	return out.Bytes()
}

// sees is what the editor is told of a file below the working directory.
func (e *editor) sees(tb testing.TB, file string) []string {
	tb.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	return e.seesText(tb, file, string(data))
}

func (e *editor) seesText(tb testing.TB, file, text string) []string {
	tb.Helper()
	wd, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	uri := "file://" + filepath.ToSlash(filepath.Join(wd, file))
	return e.seesAll(tb, uri, map[string][]byte{uri: []byte(text)})
}

func (e *editor) seesAll(tb testing.TB, uri string, open map[string][]byte) []string {
	tb.Helper()
	found, err := e.judge(tb.Context(), uri, open)
	if err != nil {
		tb.Fatal(err)
	}
	all := told{}
	for _, d := range found {
		name := d.Rule
		if name == "" {
			name = d.Code
		}
		all.add("", d.Line, d.Col, string(d.Severity), name, d.Summary)
	}
	return all[""]
}

func newEditor(tb testing.TB) *editor {
	return &editor{app: &app{ctx: tb.Context(), env: os.LookupEnv}}
}

// alike compares without order: editors sort by place.
func alike(t *testing.T, file string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: the editor is told\n  %s\nthe command line says\n  %s", file, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// F5: of every wrong and every right product.yaml that the loaders are tested with, an editor is told
// what axle check and axle secrets scan say.
func TestEditorSeesWhatCheckFinds(t *testing.T) {
	texts := map[string]string{}
	for _, name := range glob(t, "../../products/testdata/bad/*.txt") {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(a.Files[0].Data)
	}
	for _, name := range glob(t, "../../products/testdata/good/*.yaml") {
		texts[name] = readText(t, name)
	}
	t.Chdir(t.TempDir())
	e := newEditor(t)
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		writeText(t, "product.yaml", texts[name])
		want := told{}
		want.hear(t, "check", "product.yaml", "-o", "json")
		want.hear(t, "secrets", "scan", "product.yaml", "-o", "json")
		got := e.sees(t, "product.yaml")
		alike(t, name, got, want["product.yaml"])
		if strings.Contains(name, "/bad/") && len(got) == 0 {
			t.Errorf("%s: nothing is found", name)
		}
	}
}

// F5: of every fourth template that breaks a starter rule, what axle policy test says.
func TestEditorSeesWhatPoliciesFind(t *testing.T) {
	texts := map[string]string{"unclosed.yaml": "Resources: {", "other.yaml": "Resources: []\n", "plain.yaml": "a: 1\n"}
	for i, name := range glob(t, "../../policies/starter/*.fail.yaml") {
		if i%4 == 0 {
			texts[filepath.Base(name)] = readText(t, name)
		}
	}
	t.Chdir(t.TempDir())
	for name, text := range texts {
		writeText(t, name, text)
	}
	want, e := told{}, newEditor(t)
	want.hear(t, "policy", "test", "-o", "json")
	want.hear(t, "secrets", "scan", ".", "-o", "json")
	for name := range texts {
		alike(t, name, e.sees(t, name), want[name])
	}
	if len(want) < 20 || len(want["plain.yaml"]) > 0 {
		t.Errorf("findings in %d files", len(want))
	}
}

// F5, F6: of every file of the sample products, as they are and with faults, what axle check, policy
// test, secrets scan and a run's alpha say.
func TestEditorSeesWhatARunFinds(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"products/encrypted-bucket", "products/queue-with-dlq", "products/vpc-three-tier"} {
		if err := os.CopyFS(filepath.Join(root, name), os.DirFS("../../"+name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"pipeline.yaml", "catalog.yaml"} {
		writeText(t, filepath.Join(root, name), readText(t, "../../"+name))
	}
	t.Chdir(root)
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	repository(t)
	compare(t)

	edit(t, "products/encrypted-bucket/product.yaml", "\nparameters:", "\nparameters:\n  Nowhere: { label: x }")
	edit(t, "products/vpc-three-tier/template.yaml", "\nResources:\n", "\nResources:\n  Gate: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: !Ref Nothing } }\n")
	edit(t, "products/queue-with-dlq/tests/queue_test.rego", "\ntest_", "\ntest_fails if 1 == 2\n\ntest_")
	edit(t, "products/queue-with-dlq/tests/queue.feature", "Then ", "Then nobody knows\n    And ")
	writeText(t, "products/queue-with-dlq/notes.md", "key: AKIA"+"Z7VXQ3KMN2PLW5RT\n")
	repository(t)
	if found := compare(t); found < 5 {
		t.Errorf("findings in %d files", found)
	}
}

func edit(t *testing.T, name, old, with string) {
	t.Helper()
	text := readText(t, name)
	if !strings.Contains(text, old) {
		t.Fatalf("%s has no %q", name, old)
	}
	writeText(t, name, strings.Replace(text, old, with, 1))
}

func repository(t *testing.T) {
	t.Helper()
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A", "."}, {"-c", "user.name=d", "-c", "user.email=dev@example.com", "commit", "-q", "-m", "x"}} {
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
}

// compare holds what the editor is told of each file against all commands, and counts the files in which anything is found.
func compare(t *testing.T) (files int) {
	t.Helper()
	want, run, editor := told{}, told{}, newEditor(t)
	want.hear(t, "check", "-o", "json")
	want.hear(t, "policy", "test", "-o", "json")
	want.hear(t, "secrets", "scan", "pipeline.yaml", "catalog.yaml", "products", "-o", "json")
	run.hear(t, "run", "--to", "alpha", "-o", "json")
	for file, all := range run {
		for _, said := range all {
			if !slices.Contains(want[file], said) && !strings.Contains(said, ", in commit ") { // a scan of paths does not say where from
				want[file] = append(want[file], said)
			}
		}
	}
	err := filepath.WalkDir(".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && (e.Name() == ".git" || e.Name() == ".axle") {
			return orSkipDir(err)
		}
		if !e.IsDir() {
			// What is wrong elsewhere, and keeps a file from being judged, stands in it too.
			got := slices.DeleteFunc(editor.sees(t, name), func(said string) bool { return strings.Contains(said, " not judged: products/") })
			alike(t, name, got, want[name])
		}
		if len(want[name]) > 0 {
			files++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) < 2 {
		t.Fatalf("%s: %q %v", pattern, names, err)
	}
	return names
}

func readText(tb testing.TB, name string) string {
	tb.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

func writeText(tb testing.TB, name, text string) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}
