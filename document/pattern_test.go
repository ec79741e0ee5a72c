package document_test

import (
	"testing"

	"github.com/axle-cd/axle/document"
)

func TestPattern(t *testing.T) { // PERF-7
	p := document.NewPattern(`^([a-z]+)-\d$`)
	if !p.MatchString("ab-1") || p.MatchString("ab") {
		t.Error("a pattern answers otherwise than its expression")
	}
	if m := p.FindStringSubmatch("ab-1"); len(m) != 2 || m[1] != "ab" {
		t.Errorf("%q", m)
	}
	if p.String() != `^([a-z]+)-\d$` {
		t.Error(p)
	}
}
