package policies

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// ruleOf is a rule of a file, by its name.
type ruleOf struct{ file, name string }

// witness follows a test: the furthest line of its file that did not hold, which is what its author asks first;
// whether it looked at what is to be tested; and, over all tests, which rules gave something.
type witness struct {
	file   string
	line   int
	text   string
	input  ast.Value // the one that counts; nil: facts do
	looked bool
	spoke  map[ruleOf]bool
}

func (*witness) Enabled() bool { return true }

func (*witness) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

func (l *witness) TraceEvent(e topdown.Event) {
	switch node := e.Node.(type) {
	case *ast.Rule:
		if e.Op == topdown.ExitOp && node.Location != nil {
			l.spoke[ruleOf{node.Location.File, ruleName(node)}] = true
		}
	case *ast.Expr:
		if e.Op == topdown.EvalOp && l.input != nil && e.Input() != nil && e.Input().Value == l.input && !givesInput(node) {
			ast.WalkRefs(node, func(r ast.Ref) bool { l.looked = l.looked || r[0].Equal(ast.InputRootDocument); return false })
		}
		if e.Op == topdown.FailOp && node.Location != nil && node.Location.File == l.file && node.Location.Row >= l.line {
			l.line = node.Location.Row
			l.text, _, _ = strings.Cut(string(node.Location.Text), "\n")
		}
	}
}

// givesInput holds for an expression that is asked with an input of its own.
func givesInput(e *ast.Expr) bool {
	return slices.ContainsFunc(e.With, func(w *ast.With) bool {
		target, ok := w.Target.Value.(ast.Ref)
		return ok && target[0].Equal(ast.InputRootDocument)
	})
}

func (l *witness) String() string {
	if l.line == 0 {
		return "nothing made it true"
	}
	return fmt.Sprintf("%s:%d does not hold: %s", l.file, l.line, l.text)
}

// watchedFacts are what tests read, and tell when it is read; what stands there by with is not.
type watchedFacts struct {
	storage.Store
	read func()
}

// Read implements storage.Store.
func (f watchedFacts) Read(ctx context.Context, txn storage.Transaction, path storage.Path) (any, error) {
	f.read()
	return f.Store.Read(ctx, txn, path)
}
