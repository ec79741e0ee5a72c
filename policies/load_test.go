package policies

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/axle-cd/axle/document"
)

// bundle is a tree of files, all below rules/.
func bundle(files map[string]string) Bundle {
	tree := fstest.MapFS{}
	for name, text := range files {
		tree["rules/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Bundle{FS: tree, Dir: "rules/"}
}

const fine = `package cloudformation.fine
deny contains "never" if false
`

// What a repository's policies may not be. Each is refused before a template is judged.
func TestPoliciesThatDoNotLoad(t *testing.T) {
	for _, c := range []struct{ id, text, want string }{
		{"B101 FC05", "package a\n\ndeny[msg] {\n\tmsg := \"x\"\n}\n", `rules/x.rego:3:1: error AXLE1401: Rego v0 at line 3; run opa fmt --v0-v1`},
		{"B102", "package a\n\ndeny contains if {\n", `rules/x.rego:3:15: error AXLE1402: `},
		{"B102", "# nothing\n", `rules/x.rego:1:1: error AXLE1402: `},
		{"B103", "package org.deny\ndeny contains 1 if true\n", `rules/x.rego:1:1: error AXLE1403: policy package org.* is reserved`},
		{"B103", "package axle.rules.s3_kms\nwarn contains 1 if true\n", `AXLE1403: policy package axle.* is reserved`},
		{"B104", "package a\ndeny contains \"x\" if http.send({\"method\": \"GET\", \"url\": \"http://x\"})\n", `rules/x.rego:2:22: error AXLE1404: builtin http.send is not allowed in policies`},
		{"B105", "package a\ndeny contains \"x\" if time.now_ns() > 1\n", `AXLE1404: builtin time.now_ns is not allowed in policies`},
		{"B105", "package a\ndeny contains \"x\" if opa.runtime().env.HOME\n", `AXLE1404: builtin opa.runtime is not allowed in policies`},
		{"B105", "package a\ndeny contains \"x\" if rand.intn(\"x\", 2) == 1\n", `AXLE1404: builtin rand.intn is not allowed in policies`},
		{"FC01", "package a\ndeny contains \"x\" if uuid.rfc4122(\"x\") == \"\"\n", `AXLE1404: builtin uuid.rfc4122 is not allowed in policies`},
		{"FC01", "package a\ndeny contains \"x\" if net.lookup_ip_addr(\"x\")\n", `AXLE1404: builtin net.lookup_ip_addr is not allowed in policies`},
		{"FC01", "package a\ndeny contains io.jwt.encode_sign({}, {}, {}) if true\n", `AXLE1404: builtin io.jwt.encode_sign is not allowed in policies`},
		{"B106", "package a\ndenny contains \"x\" if true\n", `did you mean "deny"?`},
		{"B106", "package a\nrule contains \"x\" if true\n", `rules/x.rego:1:1: error AXLE1405: package has no deny/violation/warn rule`},
		{"FC03", "package a\ndeny contains \"x\" if false\nviolatoin contains \"x\" if true\n", `rules/x.rego:3:1: error AXLE1405: nothing asks for rule violatoin; did you mean "violation"?`},
		{"FC03", "package a\ndeny := \"x\" if input.a\n", `rules/x.rego:2:1: error AXLE1409: deny must be a set`},
		{"FC03", "package a\ndeny[msg] if msg := \"x\"\n", `rules/x.rego:2:1: error AXLE1409: deny must be a set`},
		{"B107", "package a\ndeny contains \"x\" if p\np if q\nq if p\n", `AXLE1406: rule a.p is recursive: a.p -> a.q -> a.p`},
		{"strict", "package a\ndeny contains \"x\" if y := 1\n", `AXLE1407: `},
		{"strict", "package a\nimport data.b\ndeny contains \"x\" if true\n", `AXLE1407: `},
		{"PERF-19", "package a\ndeny contains \"x\" if not startswith(input.a.b, \"x\")\n", `rules/x.rego:2:22: error AXLE1412: this not never holds where input.a.b is missing`},
		{"PERF-19", "package a\ndeny contains \"x\" if {\n\tsome r in input.Resources\n\tnot f(count(r.Properties.Tags))\n}\nf(x) if x > 1\n", `rules/x.rego:4:2: error AXLE1412: this not never holds where r.Properties.Tags is missing`},
	} {
		t.Run(c.id+" "+c.want, func(t *testing.T) {
			_, err := New(context.Background(), bundle(map[string]string{"x.rego": c.text}))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

// PERF-19: which negations say nothing where a path is missing, as Rego itself shows: those are
// refused, and no others.
func TestNegationsThatNeverHold(t *testing.T) {
	for _, body := range []string{
		`not input.a.b`, `not input.a.b == "x"`, `not input.a.b != "x"`, `not input.a.b > 1`, `not input.a.b in ["x"]`,
		`not "x" in input.a.b`, `not startswith(input.a.b, "x")`, `not count(input.a.b) > 1`, `not f(input.a.b)`,
		`not input.c[input.a.b]`, `not input.c == [input.a.b]`, `not count([x | some x in input.a.b]) == 1`,
		`not f(object.get(input, ["a", "b"], 2))`, `not f(object.get(input.a, "b", 2))`, `not f(abs(input.a.b))`,
	} {
		m, ds := parse("x.rego", []byte("package a\ndeny contains \"x\" if "+body+"\nf(x) if x == 1\n"))
		if ds != nil {
			t.Fatal(body, ds)
		}
		p, err := compile([]module{m})
		if err != nil {
			t.Fatal(body, err)
		}
		if p, err = p.asking([]Rule{{entries: []entry{{name: "deny", ref: ast.MustParseRef("data.a.deny")}}}}); err != nil {
			t.Fatal(body, err)
		}
		result, err := p.run(context.Background(), ast.NewObject(), nil)
		if err != nil {
			t.Fatal(body, err)
		}
		silent := value(result, 0).Compare(ast.NewSet()) == 0
		if refused := len(lintNot(m)) > 0; refused != silent {
			t.Errorf("%s: refused %v, silent where the path is missing %v", body, refused, silent)
		}
	}
}

// Which paths below input no template has: a rule that reads one never speaks. Those that the normal
// form may have are read, and where a name is not said, nothing is guessed.
func TestInputPathsThatNoTemplateHas(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{`input.resources`, `rules/x.rego:2:23: error AXLE1416: no template has input.resources`},
		{`some r in input.Resource`, `no template has input.Resource`},
		{`input.Resources.A.type == "x"`, `no template has input.Resources.A.type`},
		{`input.Resources[_].properties.Tags`, `no template has input.Resources[_].properties.Tags`},
		{`object.get(input, "Paramters", {}) == {}`, `no template has input.Paramters`},
		{`object.get(input, ["Resources", "A", "Propertys"], {}) == {}`, `no template has input.Resources.A.Propertys`},
		{`input.resource_changes`, `no template has input.resource_changes`},
		{`input.Resources.A.Properties.whatever`, ""},
		{`input.Parameters.whatever.x; input.Conditions.C; input.Outputs.O.whatever; input.Metadata.m`, ""},
		{`object.get(input, ["Resources", "A", "DeletionPolicy"], "") == ""`, ""},
		{`some k; input[k]; input.Resources[k][_]`, ""},
		{`input.Mappings; input.Transform; input.Rules; input.Description; input.AWSTemplateFormatVersion`, ""},
	} {
		_, err := New(context.Background(), bundle(map[string]string{"x.rego": "package a\ndeny contains \"x\" if {" + c.body + "}\n"}))
		if got := fmt.Sprint(err); c.want == "" && err != nil || !strings.Contains(got, c.want) {
			t.Errorf("%s: %v, want %q", c.body, err, c.want)
		}
	}
}

// What is wrong with a folder rather than a file.
func TestBundlesThatDoNotLoad(t *testing.T) {
	big := strings.Repeat("#", maxFile+1)
	id := "# METADATA\n# title: t\n# custom:\n#   id: X-1\n"
	for _, c := range []struct {
		id, want string
		files    map[string]string
	}{
		{"B114", "data.json is 1 MB (over the limit) and is not read", map[string]string{"data.json": big, "a.rego": fine}},
		{"data", "AXLE1411: rules/sub/data.yaml is not read", map[string]string{"sub/data.yaml": "a: 1", "a.rego": fine}},
		{"size", "AXLE1400: rules/a.rego is over the limit", map[string]string{"a.rego": big}},
		{"empty", "error AXLE1400: no *.rego file in rules", map[string]string{"README.md": "none"}},
		{"B117", "AXLE1408: policy id X-1 in rules/a.rego and rules/b.rego", map[string]string{
			"a.rego": id + fine, "b.rego": id + "package cloudformation.other\nwarn contains \"x\" if false\n",
		}},
	} {
		t.Run(c.id, func(t *testing.T) {
			_, err := New(context.Background(), bundle(c.files))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		_, err := New(context.Background(), Bundle{FS: fstest.MapFS{}, Dir: "rules/"})
		if document.CodeOf(err) != "AXLE1400" || !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	})
	t.Run("link", func(t *testing.T) {
		tree := fstest.MapFS{"rules/a.rego": &fstest.MapFile{Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink}}
		if _, err := New(context.Background(), Bundle{FS: tree, Dir: "rules"}); document.CodeOf(err) != "AXLE1400" {
			t.Error(err)
		}
	})
}

// All that is wrong comes at once, in order of place.
func TestAllFaultsAtOnce(t *testing.T) {
	_, err := New(context.Background(), bundle(map[string]string{
		"b.rego": "package org.x\ndeny contains \"x\" if true\n",
		"a.rego": "package a\ndeny := 1\nwarn := 2\n",
	}))
	var ds document.Diagnostics
	if !errors.As(err, &ds) || len(ds) != 4 || ds[0].Line != 1 || ds[1].Line != 2 || ds[2].Line != 3 || ds[3].Code != "AXLE1403" {
		t.Errorf("%v", err)
	}
}

// What a repository's policies may be: sets called deny, violation or warn, with a suffix or
// none, helpers, shared functions below lib, and tests beside them.
func TestPoliciesThatLoad(t *testing.T) {
	files := map[string]string{
		"a.rego":      fine,
		"a_test.rego": "package cloudformation.fine_test\nimport data.cloudformation.fine\ntest_quiet if count(fine.deny) == 0\n",
		"suffix.rego": "package team.suffix\ndeny_open contains {\"msg\": \"x\"} if false\nwarn_old contains \"x\" if names[\"x\"]\nnames contains \"y\" if true\n",
		"lib.rego":    "package lib.text\nshort(x) if count(x) < 3\n",
		"plan.rego":   "package terraform.plan\ndeny contains \"x\" if input.Resources[_].Mode == \"x\"\n",
		"not.rego":    "package cloudformation.safe\nimport data.lib.text\ndeny contains \"x\" if not text.short(object.get(input, [\"Description\"], \"\"))\n",
		"deep/b.rego": "package cloudformation.deep\nimport data.axle.lib\nviolation contains \"x\" if lib.unknown(input)\n",
	}
	r := rules(t, bundle(files), bundle(files)) // a folder named twice counts once
	own := map[string]int{}
	for _, rule := range r.own {
		own[rule.ID] = len(rule.entries)
	}
	want := map[string]int{"cloudformation.fine": 1, "team.suffix": 2, "cloudformation.safe": 1, "cloudformation.deep": 1, "terraform.plan": 1}
	if !maps.Equal(own, want) {
		t.Errorf("asked %v, want %v", own, want)
	}
}

// spoken makes the policy fine find something.
const spoken = "package cloudformation.fine_test\nimport data.cloudformation.fine\ntest_loud if count(fine.deny) == 1 with input as {\"Resources\": {\"B\": {\"Type\": \"AWS::S3::Bucket\"}}}\n"

// B116: a policy without a test is named; one with a failing test is too.
func TestPoliciesAreTested(t *testing.T) {
	for _, c := range []struct{ id, test, want string }{
		{"none", "", "policy cloudformation.fine has no test"},
		{"passes", spoken, ""},
		{"never speaks", "package cloudformation.fine_test\nimport data.cloudformation.fine\ntest_quiet if count(fine.deny) == 0\n", "policy cloudformation.fine has no test in which deny finds something"},
		{"is not asked", "package cloudformation.fine_test\ntest_constant if true\n", "has no test in which deny finds something"},
		{"is replaced", "package cloudformation.fine_test\ntest_mock if data.cloudformation.fine.deny == {\"x\"} with data.cloudformation.fine.deny as {\"x\"}\n", "has no test in which deny finds something"},
		{"is replaced elsewhere", spoken + "test_mock if count(fine.deny) == 1 with data.cloudformation.fine.deny as {\"x\"}\n", "a test replaces data.cloudformation.fine.deny, which it is to test"},
		{"fails", "package cloudformation.fine_test\nimport data.cloudformation.fine\ntest_loud if count(fine.deny) == 1\n", "does not hold"},
	} {
		t.Run(c.id, func(t *testing.T) {
			files := map[string]string{"a.rego": strings.Replace(fine, "if false", "if input.Resources.B", 1)}
			if c.test != "" {
				files["a_test.rego"] = c.test
			}
			results, err := rules(t, bundle(files)).TestBundles(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, f := range Findings(results) {
				got += f.Summary
			}
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// A text of any kind is refused with a code and a place, or read; it never crashes.
func FuzzParse(f *testing.F) {
	f.Add(fine)
	f.Add("package a\ndeny[msg] {\n\tmsg := \"x\"\n}\n")
	f.Add("package a\ndeny contains msg if { some i; msg := input.Resources[i]; not f(input.x[i], [data.y, g(i.z)]) }")
	f.Add("# METADATA\n# custom: [}\npackage a.b[\"c\"]\nimport rego.v1\ndefault deny := 1")
	f.Fuzz(func(t *testing.T, text string) {
		m, ds := parse("x.rego", []byte(text))
		if m.Module != nil {
			_, more := rulesOf([]module{m})
			ds = append(ds, append(more, reserved([]module{m}, "org")...)...)
		} else if len(ds) == 0 {
			t.Fatal("neither read nor refused")
		}
		for _, d := range ds {
			if d.Code == "" || d.File != "x.rego" || d.Line < 1 || d.Col < 1 {
				t.Errorf("%+v", d)
			}
		}
	})
}

// The example of README.md is a policy, and finds what it says.
func TestReadmeExample(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(readme), "```rego\n")
	text, _, _ = strings.Cut(text, "```")
	r := rules(t, bundle(map[string]string{"names.rego": text}))
	report, err := r.Judge(context.Background(), parsed(t, "Resources:\n  Q: { Type: \"AWS::SQS::Queue\" }\n"), here)
	if err != nil || len(report.Findings) != 1 || report.Findings[0].Rule != "ACME-1" || report.Findings[0].Hint == "" {
		t.Errorf("%+v, %v", report, err)
	}
}
