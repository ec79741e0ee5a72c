package market

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

var today = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// ids of one letter each.
func ids(text string) (all []string) {
	for _, r := range text {
		all = append(all, string(r))
	}
	return all
}

func joined(all []string) string { return strings.Join(all, "") }

// PMP-1: what a follower should be: its own denials, then the source's, then its own allowances.
func TestWantFollower(t *testing.T) {
	for _, c := range []struct {
		name, allow, deny  string
		overrides          []Override
		may                bool
		wantA, wantD, left string
	}{
		{name: "the source", allow: "ab", deny: "c", wantA: "ab", wantD: "c"},
		{name: "a denial over an allowance", allow: "ab", overrides: []Override{{Product: "a", Effect: "deny"}}, wantA: "b", wantD: "a"},
		{name: "an allowance of its own", allow: "a", overrides: []Override{{Product: "z", Effect: "allow"}}, wantA: "az"},
		{name: "the source's denial wins", allow: "a", deny: "c", overrides: []Override{{Product: "c", Effect: "allow"}}, wantA: "a", wantD: "c"},
		{name: "unless it may override", allow: "a", deny: "c", may: true, overrides: []Override{{Product: "c", Effect: "allow"}}, wantA: "ac"},
		{name: "ignored", allow: "ab", overrides: []Override{{Product: "b", Effect: "ignore"}}, wantA: "a", left: "b"},
		{name: "its day is over", allow: "a", overrides: []Override{{Product: "a", Effect: "deny", Expires: "2026-11-21"}}, wantA: "a"},
		{name: "its last day", allow: "a", overrides: []Override{{Product: "a", Effect: "deny", Expires: "2026-11-22"}}, wantD: "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := Entry{Name: "north", Follows: "x", Overrides: c.overrides, MayOverrideDeny: c.may}
			f := &File{Experiences: []Entry{e}}
			w := f.WantFollower(e, Want{Allow: ids(c.allow), Deny: ids(c.deny), Why: map[string]Why{}}, today)
			if joined(w.Allow) != c.wantA || joined(w.Deny) != c.wantD || joined(w.Ignore) != c.left {
				t.Errorf("allow %v, deny %v, ignore %v", w.Allow, w.Deny, w.Ignore)
			}
		})
	}
}

// PMP-2: what has to change, what is only told (X12), and that it is told once (X11).
func TestDiff(t *testing.T) {
	for _, c := range []struct {
		name                                 string
		allow, deny, ignore, allowed, denied string
		wantDeny, wantAllow, wantStale       string
	}{
		{name: "nothing to do", allow: "ab", deny: "c", allowed: "ab", denied: "c"},
		{name: "new here", allow: "abz", allowed: "ab", wantAllow: "z"},
		{name: "gone from the source", allow: "a", allowed: "ab", wantDeny: "b"},
		{name: "flipped", allow: "a", deny: "b", allowed: "b", denied: "a", wantDeny: "b", wantAllow: "a"},
		{name: "denied, and in no policy yet", deny: "c", wantDeny: "c"},
		{name: "denied there and wanted neither way", allow: "a", allowed: "a", denied: "x", wantStale: "x"},
		{name: "ignored", ignore: "abc", allowed: "a", denied: "b"},
		{name: "an empty policy", allow: "ab", wantAllow: "ab"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Diff(Want{Allow: ids(c.allow), Deny: ids(c.deny), Ignore: ids(c.ignore)}, &Policy{Allowed: ids(c.allowed), Denied: ids(c.denied)})
			if joined(d.Deny) != c.wantDeny || joined(d.Allow) != c.wantAllow || joined(d.Stale) != c.wantStale {
				t.Errorf("deny %v, allow %v, stale %v", d.Deny, d.Allow, d.Stale)
			}
		})
	}
}

