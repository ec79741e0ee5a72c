package market

import (
	"strings"
	"testing"
)

// MKA-9, PMP-10: a plan says that AWS will not let two experiences bind the same account, unless it takes
// the account out of the other one itself.
func TestTaken(t *testing.T) {
	bound := func(id string) Experience {
		return Experience{Organization: "home", ID: id, Status: "Enabled", Policy: &Policy{Allowed: []string{"a"}}, Audience: Audience{Principals: []string{"222222222222"}}}
	}
	for settings, want := range map[string]bool{`audience: ["222222222222"]`: true, `audience: ["333333333333"]`: false} {
		for other, frees := range map[string]bool{"": false, `  - {name: b, organization: home, id: exp-2, products: {allow: [{id: a}]}, settings: {audience: [o-aaaaaaaaaa]}}` + "\n": true} {
			f, ds := Load("marketplace.yaml", []byte(`schema: 1
organizations:
  - {name: home, id: o-aaaaaaaaaa, account: "111111111111", role: "arn:aws:iam::111111111111:role/m", external_id: x}
experiences:
  - {name: a, organization: home, id: exp-1, products: {allow: [{id: a}]}, settings: {`+settings+`}}
`+other))
			if err := ds.Err(); err != nil {
				t.Fatal(err)
			}
			free := bound("exp-1")
			free.Audience.Principals = nil
			s := Sight{Listed: map[string][]Experience{"home": {{ID: "exp-1"}, {ID: "exp-2"}}}, Failed: map[string]error{}, Read: map[string]Experience{"exp-1": free, "exp-2": bound("exp-2")}}
			text := ""
			for _, r := range f.Plan(f.Experiences, s, today).Items[0].Findings {
				text += r.Text
			}
			if got := strings.Contains(text, "222222222222 is bound by exp-2"); got != (want && !frees) {
				t.Errorf("%s, the other freed: %v: %q", settings, frees, text)
			}
		}
	}
}
