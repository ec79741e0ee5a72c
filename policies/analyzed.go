package policies

import (
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products/cfn"
)

// analyzerRules are IAM Access Analyzer's checks, as exceptions name them.
var analyzerRules = map[cfn.PolicyCheck]struct{ rule, code, summary, hint string }{
	cfn.CheckValid:      {"ACCESS-ANALYZER-1", "AXLE2445", "", ""},
	cfn.CheckNewAccess:  {"ACCESS-ANALYZER-2", "AXLE2446", "the policy gives access that the last published version did not: ", "see that it is meant"},
	cfn.CheckNotGranted: {"ACCESS-ANALYZER-3", "AXLE2447", "the policy gives what stages.alpha.policy.access_analyzer.not_granted forbids: ", "take it out"},
	cfn.CheckPublic:     {"ACCESS-ANALYZER-4", "AXLE2448", "the policy lets the public in: ", "name the accounts or roles, or add a condition as aws:PrincipalOrgID"},
}

const ruleUnasked = "ACCESS-ANALYZER-5"

// AnalyzerRules are the ids of what IAM Access Analyzer answers.
func AnalyzerRules() []string {
	return []string{"ACCESS-ANALYZER-1", "ACCESS-ANALYZER-2", "ACCESS-ANALYZER-3", "ACCESS-ANALYZER-4", ruleUnasked}
}

// Analyzed is what IAM Access Analyzer answered. New access is a warning: a version may need more
// than the last one. A policy that could not be asked about is an error.
func Analyzed(t *cfn.Template, all []cfn.PolicyQuestion, answers []cfn.PolicyAnswer) Report {
	var found []pipeline.Finding
	say := func(q cfn.PolicyQuestion, rule string, d document.Diagnostic, steps ...string) {
		at := q.At(steps)
		d.File, d.Line, d.Col, d.Path = t.Doc.File, at.Line, at.Col, q.Path
		found = append(found, pipeline.Finding{Diagnostic: d, Rule: rule, Resource: q.Resource,
			Fingerprint: fingerprint(rule, t.Doc.File, q.Resource, q.Path, d.Summary, strings.Join(steps, "."))})
	}
	for _, q := range all {
		if len(q.Open) > 0 {
			say(q, ruleUnasked, document.Diagnostic{Severity: document.SeverityError, Code: "AXLE2449",
				Summary: "IAM Access Analyzer cannot be asked about it: " + strings.Join(q.Open, "; "), Hint: "write it so that it is known before a launch, or waive this with the reason"})
		}
	}
	for _, a := range answers {
		r := analyzerRules[a.Check]
		d := document.Diagnostic{Severity: document.SeverityWarning, Code: r.code, Summary: r.summary + document.Printable(a.Text), Hint: r.hint}
		if a.Code != "" {
			d.Summary += " [" + a.Code + "]"
		}
		if a.Link != "" {
			d.Hint = "see " + a.Link
		}
		if a.Fails && a.Check != cfn.CheckNewAccess {
			d.Severity = document.SeverityError
		}
		say(all[a.Question], r.rule, d, a.Steps...)
	}
	return ReportOf(AnalyzerRules(), found)
}
