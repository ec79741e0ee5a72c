package cloudformation

import "testing"

// Whatever bytes a stack policy is made of, it is refused or judged; what it says nothing of is denied.
func FuzzStackPolicy(f *testing.F) {
	for _, text := range []string{
		"", "{}", "null", `{"Statement":[{}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}`,
		`{"Statement":[{"Effect":"Deny","NotAction":["Update:Modify"],"Principal":"*","NotResource":"LogicalResourceId/A*"}]}`,
		`{"Statement":[{"Effect":"Deny","Action":"[","Principal":"*","Resource":7}]}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := guards(text)
		if err != nil {
			return
		}
		allows := false
		for _, s := range all {
			allows = allows || s.Effect == "Allow"
		}
		if permits(all, "Update:Modify", resource{LogicalID: "A", Type: "AWS::SNS::Topic"}) && !allows {
			t.Errorf("%q permits, and allows nothing", text)
		}
	})
}
