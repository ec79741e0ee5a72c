package cfnguard

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// judged is what cfn-guard says of one file of data.
type judged struct {
	Status       string   `json:"status"`
	NotCompliant []any    `json:"not_compliant"`
	Apart        []string `json:"not_applicable"`
	Met          []string `json:"compliant"`
}

// Exit codes of cfn-guard validate, as version 3.1.1 has them.
const (
	exitPassed   = 0
	exitBadRules = 5
	exitFailed   = 19
)

// read takes the exit code, the JSON and the complaints together: only where they agree, and every
// file of rules was read, has it judged.
func (g Guard) read(file string, code int, out []byte, said string) (Report, error) {
	if code == exitBadRules || strings.Contains(said, "handling rule file") {
		return Report{}, document.Fail(CodeRules, "cfn-guard cannot read its rules: "+first(said), "mend the rule file; none of its rules has judged", nil)
	}
	if code != exitPassed && code != exitFailed {
		if strings.Contains(said, "parsing data file") {
			return Report{}, document.Fail(codeTemplate, "cfn-guard cannot read "+file, "what it cannot read it has not judged", nil)
		}
		return Report{}, document.Fail(CodeFailed, fmt.Sprintf("cfn-guard ended with %d", code), "what it did not judge does not pass", nil)
	}
	var all []judged
	if err := json.Unmarshal(out, &all); err != nil || len(all) != 1 {
		return Report{}, document.Fail(codeUnderstood, "what cfn-guard wrote cannot be read", "axle knows the JSON of cfn-guard 3.1", err)
	}
	j := all[0]
	r := Report{Engine: g.Version, Met: j.Met, Apart: j.Apart}
	for _, n := range j.NotCompliant {
		r.Findings = append(r.Findings, findingsOf(file, n)...)
	}
	failed := code == exitFailed
	if failed != (j.Status == "FAIL") || failed != (len(r.Findings) > 0) || len(r.Findings)+len(r.Met)+len(r.Apart) == 0 {
		return Report{}, document.Fail(codeUnderstood, fmt.Sprintf("cfn-guard ended with %d, says %q and names %d rules", code, document.Printable(j.Status), len(r.Findings)+len(r.Met)+len(r.Apart)),
			"what does not agree is not believed; are there rules in the files?", nil)
	}
	slices.SortStableFunc(r.Findings, func(a, b pipeline.Finding) int { return a.Line - b.Line })
	return r, nil
}

// first is the first line, without control characters.
func first(said string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
	return document.Printable(line)
}

// findingsOf gives a finding for each clause of a rule that is not met, or one for the rule.
func findingsOf(file string, n any) []pipeline.Finding {
	object, _ := n.(map[string]any)
	rule, _ := object["Rule"].(map[string]any)
	name, _ := rule["name"].(string)
	if name == "" {
		name = "a rule without a name"
	}
	var all []pipeline.Finding
	clauses(rule["checks"], func(clause map[string]any) { all = append(all, finding(file, name, clause)) })
	if all == nil {
		all = []pipeline.Finding{finding(file, name, nil)}
	}
	return all
}

// clauses finds what has a context and messages, at any depth.
func clauses(v any, found func(map[string]any)) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			clauses(item, found)
		}
	case map[string]any:
		if v["context"] != nil && v["messages"] != nil {
			found(v)
			return
		}
		for _, key := range sortedKeys(v) {
			clauses(v[key], found)
		}
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// place is a path of the template as cfn-guard writes it, lines and columns from 0.
var place = regexp.MustCompile(`Path=(/[^\[\]\s]*)\[L:(\d{1,9}),C:(\d{1,9})\]`)

// finding is a clause that is not met. Its sentence is the rule's; values of the template, which
// cfn-guard quotes, are not repeated.
func finding(file, rule string, clause map[string]any) pipeline.Finding {
	messages, _ := clause["messages"].(map[string]any)
	own, _ := messages["custom_message"].(string)
	text, _ := messages["error_message"].(string)
	context, _ := clause["context"].(string)
	f := pipeline.Finding{Rule: rule, Diagnostic: document.Diagnostic{File: file, Line: 1, Col: 1, Severity: document.SeverityError, Code: CodeFound}}
	if m := place.FindStringSubmatch(text); m != nil {
		line, _ := strconv.Atoi(m[2])
		col, _ := strconv.Atoi(m[3])
		f.Line, f.Col = line+1, col+1
		steps := strings.Split(strings.TrimPrefix(m[1], "/"), "/")
		f.Path = strings.Join(steps, ".")
		if len(steps) > 1 && steps[0] == "Resources" {
			f.Resource = steps[1]
		}
	}
	f.Summary = strings.Join(strings.Fields(own), " ")
	if f.Summary == "" {
		f.Summary = "rule " + rule + " is not met"
	}
	if context = strings.Join(strings.Fields(context), " "); context != "" {
		f.Hint = "the rule asks for " + context
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{CodeFound, rule, file, f.Path, context}, "\x00")))
	f.Fingerprint = hex.EncodeToString(sum[:])
	return f
}
