package cfn

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/axle-cd/axle/document"
)

// through puts a template through everything that takes one; what may go wrong is a fault with a place.
func through(t *testing.T, file string, data []byte) {
	tm, ds := Parse(file, data)
	if tm == nil {
		if ds.Err() == nil {
			t.Fatal("no template, and nothing wrong with it")
		}
		return
	}
	for _, d := range tm.Check() {
		if d.Line < 1 || d.Col < 1 || !strings.HasPrefix(d.Code, "AXLE22") {
			t.Fatalf("a fault without place or code: %+v", d)
		}
	}
	order, err := tm.Order()
	if err == nil && len(order) != len(tm.Resources) {
		t.Fatalf("%d of %d resources in order", len(order), len(tm.Resources))
	}
	if err != nil && document.CodeOf(err) != CodeCycle {
		t.Fatalf("order: %v", err)
	}
	values, _ := tm.Values(nil)
	form, err := tm.Normal(Env{Params: values, Region: "eu-west-1"})
	if err != nil {
		if !strings.HasPrefix(document.CodeOf(err), "AXLE22") {
			t.Fatalf("normal: %v", err)
		}
		return
	}
	if _, err := json.Marshal(form); err != nil && !strings.Contains(err.Error(), "unsupported value") {
		t.Fatalf("the normal form is no JSON: %v", err)
	}
}

func FuzzTemplate(f *testing.F) {
	for _, name := range []string{"encrypted-bucket", "queue-with-dlq", "vpc-three-tier"} {
		f.Add(sample(f, name))
	}
	for _, seed := range []string{bucket, with("V: !Cidr [10.0.0.0/16, 3, 8]"), with("V: !Sub ['${X}${B.Arn}${!P}${', {X: !Ref L}]"),
		"Conditions: {A: !Not [!Condition A]}\nResources: {A: {Type: T, DependsOn: A}}", "Resources: {A: }", "{}", "PK\x03\x04",
		"Resources: {A: {Type: 'Fn::If', Properties: {'Fn::If': [a, {Ref: b}]}}}", "Resources: {'Fn::ForEach::A': [x]}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { through(t, "t.yaml", data) })
}

// Where Go's expressions and the backtracking can both read a pattern, they agree.
func FuzzPattern(f *testing.F) {
	for _, seed := range [][2]string{{`^(?=.*[A-Z])(?!x)[A-Za-z]+$`, "Abc"}, {`(?=(`, ""}, {`(a|b){2,3}c*?`, "abc"}, {`[^]a]+|\d`, "b"}, {`(a*)*`, "aa"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, value string) {
		match, err := compilePattern(pattern)
		if err != nil || len(value) > 50 {
			return
		}
		plain, _ := match(value)
		if strings.ContainsAny(pattern, "\\[^$") || strings.Contains(pattern, "(?") || !utf8.ValidString(value) {
			return // Go's meaning of these is its own
		}
		looking, err := compilePattern("(?=)(?:" + pattern + ")")
		if err != nil {
			return
		}
		if got, err := looking(value); err == nil && got != plain {
			t.Errorf("%q on %q: %v by backtracking, %v by Go", pattern, value, got, plain)
		}
	})
}

// foreignCodes are what templates of other makers may be refused for: macros, and their own tags and types.
var foreignCodes = []string{CodeTransform, CodeMacro, CodeUnreadable, CodeShape, CodeNoValue, CodeType, CodePattern}

// Public templates are read without a fault, but for what needs a macro or somebody's tool.
func TestPublicTemplates(t *testing.T) {
	root := os.Getenv("AXLE_CFN_TEMPLATES")
	if root == "" {
		t.Skip("AXLE_CFN_TEMPLATES names no folder of templates")
	}
	read, faults := 0, 0
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".json", ".template"}, filepath.Ext(file)) {
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(data), "AWSTemplateFormatVersion") {
			return err
		}
		read++
		through(t, file, data)
		tm, ds := Parse(file, data)
		if tm != nil {
			ds = append(ds, tm.Check()...)
		}
		for _, d := range ds {
			if !slices.Contains(foreignCodes, d.Code) {
				faults++
				t.Logf("%s", d)
			}
		}
		return nil
	})
	t.Logf("%d templates, %d faults", read, faults)
	if err != nil || read == 0 || faults > read/20 {
		t.Errorf("%d faults in %d templates: more than one in twenty; %v", faults, read, err)
	}
}
