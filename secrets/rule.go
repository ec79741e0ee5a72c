package secrets

import (
	"context"
	"path"
	"regexp"
	"strings"
	"sync"
)

// Rule is one of our own rules, with what it must find and what it must leave alone. In the
// samples § stands for Sample, so that no file of this repository holds what looks like a secret.
type Rule struct {
	ID, Title, Fix string
	Keywords       []string // lower case; the rule is tried where one of them occurs
	Extensions     []string // of the files it is about; empty is every file and message
	Sample         string
	Finds, Leaves  []string

	find func(data string) []span
}

// span is the place of a value.
type span struct{ start, end int }

// iac are the files that products and their tools are written in.
var iac = []string{".yaml", ".yml", ".json", ".template", ".tf", ".tfvars", ".hcl"}

var all = sync.OnceValue(func() []Rule {
	var rs []Rule
	for _, group := range [][]Rule{credentialRules(), keyRules(), parameterRules(), propertyRules()} {
		rs = append(rs, group...)
	}
	return rs
})

// Rules is the detector of axle's own rules: what public rule sets miss in infrastructure code.
func Rules() Detector { return ruleSet{all()} }

type ruleSet struct{ rules []Rule }

func (s ruleSet) Detect(ctx context.Context, name string, data []byte) ([]Hit, error) {
	text := string(data)
	lower := strings.ToLower(text)
	var hits []Hit
	for _, r := range s.rules {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !r.about(name) || !containsAny(lower, r.Keywords) {
			continue
		}
		for _, sp := range r.find(text) {
			hits = append(hits, Hit{Rule: r.ID, Title: r.Title, Fix: r.Fix, Start: sp.start, End: sp.end})
		}
	}
	return hits, nil
}

func (r Rule) about(name string) bool {
	if len(r.Extensions) == 0 {
		return true
	}
	ext := strings.ToLower(path.Ext(name))
	for _, e := range r.Extensions {
		if e == ext {
			return true
		}
	}
	return false
}

func containsAny(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// pattern finds the group named secret, where accept (if any) agrees with its value.
// The expression compiles at its first use.
func pattern(expr string, accept func(string) bool) func(string) []span {
	compile := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
	return func(data string) []span {
		re := compile()
		n := re.SubexpIndex("secret")
		var out []span
		for _, m := range re.FindAllStringSubmatchIndex(data, -1) {
			s := span{m[2*n], m[2*n+1]}
			if s.start >= 0 && (accept == nil || accept(data[s.start:s.end])) {
				out = append(out, s)
			}
		}
		return out
	}
}
