package secrets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// Baseline are findings that somebody answers for until a day. It names them by content, so that a
// moved line is still known, and it holds no value.
type Baseline struct {
	FormatVersion int     `json:"format_version"`
	Repository    string  `json:"repository"` // the id of its first commit
	Findings      []Known `json:"findings"`
}

// Known is a finding in a baseline. Without a reason, an owner and a day it does not count.
type Known struct {
	Fingerprint string `json:"fingerprint"`
	Rule        string `json:"rule"`
	File        string `json:"file"`
	Reason      string `json:"reason"`
	Owner       string `json:"owner"`
	Expires     string `json:"expires"` // the last day, 2027-06-30
}

// NewBaseline takes findings over, for people to fill in.
func NewBaseline(repository string, found []Found) Baseline {
	b := Baseline{FormatVersion: 1, Repository: repository, Findings: []Known{}}
	for _, f := range found {
		if f.Severity != document.SeverityWarning {
			b.Findings = append(b.Findings, Known{Fingerprint: f.Fingerprint, Rule: f.Rule, File: f.File})
		}
	}
	return b
}

// LoadBaseline reads a baseline and refuses one of another repository (B152).
func LoadBaseline(file string, data []byte, repository string) (Baseline, error) {
	var b Baseline
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	err := in.Decode(&b)
	if err == nil && in.More() {
		err = fmt.Errorf("a second document follows")
	}
	switch {
	case err != nil:
		return Baseline{}, document.Fail("AXLE1520", file+" is not a baseline", "axle secrets baseline writes one", err)
	case b.FormatVersion != 1:
		return Baseline{}, document.Fail("AXLE1521", fmt.Sprintf("%s: format_version %d is not supported", file, b.FormatVersion), "this axle reads format_version 1", nil)
	case b.Repository != repository:
		return Baseline{}, document.Fail("AXLE1522", "baseline belongs to another repository", "write one here: axle secrets baseline", nil)
	}
	for i, k := range b.Findings {
		if _, err := time.Parse(time.DateOnly, k.Expires); k.Expires != "" && err != nil {
			return Baseline{}, document.Fail("AXLE1523", fmt.Sprintf("%s: findings[%d]: expires %q is not a date", file, i, k.Expires), "write the last day it counts: 2027-06-30", nil)
		}
	}
	return b, nil
}

// Apply takes the known findings out, and says of each entry that does not count why. What is left
// out is given too, so that it can be counted.
func (b Baseline) Apply(file string, found []Found, today time.Time) (left, known []Found) {
	good := map[string]bool{}
	var told []Found
	for _, k := range b.Findings {
		why := k.fault(today)
		if good[k.Fingerprint] = why == ""; why != "" {
			told = append(told, Found{Finding: k.finding(file, why)})
		}
	}
	for _, f := range found {
		if good[f.Fingerprint] && f.Severity != document.SeverityWarning {
			known = append(known, f)
		} else {
			left = append(left, f)
		}
	}
	return append(left, told...), known
}

func (k Known) fault(today time.Time) string {
	switch {
	case k.Fingerprint == "":
		return "has no fingerprint"
	case k.Reason == "":
		return "has no reason"
	case k.Owner == "":
		return "has no owner"
	case k.Expires == "":
		return "has no day on which it expires"
	case today.Format(time.DateOnly) > k.Expires:
		return "expired on " + k.Expires
	}
	return ""
}

func (k Known) finding(file, why string) pipeline.Finding {
	f := pipeline.Finding{Rule: "baseline", Fingerprint: fingerprint("baseline", file, k.Fingerprint)}
	f.Diagnostic = document.Diagnostic{File: file, Severity: document.SeverityWarning, Code: "AXLE2504",
		Summary: fmt.Sprintf("an entry for %s in %s %s; it does not count", k.Rule, k.File, why),
		Hint:    "give it reason, owner and expires on the protected branch, or take it out"}
	return f
}
