package secrets

import (
	"context"
	"math"
	"regexp"
	"slices"
	"sync"
)

// rule is one of our own rules, with what it must find and what it must leave alone. In the
// samples § stands for Sample, so that no file of this repository holds what looks like a secret.
type rule struct {
	ID, Title, Fix string
	Keywords       []string // lower case; the rule is tried on the lines where one of them occurs
	Reach          int      // and on so many after them; whole is the rest of the text
	Extensions     []string // of the files it is about; empty is every file and message
	Sample         string
	Finds, Leaves  []string

	find func(data string, within span) []span
	// follows, where it is not nil, is true of a keyword from at to end in whatever the rule finds. It may ask for
	// what stands on the keyword's line, and for Ahead bytes after that.
	follows func(text string, at, end int) bool
}

const whole = math.MaxInt

// span is the place of a value.
type span struct{ start, end int }

// iac are the files that products and their tools are written in.
var iac = []string{".yaml", ".yml", ".json", ".template", ".tf", ".tfvars", ".hcl", ".tfstate"}

var all = sync.OnceValue(func() []rule {
	var rs []rule
	for _, group := range [][]rule{credentialRules(), environmentRules(), keyRules(), parameterRules(), propertyRules()} {
		rs = append(rs, group...)
	}
	return rs
})

// Rules is the detector of axle's own rules: what public rule sets miss in infrastructure code.
func Rules() Detector { return ruleSet{all(), true} }

type ruleSet struct {
	rules   []rule
	encoded bool // base64 is decoded and looked at too
}

func (s ruleSet) Detect(ctx context.Context, name string, data []byte) ([]Hit, error) {
	text := string(data)
	present := keywordsIn(text)
	lower := sync.OnceValue(func() string { return asciiLower(data) })
	var hits []Hit
	for _, r := range s.rules {
		words := slices.DeleteFunc(slices.Clone(r.Keywords), func(k string) bool { return !present[k] })
		if len(words) == 0 || !r.about(name) {
			continue
		}
		for _, w := range windows(lower(), words, r.Reach) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			for _, sp := range r.find(text, w) {
				hits = append(hits, Hit{Rule: r.ID, Title: r.Title, Fix: r.Fix, Start: sp.start, End: sp.end})
			}
		}
	}
	if s.encoded {
		hits = append(hits, s.inEncoded(ctx, text)...)
	}
	return hits, ctx.Err()
}

// keywordsIn says which keywords of all rules a text has, in one reading of it.
func keywordsIn(text string) map[string]bool {
	w := keywords()
	present := make(map[string]bool, 8)
	seen := make([]bool, len(w.list))
	w.Each(text, func(word, _ int) {
		if !seen[word] {
			seen[word] = true
			present[w.list[word]] = true
		}
	})
	return present
}

var keywords = sync.OnceValue(func() *Words {
	var list []string
	for _, r := range all() {
		for _, k := range r.Keywords {
			if !slices.Contains(list, k) {
				list = append(list, k)
			}
		}
	}
	return NewWords(list)
})

func (r rule) about(name string) bool {
	if len(r.Extensions) == 0 {
		return true
	}
	return slices.Contains(r.Extensions, extension(name))
}

// pattern finds the group named secret, where accept (if any) agrees with its value.
// The expression compiles at its first use.
func pattern(expr string, accept func(string) bool) func(string, span) []span {
	compile := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
	return func(data string, within span) []span {
		re := compile()
		n := re.SubexpIndex("secret")
		var out []span
		for _, m := range re.FindAllStringSubmatchIndex(data[within.start:within.end], -1) {
			s := span{within.start + m[2*n], within.start + m[2*n+1]}
			if m[2*n] >= 0 && (accept == nil || accept(data[s.start:s.end])) {
				out = append(out, s)
			}
		}
		return out
	}
}
