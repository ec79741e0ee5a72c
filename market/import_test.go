package market

import (
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

// PMP-16, X8: a dump as aws dynamodb scan prints it, and as an export has it; half a table is none.
func TestTable(t *testing.T) {
	for name, c := range map[string]struct{ text, want, code string }{
		"a scan":     {`{"Items": [{"ID": {"S": "a"}, "Title": {"S": "x"}}, {"ID": {"S": "b"}}], "Count": 2}`, "a b", ""},
		"an export":  {"{\"Item\":{\"ID\":{\"S\":\"a\"}}}\n{\"Item\":{\"ID\":{\"S\":\"b\"}}}\n", "a b", ""},
		"plain":      {`{"Items": [{"ID": " a "}]}`, "a", ""},
		"empty":      {"", "", ""},
		"a page":     {`{"Items": [{"ID": {"S": "a"}}], "LastEvaluatedKey": {"ID": {"S": "a"}}}`, "", "AXLE1191"},
		"no id":      {`{"Items": [{"Name": {"S": "a"}}]}`, "", "AXLE1190"},
		"quotes":     {`{"Items": [{"ID": {"S": "“a”"}}]}`, "", "AXLE1190"},
		"twice":      {`{"Items": [{"ID": {"S": "a"}}, {"ID": {"S": "a"}}]}`, "", "AXLE1190"},
		"not a dump": {"<html>", "", "AXLE1190"},
	} {
		ids, err := Table(strings.NewReader(c.text))
		if document.CodeOf(err) != c.code || c.code == "" && strings.Join(ids, " ") != c.want {
			t.Errorf("%s: %v %v", name, ids, err)
		}
	}
}

func FuzzTable(f *testing.F) {
	for _, s := range []string{"", "{}", `{"Items":[{"ID":{"S":"a"}}]}`, `{"Item":{"ID":"a"}}`, `{"Items":[null]}`, `[]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ids, err := Table(strings.NewReader(text))
		if err == nil && slices.ContainsFunc(ids, func(id string) bool { return !plain(id) || id == "" }) {
			t.Errorf("%q", ids)
		}
	})
}

// PMP-16: what is imported loads as marketplace.yaml; the live experience counts, not the tables.
func TestImportedLoads(t *testing.T) {
	have := Experience{ID: "exp-1", Status: "Disabled", Policy: &Policy{Allowed: []string{"a"}, Denied: []string{"b"}}}
	got := FromTables(have, []string{"a", "new"}, []string{"b"})
	if len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "new is approved in the table") || !got.Draft {
		t.Fatalf("%+v", got)
	}
	automation, err := FromAutomation([][]byte{[]byte(`{"AllowProducts": ["a", "b"]}`), []byte(`{"DenyProducts": ["b"]}`)})
	if err != nil || len(automation.Allow) != 1 || automation.Deny[0].ID != "b" {
		t.Fatal(automation, err)
	}
	for _, i := range []Imported{got, automation, FromExperience(Experience{ID: "exp-2", Policy: &Policy{}})} {
		text := "schema: 1\norganizations:\n  - {name: home, id: o-aaaaaaaaaa, account: \"111111111111\", role: \"arn:aws:iam::111111111111:role/m\", external_id: x}\nexperiences:\n" + i.YAML("approved", "home")
		if _, ds := Load("marketplace.yaml", []byte(text)); ds.Err() != nil {
			t.Errorf("%v\n%s", ds.Err(), text)
		}
	}
	if _, err := FromAutomation([][]byte{[]byte(`{"AllowProducts": ["a b"]}`)}); document.CodeOf(err) != "AXLE1190" {
		t.Error(err)
	}
}
