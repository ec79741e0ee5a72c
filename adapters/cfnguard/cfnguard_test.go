package cfnguard

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

const failed = `[{"name":"template.yaml","metadata":{},"status":"FAIL","not_compliant":[{"Rule":{"name":"encrypted","metadata":{},
"messages":{"custom_message":null,"error_message":null},"checks":[
{"Clause":{"Unary":{"check":{"UnResolved":{"value":{"traversed_to":{"path":"/Resources/Queue/Properties","value":{"A":"hunter2"}}}}},
 "context":" %q[*].Properties.KmsMasterKeyId EXISTS  ","messages":{"custom_message":"queue must have a key",
 "error_message":"Check was not compliant as property [KmsMasterKeyId] is missing. Value traversed to [Path=/Resources/Queue/Properties[L:4,C:6] Value={\"A\":\"hunter2\"}]."}}}},
{"Disjunctions":{"checks":[{"Clause":{"Binary":{"context":"A EQUALS 1","messages":{"custom_message":"","error_message":"x [Path=/Resources/Queue/Type[L:2,C:10] Value=1]"}}}}]}}
]}}],"not_applicable":["nothing"],"compliant":["named"]}]`

const passed = `[{"name":"t","status":"PASS","not_compliant":[],"not_applicable":[],"compliant":["named"]}]`

