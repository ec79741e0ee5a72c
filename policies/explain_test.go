package policies

import (
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

// CLI: explain gives a rule whole, by its id in any case.
func TestExplain(t *testing.T) {
	r := rules(t)
	for _, rule := range everyRule(t) {
		shows := map[string]string{CloudFormation: "Resources:", Terraform: `"planned_values"`}[rule.Namespace]
		e, err := r.Explain(strings.ToLower(rule.ID))
		if err != nil || e.ID != rule.ID || !strings.Contains(e.Rego, rule.Title) || !strings.Contains(e.Fails, shows) || !strings.Contains(e.Holds, shows) {
			t.Errorf("%s: %+v, %v", rule.ID, e.Rule, err)
		}
	}
	if _, err := r.Explain("AXLE-S3-O"); document.CodeOf(err) != "AXLE1417" || !strings.Contains(err.Error(), "did you mean") {
		t.Error(err)
	}
}

func TestLinks(t *testing.T) {
	got := links([]string{"Security Hub S3.8", "CIS AWS v3.0 2.1.4", "Security Hub DynamoDB.2"})
	want := []string{
		"https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-8",
		"https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-2",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
