package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/adapters/junit"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// somewhere are findings of every kind: of a policy, a secret, a file without a rule, with odd names.
func somewhere() []pipeline.Finding {
	at := func(rule, code, file string, line int, severity document.Severity, summary string) pipeline.Finding {
		return pipeline.Finding{Rule: rule, Diagnostic: document.Diagnostic{File: file, Line: line, Col: 3, Severity: severity, Code: code, Summary: summary, Hint: "mend it"}}
	}
	return []pipeline.Finding{
		at("AXLE-S3-1", "AXLE2400", "products/a/template.yaml", 12, document.SeverityError, "the bucket is open"),
		at("AXLE-S3-1", "AXLE2400", "products/a/template.yaml", 40, document.SeverityError, "the bucket is open"),
		at("AXLE-KMS-1", "AXLE2400", "products/b c/template.yaml", 3, document.SeverityWarning, "100% of keys, \"unrotated\": <all>"),
		at("", "AXLE2210", "products/a/template.yaml", 7, document.SeverityError, "unknown type"),
		at("A bucket: it is private", "AXLE2461", "products/a/tests/x.feature", 9, document.SeverityError, "A bucket: it is private failed"),
	}
}

// where is a finding as every report tells it.
func where(rule, file string, line int) string { return fmt.Sprintf("%s %s:%d", rule, file, line) }

// CLI-25 INT-23: the same findings stand in each report and in the terminal, by rule, file and line.
func TestEveryReportTellsTheSame(t *testing.T) {
	var want []string
	for _, f := range somewhere() {
		want = append(want, where(f.RuleID(), f.File, f.Line))
	}
	slices.Sort(want)
	for format, read := range map[string]func(*testing.T, []byte) []string{
		"json": inJSON, "sarif": inSARIF, "github": inAnnotations, "codequality": inCodeQuality,
	} {
		var out bytes.Buffer
		a := &app{ctx: t.Context()}
		if err := a.writeReport(&out, format, pipeline.Identified(somewhere()), nil); err != nil {
			t.Fatal(err)
		}
		got := read(t, out.Bytes())
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s tells\n%s\nwant\n%s", format, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	var terminal bytes.Buffer
	a := &app{ctx: t.Context(), streams: streams{Err: &terminal}, env: func(string) (string, bool) { return "", false }}
	a.showFindings(pipeline.Result{Verdict: pipeline.Fail, Findings: somewhere()})
	got := inText(t, terminal.Bytes())
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the terminal tells\n%s\nwant\n%s\nin\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"), terminal.String())
	}
}

func decoded(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
}

func inJSON(t *testing.T, data []byte) (all []string) {
	var doc struct{ Findings []pipeline.Finding }
	decoded(t, data, &doc)
	for _, f := range doc.Findings {
		all = append(all, where(f.RuleID(), f.File, f.Line))
	}
	return all
}

func inSARIF(t *testing.T, data []byte) (all []string) {
	var doc struct {
		Runs []struct {
			Results []struct {
				RuleID    string
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
			}
		}
	}
	decoded(t, data, &doc)
	for _, r := range doc.Runs[0].Results {
		at := r.Locations[0].PhysicalLocation
		file, err := url.PathUnescape(at.ArtifactLocation.URI)
		if err != nil {
			t.Error(err)
		}
		all = append(all, where(r.RuleID, file, at.Region.StartLine))
	}
	return all
}

func inCodeQuality(t *testing.T, data []byte) (all []string) {
	var doc []struct {
		Check       string `json:"check_name"`
		Fingerprint string
		Location    struct {
			Path  string
			Lines struct{ Begin int }
		}
	}
	decoded(t, data, &doc)
	prints := map[string]bool{}
	for _, i := range doc {
		if prints[i.Fingerprint] {
			t.Errorf("GitLab would drop one of %s: its fingerprint is another's too", i.Check)
		}
		prints[i.Fingerprint] = true
		all = append(all, where(i.Check, i.Location.Path, i.Location.Lines.Begin))
	}
	return all
}

// written reads lines of file, line, code and, where there is one, a rule in brackets at the end.
func written(t *testing.T, data []byte, pattern string) (all []string) {
	for _, m := range regexp.MustCompile("(?m)"+pattern).FindAllStringSubmatch(string(data), -1) {
		var line int
		if _, err := fmt.Sscan(m[2], &line); err != nil {
			t.Error(err)
		}
		rule := m[3]
		if m[4] != "" {
			rule = m[4]
		}
		all = append(all, where(rule, m[1], line))
	}
	return all
}

func inAnnotations(t *testing.T, data []byte) []string {
	return written(t, data, `^::(?:error|warning) file=([^,]*),line=(\d+),col=3::(AXLE\d+): .*?(?: \[(.*)\])?$`)
}

func inText(t *testing.T, data []byte) []string {
	return written(t, data, `^  (\S.*?):(\d+):3: (?:error|warning) (AXLE\d+): .*?(?: \[(.*)\])?$`)
}

// INT-23: integration tests are one suite a region.
func TestSuites(t *testing.T) {
	in := func(region, name string) pipeline.Test { return pipeline.Test{Name: name, Region: region} }
	for _, c := range []struct {
		tests []pipeline.Test
		want  string
	}{
		{nil, ""},
		{[]pipeline.Test{in("", "a"), in("", "b")}, "q beta/integration: 2"},
		{[]pipeline.Test{in("eu-west-1", "a"), in("eu-west-1", "b"), in("us-east-1", "a")}, "q beta/integration eu-west-1: 2, q beta/integration us-east-1: 1"},
	} {
		var got []string
		for _, s := range suitesOf("q beta/integration", pipeline.Result{Tests: c.tests}) {
			got = append(got, fmt.Sprintf("%s: %d", s.Name, len(s.Tests)))
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// INT-23: JUnit tells the tests: their verdicts, their tags, and what of the template they cover.
func TestJUnitTellsTheTests(t *testing.T) {
	var out bytes.Buffer
	err := (&app{ctx: t.Context()}).writeReport(&out, "junit", nil, []junit.Suite{{Name: "bucket alpha/unit",
		Tests:    []pipeline.Test{{Name: "it is private", Tags: []string{"@access"}, Passed: true}, {Name: "it is kept", Message: "it is not"}},
		Coverage: pipeline.Coverage{Asserted: []string{"Bucket"}, Missing: []string{"Key", "Topic"}}}})
	if err != nil {
		t.Fatal(err)
	}
	type property struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	var doc struct {
		Suite struct {
			Properties []property `xml:"properties>property"`
			Cases      []struct {
				Properties []property `xml:"properties>property"`
				Failure    *struct{}  `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if want := []property{{"coverage.resources", "3"}, {"coverage.asserted", "1"}, {"coverage.missing", "Key Topic"}}; !slices.Equal(doc.Suite.Properties, want) {
		t.Errorf("coverage: %v", doc.Suite.Properties)
	}
	cases := doc.Suite.Cases
	if len(cases) != 2 || !slices.Equal(cases[0].Properties, []property{{"tag", "@access"}}) || cases[0].Failure != nil || cases[1].Failure == nil || cases[1].Properties != nil {
		t.Errorf("%+v", cases)
	}
}
