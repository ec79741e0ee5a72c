package market

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// MKA-1: whatever runs and entries are called, AWS takes the names and tokens of their sets; two that differ
// have two names.
func TestNamesOfSets(t *testing.T) {
	takes := regexp.MustCompile(`^[\w\s+=.:@-]{1,100}$`)
	token := regexp.MustCompile(`^[!-~]{1,64}$`)
	letters := []rune("abcXYZ019-_.:/ ÄßЖ漢😀\"'@+=")
	r := rand.New(rand.NewPCG(1, 1))
	word := func() string {
		var text []rune
		for range r.IntN(60) {
			text = append(text, letters[r.IntN(len(letters))])
		}
		return string(text)
	}
	seen := map[string][2]string{}
	for range 2_000 {
		run, experience := word(), word()
		name := nameOf(run, experience, 1_234_567_890, strings.Repeat("a", 64))
		if !takes.MatchString(name) || !strings.HasPrefix(name, Prefix) {
			t.Fatalf("%q of %q and %q", name, run, experience)
		}
		if was, twice := seen[name]; twice && was != [2]string{run, experience} {
			t.Fatalf("%q is of %q and of %q", name, was, [2]string{run, experience})
		}
		seen[name] = [2]string{run, experience}
		if of := tokenOf("111111111111", Set{Experience: experience, Name: name}); !token.MatchString(of) {
			t.Fatalf("token %q", of)
		}
	}
	long := strings.Repeat("a", 50)
	if a, b := nameOf("run", "new-"+long+"1", 1, ""), nameOf("run", "new-"+long+"2", 1, ""); a == b {
		t.Errorf("two entries have the name %s", a)
	}
	if a, b := nameOf("run", "exp-1", 1, "0123456789"), nameOf("run", "exp-1", 1, "1123456789"); a == b {
		t.Errorf("two contents have the name %s", a)
	}
	if got := nameOf("marketplace-1", "exp-1111example", 3, "0123456789abcdef"); got != "axle:marketplace-1:exp-1111example:3.01234567" {
		t.Error(got)
	}
}

// MKA-31: a token is of account, revision, content and attempt: with any of them another it is another, and
// with none of them it is the same.
func TestTokens(t *testing.T) {
	set := Set{Experience: "exp-1", Revision: 6, Name: "axle:r:exp-1:1", Changes: productChanges("exp-1", 6, []Batch{{Allow, []string{"a", "b"}}}, notes("r", nil))}
	changed := func(change func(*Set)) Set {
		s := set
		change(&s)
		return s
	}
	tokens := map[string]string{tokenOf("111111111111", set): "the set"}
	for name, of := range map[string]string{
		"another account":  tokenOf("222222222222", set),
		"another revision": tokenOf("111111111111", changed(func(s *Set) { s.Revision++ })),
		"another attempt":  tokenOf("111111111111", changed(func(s *Set) { s.Attempt++ })),
		"another product": tokenOf("111111111111", changed(func(s *Set) {
			s.Changes = productChanges("exp-1", 6, []Batch{{Allow, []string{"a", "c"}}}, notes("r", nil))
		})),
		"the other effect": tokenOf("111111111111", changed(func(s *Set) {
			s.Changes = productChanges("exp-1", 6, []Batch{{Deny, []string{"a", "b"}}}, notes("r", nil))
		})),
	} {
		if was, twice := tokens[of]; twice {
			t.Errorf("%s has the token of %s", name, was)
		}
		tokens[of] = name
	}
	if tokens[tokenOf("111111111111", changed(func(s *Set) { s.ID, s.Status, s.Fence = "cs-1", Preparing, 9 }))] != "the set" {
		t.Error("how far it is makes it another request")
	}
}

// MKA-1, PMP-4: of random differences the batches are the difference: each product once, 50 at most, denials
// before allowances, and what was quarantined alone; split ever further, they stay that.
func TestBatchesAreTheDelta(t *testing.T) {
	for seed := range uint64(2_000) {
		r := rand.New(rand.NewPCG(seed, 2))
		d, apart := Delta{}, map[string]bool{}
		for i := range r.IntN(180) {
			id := fmt.Sprintf("p-%03d", i)
			switch r.IntN(3) {
			case 0:
				d.Deny = append(d.Deny, id)
			case 1:
				d.Allow = append(d.Allow, id)
			}
			apart[id] = r.IntN(10) == 0
		}
		var deny, allow []string
		for _, b := range d.Batches(apart) {
			if len(b.IDs) == 0 || len(b.IDs) > MostIDs || b.Effect == Deny && len(allow) > 0 {
				t.Fatalf("seed %d: %+v after %d allowances", seed, b, len(allow))
			}
			if len(b.IDs) > 1 && slices.ContainsFunc(b.IDs, func(id string) bool { return apart[id] }) {
				t.Fatalf("seed %d: %v has one that was quarantined", seed, b.IDs)
			}
			var parts []string
			for todo := []Batch{b}; len(todo) > 0; todo = todo[1:] {
				named := slices.DeleteFunc(slices.Clone(todo[0].IDs), func(string) bool { return r.IntN(3) > 0 })
				split := todo[0].Split(named)
				if split == nil {
					parts = append(parts, todo[0].IDs...)
				}
				todo = append(todo, split...)
			}
			if !slices.Equal(sorted(parts), sorted(b.IDs)) || len(parts) != len(b.IDs) {
				t.Fatalf("seed %d: %v is split into %v", seed, b.IDs, parts)
			}
			if b.Effect == Deny {
				deny = append(deny, b.IDs...)
			} else {
				allow = append(allow, b.IDs...)
			}
		}
		if !slices.Equal(sorted(deny), sorted(d.Deny)) || !slices.Equal(sorted(allow), sorted(d.Allow)) || len(deny)+len(allow) != len(d.Deny)+len(d.Allow) {
			t.Fatalf("seed %d: %v %v of %+v", seed, deny, allow, d)
		}
	}
}
