package gitleaks

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/secrets"
)

// How far a match can be from its keyword is read off the expression; what cannot be told is whole.
func TestReach(t *testing.T) { // PERF-13
	for _, c := range []struct {
		expr, keyword string
		want          reach
	}{
		{`AKIA[A-Z0-9]{16}`, "akia", reach{bytes: 80, chars: 20}},
		{`\b(A(?:3T[A-Z0-9]|KIA)[A-Z]{2})`, "kia", reach{whole: true, chars: 6}}, // the other way has none
		{`[Kk]ey`, "key", reach{bytes: 12, chars: 3}},
		{`(?i)key`, "key", reach{bytes: 12, chars: 3}},
		{`key\s?x`, "key", reach{bytes: 20, chars: 5, lines: 1}},
		{`key.*`, "key", reach{bytes: unbounded, chars: unbounded}},
		{`key(?:.*\n){2}`, "key", reach{bytes: unbounded, chars: unbounded, lines: 2}},
		{`key[\s]*x`, "key", reach{bytes: unbounded, chars: unbounded, lines: unbounded, whole: true}},
		{`(?:key)?[a-z]{3}`, "key", reach{whole: true, chars: 6}},
		{`(?:key|token)=`, "key", reach{whole: true, chars: 6}},
		{`[a-z]{3}`, "key", reach{whole: true, chars: 3}},
	} {
		if got := reachOf(c.expr, []string{c.keyword}); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.expr, got, c.want)
		}
	}
}

// wholes gives every match of a rule without windows: wherever a keyword is anywhere in the text.
func wholes(s *ruleSet, r *rule, raw string) []match {
	lower := strings.ToLower(strings.ReplaceAll(raw, "\u017f", "s"))
	if r.always || slices.ContainsFunc(r.keywords, func(k string) bool { return strings.Contains(lower, k) }) {
		return r.matches(raw, span{0, len(raw)}, s.allowed)
	}
	return nil
}

func windowed(s *ruleSet, i int, raw string, windows map[int][]span) (out []match) {
	for _, w := range windows[i] {
		out = append(out, s.rules[i].matches(raw, w, s.allowed)...)
	}
	return out
}

func compareWindows(t *testing.T, s *ruleSet, raw string) (found int) {
	t.Helper()
	windows := s.windows(raw)
	for i := range s.rules {
		r := &s.rules[i]
		if r.expr == nil {
			continue
		}
		whole, part := wholes(s, r, raw), windowed(s, i, raw, windows)
		if !slices.Equal(whole, part) {
			t.Errorf("%s: %v in windows, %v in the whole of %.300q", r.id, part, whole, raw)
		}
		found += len(whole)
	}
	return found
}

func rules(t testing.TB) *ruleSet {
	t.Helper()
	return newRuleSet(rows, globalRows)
}

// Texts made of what the rules look for, packed closely: windows find what the whole text shows.
func TestWindowsFindTheSame(t *testing.T) { // PERF-13
	s := rules(t)
	rng := rand.New(rand.NewPCG(3, 4))
	whole, found := 0, 0
	for i := range s.rules {
		if r := s.rules[i]; r.about().reach.whole {
			whole++
			t.Logf("whole: %s, keywords %q", r.id, r.keywords)
		}
	}
	for range 150 {
		var b strings.Builder
		for range 12 {
			r := &s.rules[rng.IntN(len(s.rules))]
			if r.expr == nil {
				continue
			}
			expr, err := syntax.Parse(r.expr().String(), syntax.Perl)
			if err != nil {
				t.Fatal(err)
			}
			generate(&b, expr, rng)
			b.WriteString([]string{"", " ", "\n", ";\n", strings.Repeat("x", 300), "\u212aey = ", "é\n\n\n"}[rng.IntN(7)])
		}
		found += compareWindows(t, s, b.String())
	}
	t.Logf("%d of %d rules read the whole text; %d matches compared", whole, len(s.rules), found)
	if found < 800 || whole > 30 {
		t.Errorf("%d matches, %d rules without windows", found, whole)
	}
}

