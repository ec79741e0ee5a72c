package market

import (
	"strings"
	"testing"
)

const askedFile = `schema: 1
organizations:
  - {name: home, id: o-aaaaaaaaaa, account: "111111111111", role: "arn:aws:iam::111111111111:role/m", external_id: x}
experiences:
  - name: approved
    organization: home
    id: exp-1
    products:
      allow:
        - {id: prod-in, reason: legal review, ticket: P-41}
        - {id: prod-over, expires: 2020-01-01}
      deny:
        - {id: prod-out, reason: end of support}
  - name: north
    organization: home
    follows: approved
    ids: [exp-2]
    overrides:
      - {product: prod-own, effect: ignore, reason: pilot}
  - {name: console, organization: home, id: exp-3, products_from: experience}
  - {name: made, organization: home}
`

// E8b: an open request has the entry of its experience, and what the file decided of its product; one
// that nobody has decided has the lines that would.
func TestAsked(t *testing.T) {
	f, ds := Load("marketplace.yaml", []byte(askedFile))
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		experience, product string
		entry, why          string
		decision            Effect
		under, allow        string
	}{
		"allowed since":       {"exp-1", "prod-in", "approved", "legal review", Allow, "", ""},
		"denied since":        {"exp-1", "prod-out", "approved", "end of support", Deny, "", ""},
		"a line that is over": {"exp-1", "prod-over", "approved", "", "", "products", `- {id: "prod-over", title: "A \"B\": {c", reason: "say why", ticket: "r-1"}`},
		"nobody has decided":  {"exp-1", "prod-x", "approved", "", "", "products", `- {id: "prod-x", title: "A \"B\": {c", reason: "say why", ticket: "r-1"}`},
		"by the source":       {"exp-2", "prod-in", "north", "legal review", Allow, "", ""},
		"left alone":          {"exp-2", "prod-own", "north", "pilot", Ignore, "", ""},
		"in a follower":       {"exp-2", "prod-x", "north", "", "", "overrides", `- {product: "prod-x", effect: allow, reason: "say why", ticket: "r-1"}`},
		"decided in AWS":      {"exp-3", "prod-x", "console", "", "", "", ""},
		"that axle made":      {"exp-9", "prod-x", "made", "", "", "products", `- {id: "prod-x", title: "A \"B\": {c", reason: "say why", ticket: "r-1"}`},
		"of nobody's":         {"exp-8", "prod-x", "", "", "", "", ""},
	} {
		r := Request{ID: "r-1", State: Asked, Experience: c.experience, Product: c.product, Title: `A "B": {c`, Told: today}.HeardAt(today)
		all := f.Asked([]Request{r, {ID: "r-2", State: Declined}}, []Seen{{Entry: "made", Experience: "exp-9"}}, today.AddDate(0, 0, 10))
		if len(all) != 1 {
			t.Fatalf("%s: %+v", name, all)
		}
		a := all[0]
		why := ""
		if a.Why != nil {
			why = a.Why.Reason
		}
		if a.Entry != c.entry || why != c.why || a.Decision != c.decision || a.Under != c.under || a.Allow != c.allow || a.Days != 20 {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// E8b: the lines that are printed can be put into the file as they are.
func TestAskedLinesLoad(t *testing.T) {
	f, _ := Load("marketplace.yaml", []byte(askedFile))
	for _, title := range []string{"Scanner", `"quoted" 'twice'`, "a: b, {c} # d", "Überwachung 監視", `back\slash`, strings.Repeat("é", 300)} {
		for under, experience := range map[string]string{"    deny:\n": "exp-1", "    overrides:\n": "exp-2"} {
			r := Request{ID: "r-" + strings.Repeat("1", 80), State: Asked, Experience: experience, Product: "prod-x", Title: title}.HeardAt(today)
			a := f.asked(r, nil, today)
			for want, line := range map[Effect]string{Allow: a.Allow, Deny: a.Deny} {
				key := under
				if want == Allow {
					key = strings.Replace(under, "deny", "allow", 1)
				}
				text := strings.Replace(askedFile, key, key+"        "+line+"\n", 1)
				if experience == "exp-2" {
					text = strings.Replace(askedFile, key, key+"      "+line+"\n", 1)
				}
				g, ds := Load("marketplace.yaml", []byte(text))
				if err := ds.Err(); err != nil || text == askedFile {
					t.Fatalf("%s\n%v", line, err)
				}
				if got := g.asked(r, nil, today); got.Decision != want {
					t.Errorf("%s: %+v", line, got)
				}
			}
		}
	}
}