// F7b: exit code, JSON and complaints must agree, or nothing was judged.
func TestRead(t *testing.T) {
	for _, c := range []struct {
		name     string
		code     int
		out      string
		said     string
		findings int
		errCode  string
	}{
		{"passed", 0, passed, "", 0, ""},
		{"no rule is about it", 0, `[{"status":"SKIP","not_compliant":[],"not_applicable":["a"],"compliant":[]}]`, "", 0, ""},
		{"failed", 19, failed, "", 2, ""},
		{"a rule without clauses still fails", 19, `[{"status":"FAIL","not_compliant":[{"Rule":{"name":"x"}}]}]`, "", 1, ""},
		{"another shape still fails", 19, `[{"status":"FAIL","not_compliant":["?"]}]`, "", 1, ""},
		{"bad rules", 5, passed, "Parsing error handling rule file = a.guard", 0, CodeRules},
		{"bad rules beside others that fail end with 19", 19, failed, "Parsing error handling rule file = a.guard", 0, CodeRules},
		{"files without rules end with 0", 0, `[{"status":"SKIP","not_compliant":[],"not_applicable":[],"compliant":[]}]`, "", 0, codeUnderstood},
		{"0, but it says FAIL", 0, failed, "", 0, codeUnderstood},
		{"19, but it says PASS", 19, passed, "", 0, codeUnderstood},
		{"0, and nothing", 0, "", "", 0, codeUnderstood},
		{"0, and no file", 0, "[]", "", 0, codeUnderstood},
		{"cut off", 19, failed[:200], "", 0, codeUnderstood},
		{"the template cannot be read", 255, "", "Error encountered while parsing data file: x", 0, codeTemplate},
		{"anything else", 101, "", "thread main", 0, CodeFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Guard{Version: "cfn-guard 3.1.1"}.read("t.yaml", c.code, []byte(c.out), c.said)
			if document.CodeOf(err) != c.errCode || len(r.Findings) != c.findings || (err == nil) != (r.Engine != "") {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

// A finding has its place, its rule's sentence, and no value of the template.
func TestFindings(t *testing.T) {
	r, err := Guard{Version: "v"}.read("t.yaml", 19, []byte(failed), "")
	if err != nil {
		t.Fatal(err)
	}
	f := r.Findings[1]
	if f.String() != "t.yaml:5:7: error AXLE2490: queue must have a key (at Resources.Queue.Properties)" || f.Rule != "encrypted" || f.Resource != "Queue" {
		t.Errorf("%s %+v", f, f)
	}
	if r.Findings[0].Summary != "rule encrypted is not met" || r.Findings[0].Fingerprint == f.Fingerprint {
		t.Errorf("%+v", r.Findings[0])
	}
	for _, f := range r.Findings {
		if strings.Contains(f.Summary+f.Hint+f.Path, "hunter2") {
			t.Errorf("a value is shown: %+v", f)
		}
	}
}

// stand puts a program called cfn-guard on PATH, and nothing else of that name.
func stand(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if script != "" {
		if err := os.WriteFile(filepath.Join(dir, "cfn-guard"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
}

const version = `[ "$1" = --version ] && { echo cfn-guard 3.1.1; exit 0; }` + "\n"

// F7b: absent is said; what runs is told its files by argument arrays, and sees no name of ours.
func TestJudge(t *testing.T) {
	for _, c := range []struct{ name, script, code string }{
		{"absent", "", CodeAbsent},
		{"no cfn-guard", "echo something else", CodeFailed},
		{"passes", version + "echo '" + passed + "'", ""},
		{"sees template and rules, in this order", version + `[ "$*" = "validate --structured -o json --show-summary none --data template.yaml --rules rules0.guard" ] && grep -q T template.yaml && grep -q R rules0.guard && echo '` + passed + "'", ""},
		{"bad rules by their own name", version + "echo 'Error handling rule file = rules0.guard' >&2; exit 5", CodeRules},
		{"killed", version + "kill -9 $$", CodeFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			stand(t, c.script)
			ctx := context.Background()
			g, err := Find(ctx)
			if err == nil {
				_, err = g.Judge(ctx, File{"t.yaml", []byte("T")}, File{"guard/a $(x).guard", []byte("R")})
			}
			if document.CodeOf(err) != c.code || c.code == CodeRules && !strings.Contains(err.Error(), "guard/a $(x).guard") {
				t.Errorf("%v, want %q", err, c.code)
			}
		})
	}
	if _, err := (Guard{}).Judge(context.Background(), File{}); document.CodeOf(err) != CodeRules {
		t.Errorf("without rules: %v", err)
	}
}

// A cfn-guard that does not end is stopped with the context.
func TestJudgeStops(t *testing.T) {
	stand(t, version+"exec sleep 60")
	ctx, cancel := context.WithCancel(context.Background())
	g, err := Find(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := g.Judge(ctx, File{"t", nil}, File{"r", nil}); document.CodeOf(err) != CodeFailed {
		t.Errorf("%v", err)
	}
}

// The real cfn-guard, where there is one.
func TestReal(t *testing.T) {
	ctx := context.Background()
	g, err := Find(ctx)
	if err != nil {
		t.Skip("there is no cfn-guard on PATH: " + err.Error())
	}
	template := File{"t.yaml", []byte("Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      VisibilityTimeout: 3\n")}
	rule := func(text string) File { return File{"r.guard", []byte(text)} }
	for _, c := range []struct{ name, rules, code, says string }{
		{"met", "rule a { Resources.*.Properties.VisibilityTimeout exists }", "", ""},
		{"not met", "rule a { Resources.*.Properties.VisibilityTimeout > 30 <<too short>> }", "", "t.yaml:5:26: error AXLE2490: too short (at Resources.Queue.Properties.VisibilityTimeout)"},
		{"bad rules", "rule a {", CodeRules, ""},
		{"no rules", "", CodeRules, ""},
	} {
		r, err := g.Judge(ctx, template, rule(c.rules))
		if got := document.CodeOf(err); got != c.code && !(c.name == "no rules" && got == codeUnderstood) {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
		if c.says != "" && (len(r.Findings) != 1 || r.Findings[0].String() != c.says) {
			t.Errorf("%s: %v", c.name, r.Findings)
		}
	}
	if _, err := g.Judge(ctx, File{"t.yaml", []byte("x: [")}, rule("rule a { x exists }")); err == nil {
		t.Error("a broken template passes")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(0, []byte(passed))
	f.Add(19, []byte(failed))
	f.Add(19, []byte(`[{"status":"FAIL","not_compliant":[{"Rule":{"checks":[{"context":1,"messages":[]}]}}]}]`))
	f.Fuzz(func(t *testing.T, code int, out []byte) {
		r, err := Guard{Version: "v"}.read("t.yaml", code, out, "")
		if err == nil && (code == 19) != (len(r.Findings) > 0) {
			t.Fatalf("%d with %d findings", code, len(r.Findings))
		}
		for _, f := range r.Findings {
			if f.Line < 1 || f.Summary == "" {
				t.Fatalf("%+v", f)
			}
		}
	})
}
