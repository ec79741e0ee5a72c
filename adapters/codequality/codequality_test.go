package codequality_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/axle-cd/axle/adapters/codequality"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// INT-21: what GitLab reads of a finding: its text, rule, fingerprint, severity, path and first line.
func TestWrite(t *testing.T) {
	var out bytes.Buffer
	err := codequality.Write(&out, []pipeline.Finding{
		{Rule: "AXLE-S3-1", Fingerprint: "aa", Diagnostic: document.Diagnostic{File: "./p/t.yaml", Line: 7, Col: 3, Severity: document.SeverityError, Code: "AXLE2400", Summary: "the bucket is open", Hint: "close it"}},
		{Fingerprint: "bb", Diagnostic: document.Diagnostic{File: "p/product.yaml", Severity: document.SeverityWarning, Code: "AXLE3200", Summary: "throttled"}},
	})
	var got []map[string]any
	if err == nil {
		err = json.Unmarshal(out.Bytes(), &got)
	}
	at := func(path string, line float64) map[string]any {
		return map[string]any{"path": path, "lines": map[string]any{"begin": line}}
	}
	want := []map[string]any{
		{"description": "AXLE2400: the bucket is open. close it", "check_name": "AXLE-S3-1", "fingerprint": "aa", "severity": "major", "location": at("p/t.yaml", 7)},
		{"description": "AXLE3200: throttled", "check_name": "AXLE3200", "fingerprint": "bb", "severity": "minor", "location": at("p/product.yaml", 1)},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %v\nwant %v", err, got, want)
	}
}

// Nothing found is an empty list, not null.
func TestNothingFound(t *testing.T) {
	var out bytes.Buffer
	if err := codequality.Write(&out, nil); err != nil || out.String() != "[]\n" {
		t.Errorf("%v: %q", err, out.String())
	}
}
