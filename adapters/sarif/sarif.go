// Package sarif writes findings as SARIF 2.1.0, as code-scanning services read it.
package sarif

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
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
		Tool        tool         `json:"tool"`
		Invocations []invocation `json:"invocations,omitempty"`
		Columns     string       `json:"columnKind"`
		Results     []result     `json:"results"`
	}
	tool struct {
		Driver     driver      `json:"driver"`
		Extensions []extension `json:"extensions,omitempty"`
	}
	extension struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	// invocation says which engines judged, and which did not.
	invocation struct {
		Successful    bool           `json:"executionSuccessful"`
		Notifications []notification `json:"toolExecutionNotifications"`
	}
	notification struct {
		Level   string `json:"level"`
		Message text   `json:"message"`
	}
	driver struct {
		Name    string `json:"name"`
		Version string `json:"semanticVersion,omitempty"`
		URI     string `json:"informationUri"`
		Rules   []rule `json:"rules"`
	}
	rule struct {
		ID      string   `json:"id"`
		Short   text     `json:"shortDescription"`
		Full    text     `json:"fullDescription"`
		Help    text     `json:"help"`
		URI     string   `json:"helpUri"`
		Default settings `json:"defaultConfiguration"`
	}
	settings struct {
		Level string `json:"level"`
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

// Rule is what is known of a rule: what it wants, how its findings are mended, and where it is explained.
type Rule struct {
	Title, Help, URI string
}

// Results is how many results GitHub takes of one run; it refuses a file with more.
const Results = 25_000

// Write writes one run of axle with the findings, in their order; about says what is known of a rule.
// Rules are sorted by id. Those who judged are extensions of the tool, and a notification each.
func Write(w io.Writer, version string, about func(id string) Rule, findings []pipeline.Finding, judged ...Judged) error {
	rules := rulesOf(findings, about)
	results := make([]result, len(findings))
	for i, f := range findings {
		at, _ := slices.BinarySearchFunc(rules, f.RuleID(), func(r rule, id string) int { return strings.Compare(r.ID, id) })
		results[i] = result{RuleID: f.RuleID(), RuleIndex: at, Level: level(f), Message: text{message(f)}, Locations: places(f)}
		if f.Fingerprint != "" {
			results[i].Fingerprints = map[string]string{"axle/v1": f.Fingerprint}
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(log{schema, "2.1.0", []run{{tool{driver{"axle", version, home, rules}, extensions(judged)}, invocations(judged), "unicodeCodePoints", results}}})
}

// Judged is an engine, and what it judged.
type Judged struct {
	Of string // the run's product and action
	pipeline.Engine
}

// extensions are the engines that have a version of their own, each once.
func extensions(judged []Judged) (all []extension) {
	for _, j := range judged {
		if e := (extension{j.Name, j.Version}); e.Version != "" && !slices.Contains(all, e) {
			all = append(all, e)
		}
	}
	return all
}

func invocations(judged []Judged) []invocation {
	if len(judged) == 0 {
		return nil
	}
	in := invocation{Successful: true}
	for _, j := range judged {
		n := notification{"note", text{j.Of + ": " + j.String()}}
		if j.Verdict == pipeline.Unjudged {
			in.Successful, n.Level = false, "error"
		}
		in.Notifications = append(in.Notifications, n)
	}
	return []invocation{in}
}

const home = "https://github.com/axle-cd/axle"

// rulesOf gives each rule once. What is not known of one is its id, so that a rule reads the same
// whatever it has found; its level is the heaviest that it gave.
func rulesOf(findings []pipeline.Finding, about func(id string) Rule) []rule {
	byID := map[string]rule{}
	for _, f := range findings {
		id := f.RuleID()
		r, seen := byID[id]
		if !seen {
			known := about(id)
			title := cmp.Or(known.Title, id)
			r = rule{id, text{short(title)}, text{short(title)}, text{cmp.Or(known.Help, title)}, cmp.Or(known.URI, home), settings{level(f)}}
		}
		if level(f) == "error" {
			r.Default.Level = "error"
		}
		byID[id] = r
	}
	rules := slices.AppendSeq([]rule{}, maps.Values(byID))
	slices.SortFunc(rules, func(a, b rule) int { return strings.Compare(a.ID, b.ID) })
	return rules
}

// short is a description within what GitHub takes of one: 1,024 characters.
func short(s string) string {
	if r := []rune(s); len(r) > 1024 {
		return string(r[:1023]) + "…"
	}
	return s
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
