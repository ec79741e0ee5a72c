// Package sarif writes findings as SARIF 2.1.0, as code-scanning services read it.
package sarif

import (
	"encoding/json"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

const schema = "https://json.schemastore.org/sarif-2.1.0.json"

type (
	log struct {
		Schema  string `json:"$schema"`
		Version string `json:"version"`
		Runs    []run  `json:"runs"`
	}
	run struct {
		Tool    tool     `json:"tool"`
		Results []result `json:"results"`
	}
	tool struct {
		Driver driver `json:"driver"`
	}
	driver struct {
		Name    string `json:"name"`
		Version string `json:"semanticVersion,omitempty"`
		URI     string `json:"informationUri"`
		Rules   []rule `json:"rules"`
	}
	rule struct {
		ID    string `json:"id"`
		Short text   `json:"shortDescription"`
		Help  *text  `json:"help,omitempty"`
	}
	text struct {
		Text string `json:"text"`
	}
	result struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      text              `json:"message"`
		Locations    []location        `json:"locations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints,omitempty"`
	}
	location struct {
		Physical physical `json:"physicalLocation"`
	}
	physical struct {
		Artifact artifact `json:"artifactLocation"`
		Region   *region  `json:"region,omitempty"`
	}
	artifact struct {
		URI  string `json:"uri"`
		Base string `json:"uriBaseId"`
	}
	region struct {
		Line int `json:"startLine"`
		Col  int `json:"startColumn,omitempty"`
	}
)

// Write writes one run of axle with the findings, in their order. Rules are sorted by id; a
// finding without a rule goes by its code.
func Write(w io.Writer, version string, findings []pipeline.Finding) error {
	rules := rulesOf(findings)
	results := make([]result, len(findings))
	for i, f := range findings {
		id := idOf(f)
		at := slices.IndexFunc(rules, func(r rule) bool { return r.ID == id })
		results[i] = result{RuleID: id, RuleIndex: at, Level: level(f), Message: text{message(f)}, Locations: places(f)}
		if f.Fingerprint != "" {
			results[i].Fingerprints = map[string]string{"axle/v1": f.Fingerprint}
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(log{schema, "2.1.0", []run{{tool{driver{"axle", version, "https://github.com/axle-cd/axle", rules}}, results}}})
}

func idOf(f pipeline.Finding) string {
	if f.Rule != "" {
		return f.Rule
	}
	return f.Code
}

// rulesOf gives each rule once, as its first finding tells it.
func rulesOf(findings []pipeline.Finding) []rule {
	rules := []rule{}
	for _, f := range findings {
		id := idOf(f)
		if slices.ContainsFunc(rules, func(r rule) bool { return r.ID == id }) {
			continue
		}
		r := rule{ID: id, Short: text{f.Summary}}
		if f.Hint != "" {
			r.Help = &text{f.Hint}
		}
		rules = append(rules, r)
	}
	slices.SortFunc(rules, func(a, b rule) int { return strings.Compare(a.ID, b.ID) })
	return rules
}

func level(f pipeline.Finding) string {
	if f.Severity == document.SeverityWarning {
		return "warning"
	}
	return "error"
}

func message(f pipeline.Finding) string {
	if f.Hint == "" {
		return f.Summary
	}
	return f.Summary + ". " + f.Hint
}

// places is where a finding stands; one without a file has none.
func places(f pipeline.Finding) []location {
	if f.File == "" {
		return nil
	}
	p := physical{Artifact: artifact{URI: (&url.URL{Path: path.Clean(f.File)}).EscapedPath(), Base: "%SRCROOT%"}}
	if f.Line > 0 {
		p.Region = &region{Line: f.Line, Col: f.Col}
	}
	return []location{{p}}
}
