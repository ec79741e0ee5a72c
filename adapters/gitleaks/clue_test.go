package gitleaks

import (
	"math/rand/v2"
	"regexp/syntax"
	"strings"
	"testing"

	"github.com/axle-cd/axle/secrets"
)

// mostReach is the most that Reach says of the lines of a text, each with what follows it.
func mostReach(s *ruleSet, name, text string) (r secrets.Reach) {
	calls := s.Calls(text)
	for at := 0; at < len(text) || at == 0; {
		end := lineEnd(text, at)
		if r = max(r, s.Reach(name, calls, text[at:], end-at)); end == len(text) {
			break
		}
		at = end
	}
	return r
}

func TestReachOfText(t *testing.T) { // G1
	hex := strings.Repeat("8f9eadb1", 8)
	for _, c := range []struct {
		name, text string
		want       secrets.Reach
	}{
		{"x", "an API key and a token, of no value\n", secrets.Nowhere},
		{"x", "api_key = 'abcdefghijklmnop'\n", secrets.Nowhere}, // letters alone
		{"x", "api_key = '" + "9f8a7b6c5d" + "4e3f2a1b0c'\n", secrets.Near},
		{"x", "linkedin = '" + hex[:14] + "'\n", secrets.Near},
		{"x", "linkedin: the name of a pipe\n", secrets.Nowhere},
		{"x", "jfrog =\n  '" + hex + "'\n", secrets.Near}, // the value is on the next line
		{"x", "jfrog =\n  '" + hex[1:] + "'\n", secrets.Nowhere},
		{"x", "sourcegraph\n" + hex + "\n", secrets.Nowhere}, // too long
		{"x", "sourcegraph\n\n" + hex[:40] + "\n", secrets.Near},
		{"x", hex[:40] + "\n", secrets.Nowhere},
		{"x", "curl https://example.com\n", secrets.Far},
		{"x.p12", "", secrets.Near},
		{"x", "100%25 of it\n", secrets.Near},
		{"x", "100% of it\n", secrets.Nowhere},
		{"x.yaml", "kind: x\n", secrets.Far},
		{"x", "kind: x\n", secrets.Nowhere},
	} {
		if got := mostReach(load(), c.name, c.text); got != c.want {
			t.Errorf("%s %q: %d, want %d", c.name, c.text, got, c.want)
		}
	}
}

// A word of a rule that looks far is one only where the rule may go on.
func TestFar(t *testing.T) {
	user := strings.Join([]string{"name", "secret"}, ":")
	for text, want := range map[string]bool{
		"curl https://example.com\n": false, "curl \\\n -s \\\n -u '" + user + "' x\n": true, "a curl\n" + strings.Repeat("line\n", 20) + " -u \"a:bcd\"\n": false,
		"-----BEGIN x": true, "": false,
	} {
		if got := load().Far("x", text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestNamesThatAreAssigned(t *testing.T) {
	for expr, want := range map[string]bool{
		nameStart + "key" + operator + `([a-z]{9})` + valueEnd:         true,
		nameStart + "my[_-]?lock|mykey" + operator + `([a-z])`:         false, // my_lock is no keyword
		nameStart + "lob" + operator + `(key[a-z])`:                    false, // the keyword is in the value
		nameStart + "key" + operator + `([a-z]{9})` + "|" + `key[0-9]`: false,
		`key[a-z]{9}`: false,
	} {
		if _, got := assigned(expr, []string{"key", "mykey"}); got != want {
			t.Errorf("%s: %v", expr, got)
		}
	}
}

// For each rule, texts made from its own expression: where there is a hit, a line has a clue.
func TestClueOfEveryRule(t *testing.T) {
	s, rng, hit := load(), rand.New(rand.NewPCG(3, 4)), 0
	for _, w := range rows {
		expr, err := syntax.Parse(w.expr, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 12 {
			var b strings.Builder
			generate(&b, expr, rng)
			name := []string{"x.php", "x.tf", "x.yaml", "nuget.config", "x"}[i%5]
			text := "# \u00e9\nbefore: 1\n" + strings.Join(w.keywords, "\n") + "\n" + b.String() + "\nafter: 2\n"
			found, err := s.Detect(t.Context(), name, []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if hit += len(found); len(found) > 0 && mostReach(s, name, text) == secrets.Nowhere {
				t.Errorf("%s: no clue in %q", w.id, text)
			}
		}
	}
	if hit < 1000 {
		t.Errorf("only %d hits", hit)
	}
}

// Where a rule has a hit, a line has a clue.
func FuzzReach(f *testing.F) {
	for i, s := range snippets() {
		f.Add(i, s)
	}
	f.Add(0, "sourcegraph\n\n"+strings.Repeat("0a1b2c3d", 5))
	f.Add(1, "heroku_key = 01234567-"+strings.Repeat("89ab-", 3)+strings.Repeat("c0de", 3)+"\n")
	f.Add(2, "telegram: 123456:A"+strings.Repeat("x1_", 11)+"y\n")
	f.Add(0, "hvs."+strings.Repeat("aB3", 31)+"\n")
	f.Fuzz(func(t *testing.T, kind int, text string) {
		s, name := load(), secrets.Kinds()[uint(kind)%uint(len(secrets.Kinds()))]
		hits, err := s.Detect(t.Context(), name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if len(hits) > 0 && mostReach(s, name, text) == secrets.Nowhere {
			t.Errorf("%s %q has %v and no clue", name, text, hits)
		}
	})
}
