package market

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
)

// Following is a member organization of pmp-cross-org-support, which becomes a follower. That
// program has one source an account (X16); here each is an entry of its own.
type Following struct {
	Organization string
	IDs          []string // none: those that are live
}

func (f Following) yaml(source string) string {
	which := "discover: live"
	if len(f.IDs) > 0 {
		which = "ids: [" + strings.Join(f.IDs, ", ") + "]"
	}
	return fmt.Sprintf("  - name: %s-%s\n    organization: %s\n    follows: %s\n    %s\n", f.Organization, source, f.Organization, source, which)
}

// Parameters is a dump of Systems Manager parameters, as aws ssm get-parameters-by-path prints it.
func Parameters(r io.Reader) (map[string]string, error) {
	var dump struct {
		Parameters []struct{ Name, Value string }
		NextToken  string
	}
	if err := json.NewDecoder(io.LimitReader(r, 16<<20)).Decode(&dump); err != nil {
		return nil, document.Fail("AXLE1190", "the dump of parameters is not JSON", "aws ssm get-parameters-by-path --recursive --path … --output json", err)
	}
	if dump.NextToken != "" {
		return nil, document.Fail("AXLE1191", "the dump is one page of the parameters, and not the last", "dump all of them", nil)
	}
	all := map[string]string{}
	for _, p := range dump.Parameters {
		if _, there := all[p.Name]; there {
			return nil, document.Fail("AXLE1190", fmt.Sprintf("the dump has parameter %q twice", p.Name), "it is not one account's", nil)
		}
		all[p.Name] = p.Value
	}
	return all, nil
}

// Managed is the experience that /<experience>/experience names: asked, where there are several.
func Managed(parameters map[string]string, asked string) (string, error) {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		id := parameters[name]
		if !strings.HasSuffix(name, "/experience") || asked != "" && id != asked {
			continue
		}
		if !strings.HasPrefix(id, "exp-") || !plain(id) {
			return "", document.Fail("AXLE2832", fmt.Sprintf("parameter %s has %q, which is not the id of an experience", name, id), "it begins with exp-, without blanks and quotes", nil)
		}
		found = append(found, id)
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0:
		return "", document.Fail("AXLE2832", strings.TrimSpace("the parameters name no experience "+asked), "dump /<experience>/experience too, or give --experience without --parameters", nil)
	}
	return "", document.Fail("AXLE2832", "the parameters name several experiences: "+some(found), "import each with --experience", nil)
}

// Follow is what an account follows by its parameters below /pmp/: it must be the experience that is imported.
func Follow(organization, experience string, parameters map[string]string) (Following, error) {
	f := Following{Organization: organization}
	table, there := parameters["/pmp/ApprovedTable"]
	if want := experience + "-ApprovedProducts"; !there || table != want {
		return f, document.Fail("AXLE2831", fmt.Sprintf("%s reads the table %q, and %s has %q", organization, table, experience, want), "give the dump of /pmp/ of an account that follows "+experience, nil)
	}
	ids, there := parameters["/pmp/MemberExperienceIds"]
	if !there {
		return f, nil
	}
	for _, id := range strings.Split(ids, ",") {
		if !strings.HasPrefix(id, "exp-") || !plain(id) {
			return f, document.Fail("AXLE2832", fmt.Sprintf("/pmp/MemberExperienceIds of %s has %q, which is not the id of an experience", organization, id),
				"nothing was ever synchronized to it: mend the list, without blanks and quotes, or take the parameter out for all that are live", nil)
		}
		f.IDs = append(f.IDs, id)
	}
	return f, nil
}

// Stamp is a row of <experience>-SyncTimestamps: when a member organization was last in line.
type Stamp struct {
	Account string    // the management account of the member organization
	Email   string    // its address
	At      time.Time //
	Updated int       // experiences
}

// Stamps is a dump of that table.
func Stamps(r io.Reader) (all []Stamp, err error) {
	err = rows(r, longest, func(item map[string]json.RawMessage) error {
		s := Stamp{Account: text(item["ID"]), Email: text(item["member_org_email"])}
		seconds, err := strconv.ParseFloat(text(item["stamp"]), 64)
		if len(s.Account) != 12 || !principal(s.Account) || err != nil || !(seconds >= 0 && seconds < 1e11) {
			return document.Fail("AXLE1190", fmt.Sprintf("the row %q of the timestamps is none", s.Account), "its ID is an account, its stamp a number of seconds", err)
		}
		s.At = time.Unix(int64(seconds), 0).UTC()
		s.Updated, _ = strconv.Atoi(text(item["experiences_updated"])) // told, no more
		all = append(all, s)
		return nil
	})
	slices.SortFunc(all, func(a, b Stamp) int { return strings.Compare(a.Account, b.Account) })
	return all, err
}

// String is the row in words.
func (s Stamp) String() string {
	return fmt.Sprintf("the organization of management account %s (%s) was last in line at %s, %d experiences", s.Account, s.Email, s.At.Format(time.RFC3339), s.Updated)
}

// mostStamps is how many rows a BatchWriteItem takes.
const mostStamps = 25

// Requests are the rows as aws dynamodb batch-write-item --request-items takes them, so that what
// reads the old table goes on while both programs run side by side (PMP-16).
func Requests(experience string, stamps []Stamp) ([]byte, error) {
	if len(stamps) > mostStamps {
		return nil, document.Fail("AXLE2834", fmt.Sprintf("not supported: %d rows, and AWS takes %d in a request", len(stamps), mostStamps), "let fewer organizations follow one source, or leave the old table", nil)
	}
	type value map[string]string
	type put struct {
		PutRequest struct{ Item map[string]value }
	}
	all := make([]put, len(stamps))
	for i, r := range stamps {
		all[i].PutRequest.Item = map[string]value{
			"ID": {"S": r.Account}, "member_org_email": {"S": r.Email}, "stamp": {"S": fmt.Sprintf("%d.0", r.At.Unix())},
			"update_time_utc": {"S": r.At.UTC().Format("2006-01-02T15:04:05")}, "experiences_updated": {"N": strconv.Itoa(r.Updated)},
		}
	}
	return json.MarshalIndent(map[string][]put{experience + "-SyncTimestamps": all}, "", "  ")
}

// Stamped is the row of an organization: as of when all its followers of a source were in line. None
// where one of them never was, or none was tried.
func (f *File) Stamped(source Entry, o Organization, seen []Seen) (s Stamp, ok bool) {
	for _, e := range f.Experiences {
		if e.Follows != source.Name || e.Organization != o.Name {
			continue
		}
		for _, x := range f.latest(e, o, seen) {
			if x.Success.IsZero() {
				return Stamp{}, false
			}
			if s.Updated++; s.At.IsZero() || x.Success.Before(s.At) {
				s.At = x.Success
			}
		}
	}
	return s, s.Updated > 0
}

// latest are the experiences of a follower that its last pass went through: what it followed with
// before is none of them.
func (f *File) latest(e Entry, o Organization, seen []Seen) (all []Seen) {
	var last time.Time
	for _, x := range seen {
		if x.Organization == o.ID && x.Entry == e.Name && (len(e.IDs) == 0 || slices.Contains(e.IDs, x.Experience)) {
			all = append(all, x)
			if x.Attempt.After(last) {
				last = x.Attempt
			}
		}
	}
	return slices.DeleteFunc(all, func(x Seen) bool {
		return x.Attempt.Before(last.Add(-time.Duration(f.Sync.Budget)))
	})
}
