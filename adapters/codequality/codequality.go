// Package codequality writes findings as GitLab's Code Quality report.
package codequality

import (
	"encoding/json"
	"io"
	"path"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

type (
	issue struct {
		Description string   `json:"description"`
		Check       string   `json:"check_name"`
		Fingerprint string   `json:"fingerprint"`
		Severity    string   `json:"severity"`
		Location    location `json:"location"`
	}
	location struct {
		Path  string `json:"path"`
		Lines lines  `json:"lines"`
	}
	lines struct {
		Begin int `json:"begin"`
	}
)

// Write writes the findings, in their order. GitLab takes one of each fingerprint, so each finding
// has its own; it wants a line, and gets the first where a finding stands on none.
func Write(w io.Writer, findings []pipeline.Finding) error {
	issues := make([]issue, len(findings))
	for i, f := range findings {
		text := f.Code + ": " + f.Summary
		if f.Hint != "" {
			text += ". " + f.Hint
		}
		issues[i] = issue{text, f.RuleID(), f.Fingerprint, severity(f), location{path.Clean(f.File), lines{max(f.Line, 1)}}}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(issues)
}

// severity is one of GitLab's words for what stops a run, and for what does not.
func severity(f pipeline.Finding) string {
	if f.Severity == document.SeverityWarning {
		return "minor"
	}
	return "major"
}
