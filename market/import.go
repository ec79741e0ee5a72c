package market

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Imported is what an importer found: the entries it makes, and what a person has to know.
type Imported struct {
	Allow, Deny []Product
	ID          string // the experience
	Draft       bool   // it may be disabled
	Notes       []string
}

// Table is a dump of a DynamoDB table: as aws dynamodb scan prints it, or as an export has it, an
// item a line. Its key is ID; what else stands there is passed over.
func Table(r io.Reader) (ids []string, err error) {
	dec := json.NewDecoder(io.LimitReader(r, 256<<20))
	for {
		var one struct {
			Items []map[string]json.RawMessage
			Item  map[string]json.RawMessage
			More  json.RawMessage `json:"LastEvaluatedKey"`
		}
		if err := dec.Decode(&one); err == io.EOF {
			return ids, twice(ids)
		} else if err != nil {
			return nil, document.Fail("AXLE1190", "the dump is not JSON", "aws dynamodb scan --table-name … --output json, or the lines of an export", err)
		}
		if len(one.More) > 0 && string(one.More) != "null" {
			return nil, document.Fail("AXLE1191", "the dump is one page of a table, and not the last", "dump all of it: what is missing would be denied", nil)
		}
		for _, item := range append(one.Items, one.Item) {
			if item == nil {
				continue
			}
			id := text(item["ID"])
			if !plain(id) || id == "" {
				return nil, document.Fail("AXLE1190", fmt.Sprintf("an item of the dump has %q for its ID", id), "letters, digits, - . _ and : alone", nil)
			}
			ids = append(ids, id)
		}
	}
}

// text is a value as DynamoDB writes it, {"S": "…"}, or as JSON does.
func text(raw json.RawMessage) string {
	var plain string
	var typed struct{ S string }
	if json.Unmarshal(raw, &plain) == nil {
		return strings.TrimSpace(plain)
	}
	if json.Unmarshal(raw, &typed) != nil {
		return ""
	}
	return strings.TrimSpace(typed.S)
}

func twice(ids []string) error {
	all := slices.Sorted(slices.Values(ids))
	for i := 1; i < len(all); i++ {
		if all[i] == all[i-1] {
			return document.Fail("AXLE1190", "the dump has product "+all[i]+" twice", "it is not one table's", nil)
		}
	}
	return nil
}

// FromTables is what the two tables say of an experience. The experience itself is the truth: a
// product that it has otherwise is told, and taken as it is there (PMP-16).
func FromTables(have Experience, approved, rejected []string) Imported {
	got := FromExperience(have)
	if have.Status != "Enabled" {
		got.Draft = true // as the guide of those tables leaves it
	}
	live := Policy{}
	if have.Policy != nil {
		live = *have.Policy
	}
	for _, x := range []struct {
		ids  []string
		in   []string
		word string
	}{{approved, live.Allowed, "approved"}, {rejected, live.Denied, "rejected"}} {
		there := set(x.in)
		for _, id := range sorted(x.ids) {
			if !there[id] {
				got.Notes = append(got.Notes, fmt.Sprintf("%s is %s in the table, and not so in the experience: the experience counts", id, x.word))
			}
		}
	}
	return got
}

// FromExperience is an experience as it is.
func FromExperience(have Experience) Imported {
	got := Imported{ID: have.ID}
	if have.Policy == nil {
		got.Notes = append(got.Notes, have.ID+" has no policy: everything is allowed there; nothing is taken")
		return got
	}
	for _, id := range have.Policy.Allowed {
		got.Allow = append(got.Allow, Product{ID: id, Reason: "imported"})
	}
	for _, id := range have.Policy.Denied {
		got.Deny = append(got.Deny, Product{ID: id, Reason: "imported"})
	}
	return got
}

// FromAutomation reads the files of private-marketplace-automation for one experience, in the order
// of their versions: each adds to what those before it made, since nothing leaves a policy by it.
func FromAutomation(files [][]byte) (Imported, error) {
	var got Imported
	effect := map[string]Effect{}
	for _, data := range files {
		var body struct {
			AllowProducts, DenyProducts []string
		}
		if err := json.Unmarshal(data, &body); err != nil {
			return got, document.Fail("AXLE1190", "a file of the folder is not JSON", "", err)
		}
		for _, x := range []struct {
			ids []string
			is  Effect
		}{{body.AllowProducts, Allow}, {body.DenyProducts, Deny}} {
			for _, id := range x.ids {
				if id = strings.TrimSpace(id); !plain(id) || id == "" {
					return got, document.Fail("AXLE1190", fmt.Sprintf("%q is not a product's id", id), "letters, digits, - . _ and : alone", nil)
				}
				effect[id] = x.is
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(effect)) {
		p := Product{ID: id, Reason: "imported"}
		if effect[id] == Allow {
			got.Allow = append(got.Allow, p)
		} else {
			got.Deny = append(got.Deny, p)
		}
	}
	return got, nil
}

// YAML is the entry of marketplace.yaml that an import makes.
func (i Imported) YAML(name, organization string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  - name: %s\n    organization: %s\n", name, organization)
	if i.ID != "" {
		fmt.Fprintf(&b, "    id: %s\n", i.ID)
	}
	if i.Draft {
		b.WriteString("    draft: true\n")
	}
	if len(i.Allow) == 0 {
		b.WriteString("    allow_empty: true # nothing is allowed there: is that meant?\n")
	}
	b.WriteString("    products:\n")
	for _, list := range []struct {
		key string
		all []Product
	}{{"allow", i.Allow}, {"deny", i.Deny}} {
		if len(list.all) == 0 {
			fmt.Fprintf(&b, "      %s: []\n", list.key)
			continue
		}
		fmt.Fprintf(&b, "      %s:\n", list.key)
		for _, p := range list.all {
			fmt.Fprintf(&b, "        - {id: %q, reason: %s}\n", p.ID, p.Reason)
		}
	}
	return b.String()
}
