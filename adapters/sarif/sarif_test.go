package sarif_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/axle-cd/axle/adapters/sarif"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

func finding(rule, file string, line int, severity document.Severity) pipeline.Finding {
	return pipeline.Finding{Rule: rule, Fingerprint: "abc", Diagnostic: document.Diagnostic{
		File: file, Line: line, Col: 5, Severity: severity, Code: "AXLE2400", Summary: "the bucket is open", Hint: "close it"}}
}

// INT-23: rules with help, stable ids, partial fingerprints, repository-relative POSIX paths.
func TestWrite(t *testing.T) {
	var out bytes.Buffer
	err := sarif.Write(&out, "1.2.3", []pipeline.Finding{
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
				Driver struct{ Rules []struct{ ID string } }
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
	if err := sarif.Write(&out, "", nil); err != nil || strings.Contains(out.String(), "null") {
		t.Errorf("%v: %s", err, out.String())
	}
}
