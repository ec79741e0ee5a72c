package secrets

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// reachOf is the most that ownReach says of the lines of a text, each with what follows it.
func reachOf(t *testing.T, name, text string) (r Reach) {
	for at := 0; at < len(text); {
		end := lineEnd(text, at)
		r = max(r, ownReach(t.Context(), name, text[at:], end-at))
		at = end
	}
	return r
}

func TestOwnReach(t *testing.T) { // G1
	lines := "a: b\nc: d\ne: f\n"
	for _, c := range []struct {
		name, text string
		want       Reach
	}{
		{"x.yaml", "Resources: {}\n", Nowhere},
		{"x", "see https://example.com/path and mail me @ home\n", Nowhere},
		{"x", "see https://u:p@example.com\n", Near},
		{"x.yaml", "  token: ${{ secrets.TOKEN }}\n" + lines, Nowhere},
		{"x.yaml", "  token: abc\n", Near},
		{"x.txt", "  token: abc\n", Nowhere}, // that rule is of other files
		{"x.json", `"default": "abc"`, Nowhere},
		{"x.yaml", "  Default: abc\n", Wide},
		{"x.yaml", "- name: token\n\n  Value: abc\n- x\n", Near},
		{"x.yaml", "- name: a\n  use: the tokens\n  a: b\n  c: d\n- x: value\n", Nowhere},
		{"x.yaml", "!Join ['', [a, b]]\n", Wide},
		{"x.go", "strings.Join(a, b)\n", Nowhere},
		{"x", "a private key is a secret\n", Nowhere},
		{"x", "-----BEGIN PRIVATE" + " KEY-----\n", Far},
		{"x", "\"ab\" +\n\n  \"cd\"\n", Near},
		{"x", "aws_secret: of a kind\n", Nowhere},
		{"x", "awsSecretAccessKey = x\n", Near},
	} {
		if got := reachOf(t, c.name, c.text); got != c.want {
			t.Errorf("%s %q: %d, want %d", c.name, c.text, got, c.want)
		}
	}
}

// What a rule finds has a clue, whatever the rule.
func TestClueOfEverySample(t *testing.T) {
	for _, r := range all() {
		name := "x"
		if len(r.Extensions) > 0 {
			name += r.Extensions[0]
		}
		for _, s := range r.Finds {
			if text := strings.ReplaceAll(s, "§", r.Sample); reachOf(t, name, text) == Nowhere {
				t.Errorf("%s: no clue in %q", r.ID, s)
			}
		}
	}
}

func TestSumsOfRows(t *testing.T) {
	f := newFamiliar(quiet{})
	var body strings.Builder
	for i := range 200 {
		fmt.Fprintf(&body, "the line that is number %d in it\n\n", i*i)
	}
	first, second := f.cut([]byte(body.String())), f.cut([]byte("head: a\n"+body.String()))
	first.sum("x", f.seeds)
	second.sum("x", f.seeds)
	by := len(second.all) - len(first.all)
	if len(first.all) < 20 || first.key(5, 6, 12) != second.key(5+by, 6+by, 12+by) {
		t.Fatalf("a row of %d chunks is not known again", len(first.all))
	}
	n := len(first.all)
	for _, other := range []key{first.key(5, 7, 12), first.key(5, 6, 13), first.key(0, 1, 7), first.key(n-7, n-6, n)} {
		if other == first.key(5, 6, 12) {
			t.Error("another row, or one at an end of the text, is the same")
		}
	}
	if three := factor; power(3) != three*three*three || power(0) != 1 {
		t.Error("powers")
	}
}

func TestExtend(t *testing.T) {
	var parts []span
	for _, s := range []span{{5, 8}, {10, 12}, {11, 14}, {2, 9}, {0, 20}, {30, 31}} {
		parts = extend(parts, s)
	}
	if !slices.Equal(parts, []span{{0, 20}, {30, 31}}) {
		t.Errorf("%v", parts)
	}
}

// Where our rules have a hit, a line has a clue.
func FuzzOwnReach(f *testing.F) {
	for _, r := range all() {
		for i, s := range r.Finds {
			f.Add(i, strings.ReplaceAll(s, "§", r.Sample))
		}
	}
	f.Add(3, "k = \"AKIA"+"Z3MQ\" +\n\n \"7RLT5WPX2HVN\"")
	f.Fuzz(func(t *testing.T, kind int, text string) {
		name := Kinds()[uint(kind)%uint(len(Kinds()))]
		hits, err := detect(t.Context(), quiet{}, name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if len(hits) > 0 && reachOf(t, name, text) == Nowhere {
			t.Errorf("%s %q has %v and no clue", name, text, hits)
		}
	})
}

// quiet finds nothing.
type quiet struct{}

func (quiet) Detect(context.Context, string, []byte) ([]Hit, error) { return nil, nil }
func (quiet) Calls(string) string                                   { return "" }
func (quiet) Reach(string, string, string, int) Reach               { return Nowhere }
func (quiet) Far(string, string) bool                               { return false }