// PMP-1, PMP-2, X11, X14: for whatever lists, what is wanted is disjoint, and once it was carried
// out there is nothing left to do; the order of the lists does not matter.
func TestDiffConverges(t *testing.T) {
	for seed := range uint64(2_000) {
		r := rand.New(rand.NewPCG(seed, 1))
		some := func() (all []string) {
			for i := range 12 {
				if r.IntN(3) == 0 {
					all = append(all, fmt.Sprintf("p-%02d", i))
				}
			}
			r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			return all
		}
		var overrides []Override
		for _, id := range some() {
			overrides = append(overrides, Override{Product: id, Effect: []string{"allow", "deny", "ignore"}[r.IntN(3)]})
		}
		e := Entry{Name: "f", Overrides: overrides, MayOverrideDeny: r.IntN(2) == 0}
		f := &File{Experiences: []Entry{e}}
		allow := some()
		deny := slices.DeleteFunc(some(), func(id string) bool { return slices.Contains(allow, id) })
		w := f.WantFollower(e, Want{Allow: allow, Deny: deny, Why: map[string]Why{}}, today)
		for i := range 12 {
			id := fmt.Sprintf("p-%02d", i)
			var wanted []Effect
			for effect, all := range map[Effect][]string{Allow: w.Allow, Deny: w.Deny, Ignore: w.Ignore} {
				if slices.Contains(all, id) {
					wanted = append(wanted, effect)
				}
			}
			if want := nearestEffect(id, allow, deny, e); len(wanted) > 1 || strings.Join(asText(wanted), "") != string(want) {
				t.Fatalf("seed %d: %s is wanted %q, and by the rules %q", seed, id, wanted, want)
			}
		}
		have := Policy{Allowed: some()}
		have.Denied = slices.DeleteFunc(some(), func(id string) bool { return slices.Contains(have.Allowed, id) })
		d := Diff(w, &have)
		after := have.After(d)
		if left := Diff(w, &after); !left.Empty() {
			t.Fatalf("seed %d: %+v is left of %+v", seed, left, d)
		}
		for _, id := range w.Ignore {
			if slices.Contains(have.Allowed, id) != slices.Contains(after.Allowed, id) || slices.Contains(have.Denied, id) != slices.Contains(after.Denied, id) {
				t.Fatalf("seed %d: %s is ignored and was changed", seed, id)
			}
		}
	}
}

// nearestEffect is what PMP-1 says of a product, in its order: what is listed nowhere has none, and is denied.
func nearestEffect(id string, allow, deny []string, follower Entry) Effect {
	at := slices.IndexFunc(follower.Overrides, func(o Override) bool { return o.Product == id })
	own := Effect("")
	if at >= 0 {
		own = Effect(follower.Overrides[at].Effect)
	}
	switch {
	case own == Ignore, own == Deny, own == Allow && follower.MayOverrideDeny:
		return own
	case slices.Contains(deny, id):
		return Deny
	case own == Allow, slices.Contains(allow, id):
		return Allow
	}
	return ""
}

func asText(all []Effect) (text []string) {
	for _, e := range all {
		text = append(text, string(e))
	}
	return text
}

