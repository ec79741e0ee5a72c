package market

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Imported is what an importer found: the entries it makes, and what a person has to know.
type Imported struct {
	Allow, Deny []Product
	ID          string    // the experience
	Draft       bool      // it may be disabled
	Settings    *Settings // nil: products only
	Followers   []Following
	Notes       []string
}

// Table is a dump of a DynamoDB table: as aws dynamodb scan prints it, or as an export has it, an
// item a line. Its key is ID; what else stands there is passed over.
func Table(r io.Reader) ([]string, error) {
	ids := []string{}
	err := rows(r, longest, func(item map[string]json.RawMessage) error {
		id := text(item["ID"])
		if !plain(id) || id == "" {
			return document.Fail("AXLE1190", fmt.Sprintf("an item of the dump has %q for its ID", id), "letters, digits, - . _ and : alone", nil)
		}
		ids = append(ids, id)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return ids, twice(ids)
}

// longest is how much of a dump is read.
const longest = 256 << 20

// rows goes through a dump. Half a table is none, and neither is a part that was asked for: what is
// missing would be taken for what is not there (X8).
func rows(r io.Reader, most int64, each func(map[string]json.RawMessage) error) error {
	half := func(why string) error {
		return document.Fail("AXLE1191", "the dump is not a whole table: "+why, "dump all of it: aws dynamodb scan without --max-items and filters", nil)
	}
	whole := &io.LimitedReader{R: r, N: most + 1}
	dec := json.NewDecoder(whole)
	for n := 0; ; n++ {
		var one struct {
			Items               []map[string]json.RawMessage
			Item                map[string]json.RawMessage
			Count, ScannedCount *int
			More                json.RawMessage `json:"LastEvaluatedKey"`
			NextToken           string          // of --max-items
		}
		err := dec.Decode(&one)
		switch {
		case whole.N <= 0:
			return half(fmt.Sprintf("it is longer than %d bytes", most))
		case err == io.EOF && n == 0:
			return half("it is empty")
		case err == io.EOF:
			return nil
		case err != nil:
			return document.Fail("AXLE1190", "the dump is not JSON", "aws dynamodb scan --table-name … --output json, or the lines of an export", err)
		case one.Items == nil && one.Item == nil:
			return half("it has no Items, and is no line of an export")
		case len(one.More) > 0 && string(one.More) != "null" || one.NextToken != "":
			return half("it is one page, and not the last")
		case one.Count != nil && *one.Count != len(one.Items):
			return half(fmt.Sprintf("it has %d items of %d", len(one.Items), *one.Count))
		case one.Count != nil && one.ScannedCount != nil && *one.ScannedCount != *one.Count:
			return half(fmt.Sprintf("a filter let %d of %d items through", *one.Count, *one.ScannedCount))
		}
		for _, item := range append(one.Items, one.Item) {
			if item == nil {
				continue
			}
			if err := each(item); err != nil {
				return err
			}
		}
	}
}

// text is a value as DynamoDB writes it, {"S": "…"}, or as JSON does.
func text(raw json.RawMessage) string {
	var plain string
	var typed struct{ S, N string }
	if json.Unmarshal(raw, &plain) == nil {
		return strings.TrimSpace(plain)
	}
	if json.Unmarshal(raw, &typed) != nil {
		return ""
	}
	return strings.TrimSpace(typed.S + typed.N)
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

// FromTables is what the two tables say of an experience. The experience itself is the truth: in
// what it differs from them is told, and taken as it is there (PMP-16). A product that is in both
// tables was denied and allowed by turns (X11): somebody has to say which is meant.
func FromTables(have Experience, approved, rejected []string) (Imported, error) {
	no := set(rejected)
	if both := slices.DeleteFunc(sorted(approved), func(id string) bool { return !no[id] }); len(both) > 0 {
		return Imported{}, document.Fail("AXLE2830", "in both tables, approved and rejected: "+some(both), "take each out of one of the tables, and of that list of the experience; dump them again", nil)
	}
	got, err := FromExperience(have)
	if err != nil {
		return got, err
	}
	got.Draft = have.Status != "Enabled" // as the guide of those tables leaves it
	for _, x := range []struct {
		table, live []string
		word        string
	}{{approved, have.Policy.Allowed, "approved"}, {rejected, have.Policy.Denied, "rejected"}} {
		if x.table != nil {
			got.differ(x.table, x.live, x.word)
		}
	}
	return got, nil
}

// differ tells in what a table and the experience differ.
func (i *Imported) differ(table, live []string, word string) {
	there, here := set(live), set(table)
	if more := slices.DeleteFunc(sorted(table), func(id string) bool { return there[id] }); len(more) > 0 {
		i.Notes = append(i.Notes, fmt.Sprintf("%s in the table, and not so in the experience, which counts: %s", word, some(more)))
	}
	if less := slices.DeleteFunc(sorted(live), func(id string) bool { return here[id] }); len(less) > 0 {
		i.Notes = append(i.Notes, fmt.Sprintf("%s in the experience, which counts, and not in the table: %s", word, some(less)))
	}
}

// some are the first of many.
func some(ids []string) string {
	const most = 10
	if len(ids) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
	}
	return strings.Join(ids, ", ")
}

// FromExperience is an experience as it is. One without a policy allows everything, which no list
// says (X10).
func FromExperience(have Experience) (Imported, error) {
	got := Imported{ID: have.ID}
	if have.Policy == nil {
		return got, document.Fail("AXLE2833", have.ID+" has no policy: everything is allowed there, and there is nothing to take", "give it a policy in AWS first, or write the products yourself", nil)
	}
	if have.Archived {
		got.Notes = append(got.Notes, have.ID+" is archived: a plan refuses it as a source until it is revived")
	} else if have.Status != "Enabled" {
		got.Notes = append(got.Notes, have.ID+" is "+strings.ToLower(have.Status)+": a plan refuses it as a source unless it says draft: true")
	}
	for _, id := range have.Policy.Allowed {
		got.Allow = append(got.Allow, Product{ID: id, Reason: "imported"})
	}
	for _, id := range have.Policy.Denied {
		got.Deny = append(got.Deny, Product{ID: id, Reason: "imported"})
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
		b.WriteString("    # nothing is allowed there; if that is meant: allow_empty: true\n")
	}
	b.WriteString(i.settings())
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
	for _, f := range i.Followers {
		b.WriteString(f.yaml(name))
	}
	return b.String()
}

// settings are the keys below settings.
func (i Imported) settings() string {
	if i.Settings == nil {
		return ""
	}
	text := "    settings:\n"
	for _, x := range []struct{ key, value string }{{"status", i.Settings.Status}, {"user_requests", i.Settings.UserRequests}} {
		if x.value != "" {
			text += "      " + x.key + ": " + x.value + "\n"
		}
	}
	if len(i.Settings.Audience) > 0 {
		text += `      audience: ["` + strings.Join(i.Settings.Audience, `", "`) + "\"]\n" // each is plain
	}
	return text
}
