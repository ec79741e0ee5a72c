package document

import (
	"regexp"
	"sync"
)

// Pattern is an expression that is compiled where it is first asked: no command waits for what it
// does not ask (PERF-7).
type Pattern struct{ compiled func() *regexp.Regexp }

// NewPattern keeps an expression, which must be a valid one.
func NewPattern(expr string) Pattern {
	return Pattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })}
}

// MatchString is the compiled expression's.
func (p Pattern) MatchString(s string) bool { return p.compiled().MatchString(s) }

// FindStringSubmatch is the compiled expression's.
func (p Pattern) FindStringSubmatch(s string) []string { return p.compiled().FindStringSubmatch(s) }

// String is the expression.
func (p Pattern) String() string { return p.compiled().String() }
