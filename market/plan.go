package market

import (
	"fmt"
	"slices"
	"time"

	"github.com/axle-cd/axle/document"
)

// Plan compares what was seen with what the file wants. It reads nothing.
func (f *File) Plan(entries []Entry, s Sight, now time.Time) Proposal {
	p := Proposal{Items: []Item{}}
	for _, e := range entries {
		if e.Follows == "" {
			p.Items = append(p.Items, f.planSource(e, s, now)...)
		} else {
			p.Items = append(p.Items, f.planFollower(e, s, now)...)
		}
	}
	for i, item := range p.Items {
		if item.Err != nil {
			p.Items[i].Refusal = item.Err.Error()
		}
	}
	p.taken(s)
	slices.SortStableFunc(p.Items, func(a, b Item) int {
		return compare(a.Organization, b.Organization, a.Entry, b.Entry, a.Experience, b.Experience)
	})
	return p
}

// planSource plans what the file says of a source; one that is set in AWS has nothing to change.
func (f *File) planSource(e Entry, s Sight, now time.Time) []Item {
	item := Item{Entry: e.Name, Organization: e.Organization, Mode: "enforce"}
	have, err := f.source(e, s)
	if err != nil {
		item.Experience, item.Err = e.ID, err
		return []Item{item}
	}
	item.of(have)
	if e.status() == "archived" && (have.Archived || have.ID == "") { // there is nothing to archive, and none is made for it
		return []Item{item}
	}
	w := f.WantSource(e, have.Policy, now)
	judged, seen := e, have
	if e.status() != "" { // it is the file's to say, whatever it is now
		judged.Draft, seen.Archived = true, false
	}
	if item.Err = judged.Sound(seen, w); item.Err != nil {
		return []Item{item}
	}
	var others []Experience
	for _, x := range s.Listed[e.Organization] {
		if x.ID != have.ID {
			others = append(others, s.Read[x.ID])
		}
	}
	item.Make = have.ID == ""
	if item.Steps = e.settle(have, others); item.Make {
		item.Steps = slices.DeleteFunc(item.Steps, func(s Step) bool { return !s.Last }) // the others are of its making
	}
	if e.ProductsFrom == "experience" { // it is the truth itself
		item.Want = w
		return items(item)
	}
	item.MakePolicy = have.Policy == nil && !item.Make
	item.differ(w, have, e)
	item.expiring(f, e, now)
	return []Item{item}
}

// items is the item, where it says anything.
func items(i Item) []Item {
	if len(i.Steps) == 0 {
		return nil
	}
	i.Delta = Delta{Deny: []string{}, Allow: []string{}}
	return []Item{i}
}

// source is a source's experience as it was seen; one that the file makes is empty.
func (f *File) source(e Entry, s Sight) (Experience, error) {
	if err := s.Failed[e.Organization]; err != nil {
		return Experience{}, err
	}
	id := e.ID
	if id == "" {
		id = byName(e, s)
	}
	if id == "" {
		if e.ProductsFrom == "experience" {
			return Experience{}, document.Fail("AXLE2800", fmt.Sprintf("the source %s is no experience of organization %s", e.Name, e.Organization), "give its id", nil)
		}
		return Experience{Organization: e.Organization, Status: "Disabled"}, nil
	}
	return s.seen(e.Organization, id)
}

// byName finds a source that has no id yet: it is called what its entry is (PMP-20). One that is
// archived is that too, where there is no other: what is made besides stays for ever (MKA-2).
func byName(e Entry, s Sight) (archived string) {
	for _, x := range s.Listed[e.Organization] {
		switch {
		case x.Name != e.Name:
		case !s.Read[x.ID].Archived:
			return x.ID
		case archived == "":
			archived = x.ID
		}
	}
	return archived
}

// seen is an experience, or why it is not known.
func (s Sight) seen(organization, id string) (Experience, error) {
	if err := s.Failed[organization]; err != nil {
		return Experience{}, err
	}
	if err := s.Failed[id]; err != nil {
		return Experience{}, err
	}
	have, ok := s.Read[id]
	if !ok || have.Organization != organization {
		return Experience{}, document.Fail("AXLE2800", fmt.Sprintf("organization %s shows no experience %s", organization, id),
			"see whether account and role are the delegated administrator's, and the id is right: axle market doctor", nil)
	}
	return have, nil
}

func (f *File) planFollower(e Entry, s Sight, now time.Time) (items []Item) {
	blank := Item{Entry: e.Name, Organization: e.Organization, Follows: e.Follows, Mode: e.Mode}
	ids, err := f.followers(e, s)
	if err != nil {
		blank.Err = err
		return []Item{blank}
	}
	source := *f.Entry(e.Follows)
	truth, err := f.truth(source, s, now)
	for _, id := range ids {
		item := blank
		item.Experience = id
		have, unseen := s.seen(e.Organization, id)
		if item.Err = err; err == nil {
			item.Err = unseen
		}
		if item.Err == nil {
			item.of(have)
			f.follow(&item, e, have, f.WantFollower(e, truth, now), now)
		}
		items = append(items, item)
	}
	return items
}