// PMP-3, PMP-4, X25: denials first, 50 ids at most; what has failed before goes alone and last.
func TestBatches(t *testing.T) {
	var many []string
	for i := range 51 {
		many = append(many, fmt.Sprintf("p-%02d", i))
	}
	var got []string
	for _, b := range (Delta{Deny: many, Allow: []string{"x", "y", "z"}}).Batches(map[string]bool{"p-07": true, "y": true}) {
		got = append(got, fmt.Sprintf("%s %d %s", b.Effect, len(b.IDs), b.IDs[0]))
	}
	want := []string{"deny 50 p-00", "deny 1 p-07", "allow 2 x", "allow 1 y"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// PMP-5: one bad id among 50 is found in at most 12 further change sets; where AWS names it, in two.
func TestSplit(t *testing.T) {
	var many []string
	for i := range 50 {
		many = append(many, fmt.Sprintf("p-%02d", i))
	}
	for bad := range many {
		for _, named := range [][]string{nil, {many[bad]}} {
			applied, sets := 0, -1 // the first is not a further one
			for todo := []Batch{{Allow, many}}; len(todo) > 0; todo = todo[1:] {
				sets++
				if !slices.Contains(todo[0].IDs, many[bad]) {
					applied += len(todo[0].IDs)
					continue
				}
				todo = append(todo, todo[0].Split(named)...)
			}
			if most := map[bool]int{true: 12, false: 2}[named == nil]; applied != 49 || sets > most {
				t.Fatalf("%s bad, %v named: %d applied in %d further sets (at most %d)", many[bad], named, applied, sets, most)
			}
		}
	}
}

func number(n int) *int { return &n }

// PMP-9, P10, X9, X10: a source that cannot be meant is refused, and so is more than the guard lets through.
func TestGuards(t *testing.T) {
	live := Experience{Status: "Enabled", Policy: &Policy{Allowed: ids("ab")}}
	changed := func(change func(*Experience)) Experience {
		e := live
		change(&e)
		return e
	}
	there, file := Entry{Name: "s", ProductsFrom: "experience"}, Entry{Name: "s", ProductsFrom: "file"}
	some := Want{Allow: ids("ab")}
	for _, c := range []struct {
		name string
		e    Entry
		have Experience
		w    Want
		says string
	}{
		{"sound", there, live, some, ""},
		{"archived", there, changed(func(e *Experience) { e.Archived = true }), some, "is archived"},
		{"without a policy", there, changed(func(e *Experience) { e.Policy = nil }), some, "everything is allowed"},
		{"without a policy, in the file", file, changed(func(e *Experience) { e.Policy = nil }), some, "everything is allowed"},
		{"about to get one: it binds nobody", Entry{Name: "s", ProductsFrom: "file", Draft: true}, changed(func(e *Experience) { e.ID, e.Policy, e.Status = "exp-1", nil, "Disabled" }), some, ""},
		{"about to be made", file, Experience{Status: "Disabled"}, some, ""},
		{"made, and never enabled", file, changed(func(e *Experience) { e.ID, e.Status = "exp-1", "Disabled" }), some, "is disabled"},
		{"disabled", there, changed(func(e *Experience) { e.Status = "Disabled" }), some, "is disabled"},
		{"a draft", Entry{Name: "s", ProductsFrom: "experience", Draft: true}, changed(func(e *Experience) { e.Status = "Disabled" }), some, ""},
		{"emptied", there, live, Want{}, "allows nothing"},
		{"meant to be empty", Entry{Name: "s", ProductsFrom: "experience", AllowEmpty: true}, live, Want{}, ""},
	} {
		if err := c.e.Sound(c.have, c.w); (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	g := Guard{MaxDeny: number(5), MaxDenyPercent: number(10), MaxAllow: number(3)}
	policy := func(n int) *Policy { return &Policy{Allowed: make([]string, n)} }
	for _, c := range []struct {
		name            string
		deny, allow, of int
		accepted        int
		says            string
	}{
		{"few", 5, 3, 10, -1, ""},
		{"one too many", 6, 0, 10, -1, "would deny 6 products, and allows 10 now (at most 5 unasked)"},
		{"ten in a hundred", 10, 0, 100, -1, ""},
		{"eleven in a hundred", 11, 0, 100, -1, "at most 10"},
		{"accepted", 200, 0, 200, 200, ""},
		{"another number accepted", 200, 0, 200, 199, "199 denials were accepted for f, 200 are planned"},
		{"too many allowed", 0, 4, 0, -1, "would allow 4 products (at most 3 unasked)"},
	} {
		err := g.Permit("f", Delta{Deny: make([]string, c.deny), Allow: make([]string, c.allow)}, policy(c.of), c.accepted)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
