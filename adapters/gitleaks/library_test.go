package gitleaks

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"github.com/zricethezav/gitleaks/v8/config"
	"github.com/zricethezav/gitleaks/v8/detect"
)

// library is gitleaks' own detector, with the settings we want: no paths, no comments, our depth.
func library(t testing.TB) *detect.Detector {
	t.Helper()
	d, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		t.Fatal(err)
	}
	d.IgnoreGitleaksAllow = true
	d.MaxDecodeDepth = decodeDepth
	d.Config.Allowlists = noPaths(d.Config.Allowlists)
	for id, r := range d.Config.Rules {
		r.Allowlists = noPaths(r.Allowlists)
		d.Config.Rules[id] = r
	}
	return d
}

func noPaths(lists []*config.Allowlist) (out []*config.Allowlist) {
	for _, a := range lists {
		if a.MatchCondition == config.AllowlistMatchAnd && len(a.Paths) > 0 || len(a.Regexes)+len(a.StopWords) == 0 {
			continue
		}
		b := &config.Allowlist{MatchCondition: a.MatchCondition, RegexTarget: a.RegexTarget, StopWords: a.StopWords}
		for _, re := range a.Regexes {
			if re.String() != loose {
				b.Regexes = append(b.Regexes, re)
			}
		}
		out = append(out, b)
	}
	return out
}

// lines gives "rule line" of what each of the two finds.
func lines(t *testing.T, d *detect.Detector, path, data string) (theirs, ours []string) {
	t.Helper()
	//lint:ignore SA1019 v8 takes nothing else, and there is no v9
	for _, f := range d.Detect(detect.Fragment{Raw: data, FilePath: path}) {
		theirs = append(theirs, fmt.Sprintf("%s %q", f.RuleID, f.Secret))
	}
	hits, err := detector(t).Detect(t.Context(), path, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hits {
		if h.Decoded == "" {
			ours = append(ours, fmt.Sprintf("%s %q", h.Rule, data[h.Start:h.End]))
		}
	}
	return theirs, ours
}

// For each rule, texts made from its own expression: whatever the library finds, we find, with the
// same value. (We find more: two rules at one place are sorted out later, by secrets.)
func TestSameAsLibrary(t *testing.T) {
	d := library(t)
	rng := rand.New(rand.NewPCG(1, 2))
	tried := 0
	for _, id := range d.Config.OrderedRules {
		r := d.Config.Rules[id]
		if r.Regex == nil {
			continue
		}
		expr, err := syntax.Parse(r.Regex.String(), syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		path := map[string]string{"freemius-secret-key": "a.php", "hashicorp-tf-password": "a.tf", "kubernetes-secret-yaml": "a.yaml", "nuget-config-password": "nuget.config"}[id]
		for range 4 {
			var b strings.Builder
			generate(&b, expr, rng)
			data := "# é\nbefore: 1\n" + b.String() + "\nafter: 2\n"
			theirs, ours := lines(t, d, path, data)
			for _, f := range theirs {
				tried++
				if !slices.Contains(ours, f) && !strings.Contains(f, "decoded") {
					t.Errorf("the library finds %s in\n%q\nwe find %s", f, data, ours)
				}
			}
		}
	}
	if tried < 400 {
		t.Errorf("only %d findings were compared", tried)
	}
}

// generate writes a text that the expression matches.
func generate(b *strings.Builder, e *syntax.Regexp, rng *rand.Rand) {
	switch e.Op {
	case syntax.OpLiteral:
		b.WriteString(string(e.Rune))
	case syntax.OpCharClass:
		b.WriteRune(pick(e.Rune, rng))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte("abcdefghij0123456789"[rng.IntN(20)])
	case syntax.OpAlternate:
		generate(b, e.Sub[rng.IntN(len(e.Sub))], rng)
	case syntax.OpConcat, syntax.OpCapture:
		for _, s := range e.Sub {
			generate(b, s, rng)
		}
	case syntax.OpStar:
		repeat(b, e.Sub[0], rng, 0, 3)
	case syntax.OpPlus:
		repeat(b, e.Sub[0], rng, 1, 4)
	case syntax.OpQuest:
		repeat(b, e.Sub[0], rng, 0, 1)
	case syntax.OpRepeat:
		most := e.Max
		if most < 0 || most > e.Min+8 {
			most = e.Min + 8
		}
		repeat(b, e.Sub[0], rng, e.Min, most)
	}
}

func repeat(b *strings.Builder, e *syntax.Regexp, rng *rand.Rand, least, most int) {
	for range least + rng.IntN(most-least+1) {
		generate(b, e, rng)
	}
}

// pick gives a printable rune of a class where it has one.
func pick(class []rune, rng *rand.Rand) rune {
	var all []rune
	for i := 0; i+1 < len(class); i += 2 {
		for c := max(class[i], ' '); c <= min(class[i+1], '~'); c++ {
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return class[0]
	}
	return all[rng.IntN(len(all))]
}

func FuzzDetect(f *testing.F) {
	f.Add("template.yaml", "Key: "+awsKey)
	f.Add("a.tf", "password = \"x\"\n\xff\xfe\x00")
	f.Add("", "data: "+base64.StdEncoding.EncodeToString([]byte("key = "+awsKey)))
	f.Fuzz(func(t *testing.T, path, data string) {
		hits, err := detector(t).Detect(t.Context(), path, []byte(data))
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hits {
			if h.Start < 0 || h.End < h.Start || h.End > len(data) || h.Rule == "" {
				t.Errorf("%+v in %d bytes", h, len(data))
			}
		}
	})
}

func BenchmarkStart(b *testing.B) { // PERF-10
	for b.Loop() {
		if s := newRuleSet(rows, globalRows); len(s.rules) == 0 {
			b.Fatal("no rules")
		}
	}
}

func BenchmarkDetect(b *testing.B) {
	d := detector(b)
	data := []byte(strings.Repeat("  QueueUrl:\n    Value: !Ref Queue # the key and the token of access\n    Description: where messages go\n", 200))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := d.Detect(b.Context(), "template.yaml", data); err != nil {
			b.Fatal(err)
		}
	}
}