// truth is what a source says, where that can be meant.
func (f *File) truth(e Entry, s Sight, now time.Time) (Want, error) {
	have, err := f.source(e, s)
	if err != nil && e.ProductsFrom == "experience" {
		return Want{}, err
	}
	w := f.WantSource(e, have.Policy, now)
	e.Draft = e.Draft || e.status() == "enabled" // this pass enables it
	return w, e.Sound(have, w)
}

func (f *File) follow(item *Item, e Entry, have Experience, w Want, now time.Time) {
	switch {
	case have.Archived:
		item.find("archived", Drifted, have.ID+" is archived: nothing is changed there", nil)
		item.Mode = "report"
		return
	case have.Status != "Enabled":
		item.find("disabled", Drifted, have.ID+" is disabled: it binds nobody", nil)
	case len(have.Audience.Principals) == 0:
		item.find("no_audience", Drifted, have.ID+" has no audience: it binds nobody", nil)
	}
	if item.MakePolicy = have.Policy == nil; item.MakePolicy && !e.CreatePolicy {
		item.find("open", Opened, have.ID+" has no procurement policy: everything is allowed there; create_policy: true makes one", nil)
		item.Mode, item.MakePolicy, item.Want = "report", false, w
		return
	}
	item.differ(w, have, e)
	item.expiring(f, e, now)
}

func (i *Item) of(have Experience) {
	i.Have, i.Experience, i.Revision = have, have.ID, have.Revision
	if have.Policy != nil {
		i.Allowed = len(have.Policy.Allowed)
	}
}

func (i *Item) differ(w Want, have Experience, e Entry) {
	i.Want, i.Delta, i.Why = w, Diff(w, have.Policy), map[string]Why{}
	for _, id := range slices.Concat(i.Deny, i.Allow) {
		i.Why[id] = w.why(id)
	}
	if i.Guard = e.Guard.Permit(e.Name, i.Delta, have.Policy, -1); i.Guard != nil {
		i.Refusal = i.Guard.Error()
	}
}

// why is what a product's effect rests on: what nobody lists is denied.
func (w Want) why(id string) Why {
	if y, ok := w.Why[id]; ok {
		return y
	}
	return Why{From: "absent", Reason: "not in the source"}
}

func (i *Item) find(kind, outcome, text string, ids []string) {
	i.Findings = append(i.Findings, Remark{kind, text, ids, outcome})
}

// expiring tells of lines whose day is near or over (MKF-3).
func (i *Item) expiring(f *File, e Entry, now time.Time) {
	type line struct{ id, expires string }
	var lines []line
	if e.Products != nil {
		for _, p := range slices.Concat(e.Products.Allow, e.Products.Deny) {
			lines = append(lines, line{p.ID, p.Expires})
		}
	}
	for _, o := range e.Overrides {
		lines = append(lines, line{o.Product, o.Expires})
	}
	for _, l := range lines {
		switch {
		case l.expires == "":
		case !Applies(l.expires, now):
			i.find("expired_override", "", fmt.Sprintf("the line of %s ended on %s and no longer applies", l.id, l.expires), []string{l.id})
		case !Applies(l.expires, now.AddDate(0, 0, 31)): // the day itself is one more
			i.find("expiring", "", fmt.Sprintf("the line of %s ends on %s", l.id, l.expires), []string{l.id})
		}
	}
}

// followers are the experiences of an entry: those named, or all that are live and that no
// other entry has.
func (f *File) followers(e Entry, s Sight) ([]string, error) {
	if e.Discover == "" {
		return sorted(e.IDs), nil
	}
	if err := s.Failed[e.Organization]; err != nil {
		return nil, err
	}
	claimed := f.claimed(e, s)
	var ids []string
	for _, x := range s.Listed[e.Organization] {
		if s.Failed[x.ID] != nil || s.Read[x.ID].Live() && !claimed[x.ID] { // what cannot be read may be live
			ids = append(ids, x.ID)
		}
	}
	if len(ids) == 0 {
		return nil, document.Fail("AXLE2800", fmt.Sprintf("%s: organization %s shows no live experience", e.Name, e.Organization),
			"see whether account and role are the delegated administrator's: axle market doctor", nil)
	}
	return sorted(ids), nil
}

// claimed are the experiences of the organization that other entries name.
func (f *File) claimed(but Entry, s Sight) map[string]bool {
	all := map[string]bool{}
	for _, e := range f.Experiences {
		if e.Organization != but.Organization || e.Name == but.Name {
			continue
		}
		for _, id := range e.IDs {
			all[id] = true
		}
		if all[e.ID] = true; e.Follows == "" && e.ID == "" {
			all[byName(e, s)] = true
		}
	}
	return all
}
