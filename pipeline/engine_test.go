package pipeline

import "testing"

// F7b: who judged is a line of the report, and who did not is one too.
func TestEngineString(t *testing.T) {
	for want, e := range map[string]Engine{
		"judged: OPA 1.22.2, pass: 160 rules":           {Name: "OPA", Version: "1.22.2", Verdict: Pass, Note: "160 rules"},
		"judged: launch roles, fail: a as b has it":     {Name: "launch roles", Verdict: Fail, Note: "a as b has it"},
		"not judged: cfn-guard: it was not found":       {Name: "cfn-guard", Verdict: Skipped, Note: "it was not found"},
		"not judged: IAM Access Analyzer: no answer":    {Name: "IAM Access Analyzer", Version: "1", Verdict: Unjudged, Note: "no answer"},
		"not judged: what has neither verdict nor note": {Name: "what has neither verdict nor note"},
	} {
		if got := e.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
