package policies

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

var today = time.Date(2026, 11, 21, 23, 0, 0, 0, time.UTC)

func judged(t *testing.T) Report {
	t.Helper()
	report, err := rules(t).Judge(context.Background(), parsed(t, openBucket), cfn.Env{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func exceptions(t *testing.T, items string) []Exception {
	t.Helper()
	list, ds := LoadExceptions(".axle-exceptions.yaml", []byte("schema: 1\nexceptions:\n"+items))
	if ds.Err() != nil {
		t.Fatal(ds)
	}
	return list
}

// B118, F7, CLI-12: which exceptions let the open bucket's one error pass, and what is said of those
// that do not. What is excepted is counted apart, and nothing else changes.
func TestExceptions(t *testing.T) {
	const whole = `{ rule: AXLE-S3-1, resource: Data, reason: old site, owner: ann@example.com, expires: 2026-11-21 }`
	for _, c := range []struct {
		id, item string
		errors   int // of the report afterwards; 1 before
		excepted int
		want     string // what is said of the exception
	}{
		{"holds on its last day", whole, 0, 1, ""},
		{"template", strings.Replace(whole, "resource", "template: template.yaml, resource", 1), 0, 1, ""},
		{"path", strings.Replace(whole, "reason", "path: Properties.PublicAccessBlockConfiguration, reason", 1), 0, 1, ""},
		{"another path", strings.Replace(whole, "reason", "path: Properties.PublicAccess, reason", 1), 1, 0, ""},
		{"another resource", strings.Replace(whole, "Data", "Other", 1), 1, 0, ""},
		{"path alone is not a resource's", strings.Replace(whole, "resource: Data", "path: Resources.Data", 1), 1, 0, ""},
		{"another template", strings.Replace(whole, "resource", "template: other.yaml, resource", 1), 1, 0, ""},
		{"another rule", strings.Replace(whole, "S3-1", "S3-2", 1), 1, 0, ""},
		{"expired", strings.Replace(whole, "11-21", "11-20", 1), 2, 0, "AXLE2423: waiver expired on 2026-11-20"},
		{"no reason", strings.Replace(whole, "old site", `" "`, 1), 2, 0, "AXLE2424: waiver of AXLE-S3-1 has no reason"},
		{"no owner", strings.Replace(whole, "owner: ann@example.com, ", "", 1), 2, 0, "AXLE2424: waiver of AXLE-S3-1 has no owner"},
		{"no expiry", strings.Replace(whole, ", expires: 2026-11-21", "", 1), 2, 0, "AXLE2424: waiver of AXLE-S3-1 has no expiry"},
		{"no place", strings.Replace(whole, "resource: Data, ", "", 1), 2, 0, "AXLE2424: waiver of AXLE-S3-1 has no resource or path"},
		{"no such rule", strings.Replace(whole, "AXLE-S3-1", "AXLE-S3-99", 1), 2, 0, "AXLE2425: rule AXLE-S3-99 does not exist"},
		{"every rule", strings.Replace(whole, "AXLE-S3-1", `"*"`, 1), 2, 0, "AXLE2425: rule * does not exist"},
	} {
		t.Run(c.id, func(t *testing.T) {
			before := judged(t)
			after := before.Except(exceptions(t, "  - "+c.item+"\n"), today)
			if after.Errors != c.errors || len(after.Excepted) != c.excepted || after.Warnings != before.Warnings {
				t.Errorf("%d errors, %d excepted, %d warnings", after.Errors, len(after.Excepted), after.Warnings)
			}
			said := ""
			for _, f := range after.Findings {
				if f.File == ".axle-exceptions.yaml" {
					said += f.Diagnostic.String() + "\n"
				}
			}
			if (c.want == "") != (said == "") || !strings.Contains(said, c.want) {
				t.Errorf("said %q, want %q", said, c.want)
			}
			if c.want != "" && !strings.HasPrefix(said, ".axle-exceptions.yaml:3:") {
				t.Errorf("%q does not stand at the exception's line", said)
			}
			if before.Errors != 1 || len(before.Excepted) != 0 {
				t.Error("the report it was made from has changed")
			}
		})
	}
}

// An expired exception that nothing needs any more is a warning: what it allowed is mended.
func TestExpiredAndMended(t *testing.T) {
	list := exceptions(t, "  - { rule: AXLE-S3-2, resource: Data, reason: r, owner: o, expires: 2020-01-01 }\n")
	after := judged(t).Except(list, today)
	if after.Errors != 1 || after.Warnings != judged(t).Warnings+1 {
		t.Errorf("%d errors, %d warnings", after.Errors, after.Warnings)
	}
}

// An exception takes out of all findings, not only of the hundred that are shown.
func TestExceptionsBeyondTheHundred(t *testing.T) {
	r := rules(t, bundle(map[string]string{"a.rego": `# METADATA
# title: many
# custom: { id: T-1 }
package a
deny contains {"msg": sprintf("w%d", [i]), "resource": "Data"} if some i in numbers.range(1, 500)
deny contains {"msg": "the one", "resource": "Other"} if true
`}))
	report, err := r.Judge(context.Background(), parsed(t, openBucket), cfn.Env{})
	if err != nil {
		t.Fatal(err)
	}
	after := report.Except(exceptions(t, "  - { rule: T-1, resource: Data, reason: r, owner: o, expires: 2030-01-01 }\n"), today)
	if after.Errors != 2 || len(after.Excepted) != 500 {
		t.Errorf("%d errors, %d excepted", after.Errors, len(after.Excepted))
	}
	shown := 0
	for _, f := range after.Findings {
		if f.Summary == "the one" {
			shown++
		}
	}
	if shown != 1 {
		t.Error("what is left is not shown")
	}
}

// A rule may give a single finding an id; an exception may name it, found or not.
func TestExceptionsByAFindingsID(t *testing.T) {
	r := rules(t, bundle(map[string]string{"a.rego": "package a\ndeny contains {\"id\": \"T-2\", \"msg\": \"x\", \"resource\": \"Data\"} if input.Resources.Data\n"}))
	list := exceptions(t, "  - { rule: T-2, resource: Data, reason: r, owner: o, expires: 2030-01-01 }\n")
	for text, excepted := range map[string]int{openBucket: 1, strings.ReplaceAll(openBucket, "Data", "Else"): 0} {
		report, err := r.Judge(context.Background(), parsed(t, text), cfn.Env{})
		if err != nil {
			t.Fatal(err)
		}
		if after := report.Except(list, today); len(after.Excepted) != excepted || after.Errors != 1 {
			t.Errorf("%d excepted, %d errors", len(after.Excepted), after.Errors)
		}
	}
}

// What the file may not be.
func TestExceptionsThatDoNotLoad(t *testing.T) {
	for _, text := range []string{
		"", "exceptions: []\n", "schema: 2\n", "schema: 1\nwaivers: []\n", "schema: 1\nexceptions: [{ resource: A }]\n",
		"schema: 1\nexceptions: [{ rule: A, expires: tomorrow }]\n", "schema: 1\nexceptions: [{ rule: A, expires: 2026-02-30 }]\n",
	} {
		if list, ds := LoadExceptions("x.yaml", []byte(text)); ds.Err() == nil || list != nil {
			t.Errorf("%q: %v, %v", text, list, ds)
		}
	}
}

func FuzzLoadExceptions(f *testing.F) {
	f.Add("schema: 1\nexceptions:\n  - { rule: A, resource: B, reason: c, owner: d, expires: 2026-01-01 }\n")
	f.Add("schema: 1\nexceptions: [1, {}, []]\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, ds := LoadExceptions("x.yaml", []byte(text))
		for _, e := range list {
			if e.Rule == "" || e.Line < 1 {
				t.Errorf("%+v", e)
			}
			for _, d := range e.Check([]string{"A"}, today) {
				if d.Severity != document.SeverityError || d.Summary == "" {
					t.Errorf("%+v", d)
				}
			}
		}
		if ds.Err() != nil && list != nil {
			t.Error("exceptions of a file that is wrong")
		}
	})
}
