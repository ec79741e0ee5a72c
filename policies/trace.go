package policies

import (
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// lastFailure remembers the furthest line of a file that did not hold: what a test's author
// asks first.
type lastFailure struct {
	file string
	line int
	text string
}

func (*lastFailure) Enabled() bool { return true }

func (*lastFailure) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

func (l *lastFailure) TraceEvent(e topdown.Event) {
	expr, ok := e.Node.(*ast.Expr)
	if e.Op != topdown.FailOp || !ok || expr.Location == nil || expr.Location.File != l.file || expr.Location.Row < l.line {
		return
	}
	l.line = expr.Location.Row
	l.text, _, _ = strings.Cut(string(expr.Location.Text), "\n")
}

func (l *lastFailure) String() string {
	if l.line == 0 {
		return "nothing made it true"
	}
	return fmt.Sprintf("%s:%d does not hold: %s", l.file, l.line, l.text)
}
