package market

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
)

// PMP-16, X8: a dump as aws dynamodb scan prints it, and as an export has it; half a table is none.
func TestTable(t *testing.T) {
	for name, c := range map[string]struct{ text, want, code string }{
		"a scan":     {`{"Items": [{"ID": {"S": "a"}, "Title": {"S": "x"}}, {"ID": {"S": "b"}}], "Count": 2}`, "a b", ""},
		"an export":  {"{\"Item\":{\"ID\":{\"S\":\"a\"}}}\n{\"Item\":{\"ID\":{\"S\":\"b\"}}}\n", "a b", ""},
		"plain":      {`{"Items": [{"ID": " a "}]}`, "a", ""},
		"empty":      {`{"Items": [], "Count": 0, "ScannedCount": 0}`, "", ""},
		"nothing":    {"", "", "AXLE1191"},
		"no table":   {`{"Parameters": []}`, "", "AXLE1191"},
		"a page":     {`{"Items": [{"ID": {"S": "a"}}], "LastEvaluatedKey": {"ID": {"S": "a"}}}`, "", "AXLE1191"},
		"max items":  {`{"Items": [{"ID": {"S": "a"}}], "Count": 1, "NextToken": "x"}`, "", "AXLE1191"},
		"cut off":    {`{"Items": [{"ID": {"S": "a"}}], "Count": 2, "ScannedCount": 2}`, "", "AXLE1191"},
		"filtered":   {`{"Items": [{"ID": {"S": "a"}}], "Count": 1, "ScannedCount": 9}`, "", "AXLE1191"},
		"no item":    {`{"Items": [null], "Item": null}`, "", ""},
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

// X8: a dump that is longer than what is read is no shorter table, wherever it is cut.
func TestTableTooLong(t *testing.T) {
	const line = "{\"Item\":{\"ID\":{\"S\":\"a\"}}}\n"
	for most := range int64(2 * len(line)) {
		n := 0
		err := rows(strings.NewReader(line+line), most, func(map[string]json.RawMessage) error { n++; return nil })
		if document.CodeOf(err) != "AXLE1191" && most < int64(2*len(line)-1) {
			t.Errorf("%d bytes of %d: %d items, %v", most, 2*len(line), n, err)
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

const importHead = "schema: 1\norganizations:\n  - {name: home, id: o-aaaaaaaaaa, account: \"111111111111\", role: \"arn:aws:iam::111111111111:role/m\", external_id: x}\n" +
	"  - {name: north, id: o-bbbbbbbbbb, account: \"222222222222\", role: \"arn:aws:iam::222222222222:role/m\", external_id: x}\nexperiences:\n"

// PMP-16, X10, X11: the experience counts, and in what the tables differ from it is told, both ways; a
// product in both tables, and an experience that allows everything, are for a person to mend.
func TestFromTables(t *testing.T) {
	policy := &Policy{Allowed: []string{"a", "c"}, Denied: []string{"b"}}
	for name, c := range map[string]struct {
		have               Experience
		approved, rejected string
		code, notes        string
		draft              bool
	}{
		"as they are":       {Experience{Status: "Enabled", Policy: policy}, "a c", "b", "", "", false},
		"disabled, by them": {Experience{Status: "Disabled", Policy: policy}, "a c", "b", "", "is disabled", true},
		"archived":          {Experience{Status: "Disabled", Archived: true, Policy: policy}, "a c", "b", "", "is archived", true},
		"more in a table":   {Experience{Status: "Enabled", Policy: policy}, "a c new", "b", "", "approved in the table, and not so in the experience, which counts: new", false},
		"half a table":      {Experience{Status: "Enabled", Policy: policy}, "a", "b", "", "approved in the experience, which counts, and not in the table: c", false},
		"denied elsewhere":  {Experience{Status: "Enabled", Policy: policy}, "a c", "b d", "", "rejected in the table, and not so in the experience, which counts: d", false},
		"no dumps":          {Experience{Status: "Enabled", Policy: policy}, "", "", "", "", false},
		"in both":           {Experience{Status: "Enabled", Policy: policy}, "a c b", "b c", "AXLE2830", "b, c", false},
		"allows everything": {Experience{Status: "Enabled"}, "a", "b", "AXLE2833", "everything is allowed", false},
	} {
		var approved, rejected []string // nil: not dumped
		approved, rejected = append(approved, strings.Fields(c.approved)...), append(rejected, strings.Fields(c.rejected)...)
		got, err := FromTables(c.have, approved, rejected)
		said := strings.Join(got.Notes, "\n")
		if err != nil {
			said = err.Error()
		}
		if document.CodeOf(err) != c.code || !strings.Contains(said, c.notes) || c.notes == "" && said != "" || err == nil && got.Draft != c.draft {
			t.Errorf("%s: %+v %v", name, got, err)
		}
		if err == nil && len(got.Allow)+len(got.Deny) != 3 {
			t.Errorf("%s: the tables counted: %+v", name, got)
		}
	}
	many := make([]string, 3000)
	for i := range many {
		many[i] = fmt.Sprintf("prod-%04d", i)
	}
	if got, _ := FromTables(Experience{Status: "Enabled", Policy: policy}, many, nil); !strings.Contains(got.Notes[0], "and 2990 more") {
		t.Errorf("%.200s", got.Notes[0])
	}
}

// PMP-16, X15, X16, X19: what the other program has as parameters: the experience, and who follows it.
func TestCrossParameters(t *testing.T) {
	parameters := func(pairs ...string) map[string]string {
		var text []string
		for _, p := range pairs {
			name, value, _ := strings.Cut(p, "=")
			raw, _ := json.Marshal(map[string]string{"Name": name, "Type": "String", "Value": value})
			text = append(text, string(raw))
		}
		all, err := Parameters(strings.NewReader(`{"Parameters": [` + strings.Join(text, ",") + `]}`))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	for _, c := range []struct {
		name, asked string
		of          map[string]string
		want, code  string
	}{
		{"one", "", parameters("/exp-1/experience=exp-1", "/exp-1/ApprovedTable=exp-1-ApprovedProducts"), "exp-1", ""},
		{"one of two", "exp-2", parameters("/exp-1/experience=exp-1", "/exp-2/experience=exp-2"), "exp-2", ""},
		{"which of two", "", parameters("/exp-1/experience=exp-1", "/exp-2/experience=exp-2"), "", "AXLE2832"},
		{"another", "exp-3", parameters("/exp-1/experience=exp-1"), "", "AXLE2832"},
		{"none", "", parameters(), "", "AXLE2832"},
		{"no id", "", parameters("/x/experience=my experience"), "", "AXLE2832"},
	} {
		if got, err := Managed(c.of, c.asked); got != c.want || document.CodeOf(err) != c.code {
			t.Errorf("%s: %q %v", c.name, got, err)
		}
	}
	const table = "/pmp/ApprovedTable=exp-1-ApprovedProducts"
	for _, c := range []struct {
		name string
		of   map[string]string
		want string
		code string
	}{
		{"those that are live", parameters(table), "discover: live", ""},
		{"some", parameters(table, "/pmp/MemberExperienceIds=exp-a,exp-b"), "ids: [exp-a, exp-b]", ""},
		{"a blank", parameters(table, "/pmp/MemberExperienceIds=exp-a, exp-b"), "", "AXLE2832"},
		{"typographic quotes, as that program's guide has them", parameters(table, "/pmp/MemberExperienceIds=””"), "", "AXLE2832"},
		{"another's", parameters("/pmp/ApprovedTable=exp-2-ApprovedProducts"), "", "AXLE2831"},
		{"another account", parameters("/exp-1/experience=exp-1"), "", "AXLE2831"},
	} {
		got, err := Follow("north", "exp-1", c.of)
		if document.CodeOf(err) != c.code || err == nil && !strings.Contains(got.yaml("s"), c.want) {
			t.Errorf("%s: %+v %v", c.name, got, err)
		}
	}
	for text, code := range map[string]string{`{"Parameters": [], "NextToken": "x"}`: "AXLE1191", "[]": "AXLE1190", "": "AXLE1190",
		`{"Parameters": [{"Name": "/a", "Value": "1"}, {"Name": "/a", "Value": "2"}]}`: "AXLE1190"} {
		if _, err := Parameters(strings.NewReader(text)); document.CodeOf(err) != code {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// PMP-16: the rows of the timestamps are read as that program wrote them, and written as it does.
func TestStamps(t *testing.T) {
	rows, err := Stamps(strings.NewReader(`{"Items": [
  {"ID": {"S": "444455556666"}, "member_org_email": {"S": "north@example.com"}, "stamp": {"S": "1714557600.482911"}, "update_time_utc": {"S": "2024-05-01T10:00:00.482911"}, "experiences_updated": {"N": "2"}}]}`))
	if err != nil || len(rows) != 1 || rows[0].String() != "the organization of management account 444455556666 (north@example.com) was last in line at 2024-05-01T10:00:00Z, 2 experiences" {
		t.Fatal(rows, err)
	}
	out, err := Requests("exp-1", rows)
	var doc map[string][]struct {
		PutRequest struct {
			Item map[string]map[string]string
		}
	}
	if err != nil || json.Unmarshal(out, &doc) != nil || len(doc["exp-1-SyncTimestamps"]) != 1 {
		t.Fatal(string(out), err)
	}
	if got := fmt.Sprint(doc["exp-1-SyncTimestamps"][0].PutRequest.Item); got != "map[ID:map[S:444455556666] experiences_updated:map[N:2] member_org_email:map[S:north@example.com] stamp:map[S:1714557600.0] update_time_utc:map[S:2024-05-01T10:00:00]]" {
		t.Error(got)
	}
	if _, err := Requests("exp-1", make([]Stamp, 26)); document.CodeOf(err) != "AXLE2834" {
		t.Error("AWS would not take it", err)
	}
	for _, row := range []string{`{"ID": {"S": "4444"}, "stamp": {"S": "1"}}`, `{"ID": {"S": "444455556666"}}`, `{"ID": {"S": "444455556666"}, "stamp": {"S": "NaN"}}`, `{"ID": {"S": "444455556666"}, "stamp": {"S": "1e300"}}`} {
		if _, err := Stamps(strings.NewReader(`{"Items": [` + row + `]}`)); document.CodeOf(err) != "AXLE1190" {
			t.Error(row, err)
		}
	}
}

// PMP-16, X17, X21: an organization's row is of the moment as of which all its followers were in line;
// there is none while one of them never was.
func TestStamped(t *testing.T) {
	at := func(minutes int) time.Time { return today.Add(time.Duration(minutes) * time.Minute) }
	f, ds := Load("marketplace.yaml", []byte(importHead+`  - {name: source, organization: home, id: exp-1, products: {allow: [{id: a}]}}
  - {name: first, organization: north, follows: source, discover: live}
  - {name: second, organization: north, follows: source, ids: [exp-b]}
`))
	if ds.Err() != nil {
		t.Fatal(ds.Err())
	}
	seen := func(entry, id string, tried, good int) Seen {
		s := Seen{Organization: "o-bbbbbbbbbb", Entry: entry, Experience: id, Attempt: at(tried)}
		if good >= 0 {
			s.Success = at(good)
		}
		return s
	}
	for name, c := range map[string]struct {
		seen []Seen
		want int // minutes; -1: none
		n    int
	}{
		"nothing was tried":            {nil, -1, 0},
		"the oldest counts":            {[]Seen{seen("first", "exp-a", 100, 101), seen("second", "exp-b", 100, 40)}, 40, 2},
		"one never was":                {[]Seen{seen("first", "exp-a", 100, 101), seen("second", "exp-b", 100, -1)}, -1, 0},
		"one that is followed no more": {[]Seen{seen("first", "exp-a", 100, 101), seen("first", "exp-gone", 10, 10), seen("second", "exp-gone", 100, 1)}, 101, 1},
		"another organization's":       {[]Seen{{Organization: "o-cccccccccc", Entry: "first", Attempt: at(1), Success: at(1)}}, -1, 0},
	} {
		got, ok := f.Stamped(f.Experiences[0], f.Organizations[1], c.seen)
		if ok != (c.want >= 0) || ok && (!got.At.Equal(at(c.want)) || got.Updated != c.n) {
			t.Errorf("%s: %+v %v", name, got, ok)
		}
	}
}

// PMP-16, X25: the files add up, the last word counts; settings are taken along; which experience it is,
// and whether the last file was applied at all, the STATUS_ file says.
func TestFromAutomation(t *testing.T) {
	for name, c := range map[string]struct {
		files       []string
		status      string
		want, notes string
		code        string
	}{
		"two files": {[]string{`{"Name": "Default Experience", "AllowProducts": ["a", "b"], "DenyProducts": ["c"], "Status": "Enabled", "PolicyResourceRequests": "Deny", "AssociatePrincipals": ["o-abcdef1234", "111111111111"]}`,
			`{"Name": "Default Experience", "DenyProducts": ["b"], "DisassociatePrincipals": ["111111111111"]}`},
			`{"Experience Id": "exp-1", "ChangeSetId": "x", "ChangeSetStatus": "Successful"}`, "exp-1 +a -b -c enabled deny [o-abcdef1234]", "", ""},
		"products alone": {[]string{`{"Name": "X", "AllowProducts": ["a"]}`}, `{"Experience Id": "exp-1", "ChangeSetStatus": "Successful"}`, "exp-1 +a", "", ""},
		"not applied": {[]string{`{"Name": "X", "AllowProducts": ["a"]}`}, `{"Experience Id": "exp-1", "ChangeSetStatus": "Failed", "Error Message": "no such product"}`, "exp-1 +a",
			"its last file was not applied (Failed): no such product", ""},
		"no status":       {[]string{`{"Name": "X", "AllowProducts": ["a"]}`}, "", " +a", "apply makes another", ""},
		"never made":      {[]string{`{"Name": "X"}`}, `{"ChangeSetId": "x", "ChangeSetStatus": "In Progress"}`, "", "it was never made", ""},
		"a blank":         {[]string{`{"AllowProducts": ["a b"]}`}, "", "", "", "AXLE1190"},
		"both at once":    {[]string{`{"AllowProducts": ["a"], "DenyProducts": ["a"]}`}, "", "", "", "AXLE2830"},
		"a status":        {[]string{`{"Status": "Live"}`}, "", "", "", "AXLE1190"},
		"a principal":     {[]string{`{"AssociatePrincipals": ["everybody"]}`}, "", "", "", "AXLE1190"},
		"a slip":          {[]string{`{"AllowedProducts": ["a"]}`}, "", "", "", "AXLE1190"},
		"two at once":     {[]string{`{} {}`}, "", "", "", "AXLE1190"},
		"no list":         {[]string{`{"AllowProducts": "a"}`}, "", "", "", "AXLE1190"},
		"an id":           {[]string{`{}`}, `{"Experience Id": "exp-1\n  id: exp-2"}`, "", "", "AXLE1190"},
		"a broken status": {[]string{`{}`}, `{`, "", "", "AXLE1190"},
	} {
		var files [][]byte
		for _, text := range c.files {
			files = append(files, []byte(text))
		}
		var status []byte
		if c.status != "" {
			status = []byte(c.status)
		}
		_, got, err := FromAutomation(files, status)
		text := got.ID
		for _, p := range got.Allow {
			text += " +" + p.ID
		}
		for _, p := range got.Deny {
			text += " -" + p.ID
		}
		if s := got.Settings; s != nil {
			text += fmt.Sprintf(" %s %s %v", s.Status, s.UserRequests, s.Audience)
		}
		if document.CodeOf(err) != c.code || err == nil && (text != c.want || !strings.Contains(strings.Join(got.Notes, "; "), c.notes) || c.notes == "" && len(got.Notes) > 0) {
			t.Errorf("%s: %q %v %v", name, text, got.Notes, err)
		}
	}
}

// PMP-16: what is imported loads as marketplace.yaml; an allow list that is empty is not waved through
// the guard by the import.
func TestImportedLoads(t *testing.T) {
	tables, err := FromTables(Experience{ID: "exp-1", Status: "Disabled", Policy: &Policy{Allowed: []string{"a"}, Denied: []string{"b"}}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	tables.Followers = []Following{{"north", []string{"exp-n1", "exp-n2"}}}
	_, automation, err := FromAutomation([][]byte{[]byte(`{"AllowProducts": ["a"], "Status": "Enabled", "AssociatePrincipals": ["o-abcdef1234", "111111111111"]}`)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	empty, err := FromExperience(Experience{ID: "exp-2", Status: "Enabled", Policy: &Policy{}})
	if err != nil {
		t.Fatal(err)
	}
	for want, i := range map[string]Imported{"exp-1": tables, "": automation, "exp-2": empty} {
		text := importHead + i.YAML("approved", "home")
		f, ds := Load("marketplace.yaml", []byte(text))
		if ds.Err() != nil {
			t.Errorf("%v\n%s", ds.Err(), text)
			continue
		}
		if e := f.Experiences[0]; e.ID != want || e.AllowEmpty || e.Draft != (want == "exp-1") || len(f.Experiences) != 1+len(i.Followers) {
			t.Errorf("%+v", f.Experiences)
		}
	}
}

// PMP-16: nothing that is imported makes the file other than it says: no line is added by an id.
func FuzzImports(f *testing.F) {
	f.Add(`{"AllowProducts": ["a"], "AssociatePrincipals": ["o-abcdef1234"], "Status": "Enabled"}`, `{"Experience Id": "exp-1"}`, `{"Parameters": [{"Name": "/pmp/ApprovedTable", "Value": "exp-1-ApprovedProducts"}, {"Name": "/pmp/MemberExperienceIds", "Value": "exp-a"}]}`)
	f.Add(`{"DenyProducts": ["a\n"]}`, "{}", `{"Parameters": [{"Name": "/exp-1/experience", "Value": "exp-1"}]}`)
	f.Add(`{"Items": [{"ID": {"S": "444455556666"}, "stamp": {"S": "1.5"}}]}`, "null", "[]")
	f.Fuzz(func(t *testing.T, file, status, dump string) {
		_, got, err := FromAutomation([][]byte{[]byte(file)}, []byte(status))
		if err != nil {
			got = Imported{}
		}
		if all, err := Parameters(strings.NewReader(dump)); err == nil {
			_, _ = Managed(all, "")
			if one, err := Follow("north", "exp-1", all); err == nil {
				got.Followers = append(got.Followers, one)
			}
		}
		if all, err := Stamps(strings.NewReader(file)); err == nil {
			for _, s := range all {
				_ = s.String()
			}
		}
		text := importHead + got.YAML("approved", "home")
		loaded, ds := Load("marketplace.yaml", []byte(text))
		if ds.Err() == nil && (len(loaded.Experiences) != 1+len(got.Followers) || loaded.Experiences[0].ID != got.ID) {
			t.Errorf("%s", text)
		}
	})
}