// The same over the files of AXLE_BENCH_DIR, or else of this repository.
func TestWindowsOverFiles(t *testing.T) { // PERF-13 PERF-31
	s, n := rules(t), 0
	dir := os.Getenv("AXLE_BENCH_DIR")
	if dir == "" {
		dir = "../../secrets"
	}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		if info, err := e.Info(); err != nil || info.Size() > 200<<10 {
			return err
		}
		data, err := os.ReadFile(path)
		n++
		compareWindows(t, s, string(data))
		return err
	})
	if err != nil || n < 10 {
		t.Errorf("%d files, %v", n, err)
	}
}

func TestAssigned(t *testing.T) {
	if !slices.ContainsFunc(rules(t).rules, func(r rule) bool {
		return r.keywords != nil && r.about().filter != nil && r.id == "generic-api-key" && r.expr().String() == genericExpr
	}) {
		t.Error("no rule has the expression that the filter is made for")
	}
	for text, want := range map[string]bool{
		"= 0123456789": true, "_id: \"0123456789": true, "': '0123456789": true, " => `0123456789": true, ":::= '\"0123456789": true,
		"\n=\n0123456789": true, "= 012345678": false, "s are many": false, ".func(0123456789)": false, strings.Repeat("x", 24) + "=0123456789": false,
		"=": false, "": false, "é=0123456789": true, "= aName_of.letters\n": false, "= 0123456789)": false, "= 0123456789;": true, "= 0123456789\\n": true, "= \t \t \t \t \t 0123456789": false,
	} {
		if got := (assignment{0, secrets.NewWords(nil), secrets.NewWords(nil)}).after("key"+text, 3); got != want {
			t.Errorf("key%s: %v", text, got)
		}
	}
}

func FuzzWindows(f *testing.F) {
	s := rules(f)
	f.Add("key = 'aB3dE5gH" + "7jK9mN1pQ3'\n")
	f.Add("\u212aey=\u017f0123456789" + "abcdefghij AKIA")
	f.Add("curl -u 'a:b'\n\n\n -H 'x'")
	f.Fuzz(func(t *testing.T, raw string) { compareWindows(t, s, raw) })
}

// What must follow a keyword is read off the expression too.
func TestFollowed(t *testing.T) {
	for _, c := range []struct {
		expr, keyword, text string
		after               bool
	}{
		{`SK[0-9a-f]{32}`, "sk", "sk" + strings.Repeat("0a", 16), true},
		{`SK[0-9a-f]{32}`, "sk", "skill" + strings.Repeat("0a", 16), false},
		{`SK[0-9a-f]{32}`, "sk", "sk0a", false},
		{`(?:hvs\.[a-z]{9}|s\.[0-9]{7})`, "s.", "s.0123456", true},
		{`(?:hvs\.[a-z]{9}|s\.[0-9]{7})`, "s.", "s.012345x", false},
		{`(?:hvs\.[a-z]{9}|s\.[0-9]{7})`, "s.", "s.ABCDEFG", false},
		{`(?i)ey[k]{6}`, "ey", "ey\u212akkkkk", true},
	} {
		f := followed(c.expr, []string{c.keyword})
		if f == nil || f.after(c.text, len(c.keyword)) != c.after {
			t.Errorf("%s before %s: %+v", c.expr, c.text, f)
		}
	}
	for _, expr := range []string{`key.*`, `key[a-z]{2}`, `[a-z]{30}`, `(?:key[a-z]{9}|other)`} {
		if followed(expr, []string{"key"}) != nil {
			t.Errorf("%s: something must follow", expr)
		}
	}
}

func TestNeeds(t *testing.T) {
	for expr, want := range map[string]string{
		`curl.*(?:-u|--user)x`: "curl", `(?:kind: a.*data:|data:.*kind: a)`: "kind: a|data:", `(?i)Secret[a-z]`: "secret", `(?:ab)?c`: "", `(?:ab|cd)`: "", `(?:abc){2,}`: "abc",
	} {
		if got := strings.Join(needs(expr), "|"); got != want {
			t.Errorf("%s: %q, want %q", expr, got, want)
		}
	}
}
