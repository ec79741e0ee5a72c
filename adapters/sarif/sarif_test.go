package sarif_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/axle-cd/axle/adapters/sarif"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

func finding(rule, file string, line int, severity document.Severity) pipeline.Finding {
	return pipeline.Finding{Rule: rule, Fingerprint: "abc", Diagnostic: document.Diagnostic{
		File: file, Line: line, Col: 5, Severity: severity, Code: "AXLE2400", Summary: "the bucket is open", Hint: "close it"}}
}

func known(id string) sarif.Rule {
	if id != "AXLE-S3-1" {
		return sarif.Rule{}
	}
	return sarif.Rule{Title: "Buckets are closed", Help: "Close it", URI: "https://example.com/s3-1"}
}

// INT-23: rules with help, stable ids, partial fingerprints, repository-relative POSIX paths.
func TestWrite(t *testing.T) {
	var out bytes.Buffer
	err := sarif.Write(&out, "1.2.3", known, []pipeline.Finding{
		finding("AXLE-S3-1", "products/a b/template.yaml", 12, document.SeverityError),
		finding("AXLE-KMS-1", "x.yaml", 3, document.SeverityWarning),
		finding("AXLE-S3-1", "y.yaml", 0, document.SeverityError),
		{Diagnostic: document.Diagnostic{Code: "AXLE3200", Summary: "throttled", Severity: document.SeverityError}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Rules []struct {
						ID, HelpURI            string
						ShortDescription, Help struct{ Text string }
						DefaultConfiguration   struct{ Level string }
					}
				}
			}
			Results []struct {
				RuleID              string
				RuleIndex           int
				Level               string
				PartialFingerprints map[string]string
				Locations           []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           *struct{ StartLine int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	run := doc.Runs[0]
	var rules []string
	for _, r := range run.Tool.Driver.Rules {
		rules = append(rules, r.ID)
	}
	if r := run.Tool.Driver.Rules[1]; r.ShortDescription.Text != "Buckets are closed" || r.Help.Text != "Close it" || r.HelpURI != "https://example.com/s3-1" || r.DefaultConfiguration.Level != "error" {
		t.Errorf("a known rule: %+v", r)
	}
	if r := run.Tool.Driver.Rules[0]; r.ShortDescription.Text != "AXLE-KMS-1" || r.Help.Text == "" || !strings.HasPrefix(r.HelpURI, "https://") || r.DefaultConfiguration.Level != "warning" {
		t.Errorf("a rule of which nothing is known: %+v", r)
	}
	if doc.Version != "2.1.0" || strings.Join(rules, " ") != "AXLE-KMS-1 AXLE-S3-1 AXLE3200" {
		t.Errorf("version %s, rules %v", doc.Version, rules)
	}
	for i, r := range run.Results {
		if rules[r.RuleIndex] != r.RuleID {
			t.Errorf("result %d points to rule %s, is of %s", i, rules[r.RuleIndex], r.RuleID)
		}
	}
	first := run.Results[0]
	if at := first.Locations[0].PhysicalLocation; at.ArtifactLocation.URI != "products/a%20b/template.yaml" || at.Region.StartLine != 12 || first.PartialFingerprints["axle/v1"] != "abc" {
		t.Errorf("first: %+v", first)
	}
	if run.Results[1].Level != "warning" || run.Results[2].Locations[0].PhysicalLocation.Region != nil || run.Results[3].Locations != nil {
		t.Errorf("results: %+v", run.Results)
	}
}

// Nothing found is a log with empty lists, not with null.
func TestNothingFound(t *testing.T) {
	var out bytes.Buffer
	if err := sarif.Write(&out, "", known, nil); err != nil || strings.Contains(out.String(), "null") {
		t.Errorf("%v: %s", err, out.String())
	}
}

// The published schema judges what is written, where AXLE_SARIF_SCHEMA names the file of it: it is
// OASIS's, and does not lie here.
func TestSchema(t *testing.T) {
	file := os.Getenv("AXLE_SARIF_SCHEMA")
	if file == "" {
		t.Skip("AXLE_SARIF_SCHEMA does not name sarif-schema-2.1.0.json of OASIS")
	}
	schema, err := jsonschema.NewCompiler().Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, findings := range map[string][]pipeline.Finding{
		"none": nil,
		"some": {finding("S3-1", "a b/t.yaml", 3, document.SeverityError), finding("S3-1", "t.yaml", 0, document.SeverityWarning), {Diagnostic: document.Diagnostic{Code: "AXLE3200"}}},
	} {
		var out bytes.Buffer
		if err := sarif.Write(&out, "1.2.3", known, findings); err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(&out)
		if err == nil {
			err = schema.Validate(doc)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the schema and GitHub ask beyond names and types: an absolute help URI, a level that is one, a
// path without a scheme, descriptions within 1,024 characters, every result with a rule.
func TestLimits(t *testing.T) {
	var out bytes.Buffer
	long := func(string) sarif.Rule { return sarif.Rule{Title: strings.Repeat("ü", 2000)} }
	if err := sarif.Write(&out, "", long, []pipeline.Finding{finding("S3-1", "../a:b/t.yaml", 3, document.SeverityError)}); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Runs []struct {
			Tool struct {
				Driver struct {
					Rules []struct {
						HelpURI                           string
						ShortDescription, FullDescription struct{ Text string }
					}
				}
			}
			ColumnKind string
		}
	}
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	r := doc.Runs[0].Tool.Driver.Rules[0]
	if n := len([]rune(r.ShortDescription.Text)); n != 1024 || r.FullDescription.Text != r.ShortDescription.Text {
		t.Errorf("a description of %d characters", n)
	}
	if doc.Runs[0].ColumnKind != "unicodeCodePoints" || !strings.HasPrefix(r.HelpURI, "https://") {
		t.Errorf("%+v", doc.Runs[0])
	}
}

// F7b: who judged is an extension of the tool; who did not is a notification.
func TestWriteJudged(t *testing.T) {
	var out bytes.Buffer
	guard := sarif.Judged{Of: "shop alpha/policy", Engine: pipeline.Engine{Name: "cfn-guard", Verdict: pipeline.Unjudged, Note: "it was not found"}}
	opa := sarif.Judged{Of: "shop alpha/policy", Engine: pipeline.Engine{Name: "OPA", Version: "1.22.2", Verdict: pipeline.Pass}}
	if err := sarif.Write(&out, "", known, nil, opa, guard, opa); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		`"extensions": [ { "name": "OPA", "version": "1.22.2" } ]`, `"executionSuccessful": false`,
		`{ "level": "error", "message": { "text": "shop alpha/policy: not judged: cfn-guard: it was not found" } }`,
		`{ "level": "note", "message": { "text": "shop alpha/policy: judged: OPA 1.22.2, pass" } }`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %s\n%s", want, text)
		}
	}
}
