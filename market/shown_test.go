package market

import (
	"testing"

	"github.com/axle-cd/axle/document"
)

// PMP-7, PMP-8, PMP-10: what is left of a plan that was shown goes on, also of an experience that has been
// made since and of settings that are half done. What has become more is refused.
func TestWithin(t *testing.T) {
	step := func(texts ...string) (all []Step) {
		for _, text := range texts {
			all = append(all, Step{Text: text})
		}
		return all
	}
	item := func(change func(*Item)) Item {
		i := Item{Entry: "north", Organization: "o", Experience: "exp-1", Mode: "enforce", Delta: Delta{Deny: ids("ab"), Allow: ids("cd")}, Steps: step("binds o-1", "status: Enabled")}
		if change != nil {
			change(&i)
		}
		return i
	}
	making := item(func(i *Item) { i.Experience, i.Make = "", true })
	for _, c := range []struct {
		name       string
		shown, now Item
		moved      bool
	}{
		{name: "the same", shown: item(nil), now: item(nil)},
		{name: "some products are done", shown: item(nil), now: item(func(i *Item) { i.Deny, i.Allow = nil, ids("d") })},
		{name: "a setting is done", shown: item(nil), now: item(func(i *Item) { i.Steps = step("status: Enabled") })},
		{name: "all is done", shown: item(nil), now: item(func(i *Item) { i.Delta, i.Steps = Delta{}, nil })},
		{name: "it was made meanwhile", shown: making, now: item(func(i *Item) { i.Experience = "exp-9" })},
		{name: "it was made, without its policy", shown: making, now: item(func(i *Item) { i.Experience, i.MakePolicy = "exp-9", true })},
		{name: "another denial", shown: item(nil), now: item(func(i *Item) { i.Deny = ids("abe") }), moved: true},
		{name: "another allowance", shown: item(nil), now: item(func(i *Item) { i.Allow = ids("ce") }), moved: true},
		{name: "another setting", shown: item(nil), now: item(func(i *Item) { i.Steps = step("status: Disabled") }), moved: true},
		{name: "it has lost its policy", shown: item(nil), now: item(func(i *Item) { i.MakePolicy = true }), moved: true},
		{name: "it is gone", shown: item(nil), now: making, moved: true},
		{name: "another experience", shown: item(nil), now: item(func(i *Item) { i.Experience = "exp-2" }), moved: true},
		{name: "another organization's was made", shown: making, now: item(func(i *Item) { i.Organization, i.Experience = "p", "exp-9" }), moved: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			stranger := Item{Entry: "new", Organization: "o", Experience: "exp-7", Delta: Delta{Deny: ids("z")}}
			kept, err := Proposal{Items: []Item{stranger, c.now}}.Within(Proposal{Items: []Item{c.shown}})
			if c.moved {
				if document.CodeOf(err) != CodeMoved {
					t.Error("it goes on:", err)
				}
				return
			}
			if err != nil || len(kept.Items) != 1 || kept.Items[0].Entry != "north" {
				t.Error(kept.Items, err)
			}
		})
	}
}

// What passes come to, one after another.
func TestAfter(t *testing.T) {
	got := Done{Outcome: Clean}.After(Done{Outcome: Incomplete, Denied: 50, Sets: 1})
	if got.Outcome != Applied || got.Denied != 50 || got.Sets != 1 {
		t.Errorf("%+v", got)
	}
	if got := (Done{Outcome: Broken, Allowed: 2, Sets: 1}).After(Done{Outcome: Incomplete, Allowed: 50, Sets: 1}); got.Outcome != Broken || got.Allowed != 52 {
		t.Errorf("%+v", got)
	}
	shared := Shared{Outcome: Clean, Ended: []Pair{{SKU: "b"}}}.After(Shared{Outcome: Incomplete, Calls: 3, Left: 2, Ended: []Pair{{SKU: "a"}}})
	if shared.Outcome != Applied || shared.Calls != 3 || shared.Left != 0 || len(shared.Ended) != 2 {
		t.Errorf("%+v", shared)
	}
}

// LIC-10: why no grant of such an organization would ever be active.
func TestNever(t *testing.T) {
	for _, c := range []struct {
		name, accept, management string
		linked                   bool
		never                    bool
	}{
		{"as it should be", "auto", "111111111111", true, false},
		{"another account grants", "auto", "222222222222", true, true},
		{"not linked", "auto", "111111111111", false, true},
		{"each account accepts by itself", "assume", "222222222222", false, false},
	} {
		l := &Licences{Granter: "111111111111", Accept: c.accept}
		if got := l.Never(Setup{Management: c.management, Linked: c.linked}); (got != "") != c.never {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

// X13, PMP-7: a saved plan is of the values that it was made against: a setting that somebody has changed since
// is refused, though it would be set to the same.
func TestWithinOfSettings(t *testing.T) {
	e := Entry{Name: "x", Settings: &Settings{UserRequests: "deny", Branding: &BrandingFile{Title: "Ours"}}}
	plan := func(title, requests string) Proposal {
		have := Experience{ID: "exp-1", Status: "Enabled", Policy: &Policy{Requests: requests}, Branding: Branding{ID: "brand-1", Title: title}}
		return Proposal{Items: []Item{{Entry: "x", Experience: "exp-1", Steps: e.settle(have, nil)}}}
	}
	shown := plan("Old", "Allow")
	for name, c := range map[string]struct {
		now   Proposal
		moved bool
	}{
		"as it was":         {plan("Old", "Allow"), false},
		"done":              {plan("Ours", "Deny"), false},
		"another title":     {plan("Theirs", "Allow"), true},
		"another's request": {plan("Old", "Deny"), true},
	} {
		if _, err := c.now.Within(shown); (document.CodeOf(err) == CodeMoved) != c.moved {
			t.Errorf("%s: %v", name, err)
		}
	}
}
