package cloudformation

import (
	"regexp"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

// A NoEcho value is never kept: a seal stands for it in all that is evaluated and stored.
// The same value of the same parameter has the same seal, so that a change is seen, and
// "use the previous value" works. Empty is no secret. What a function computes from a value
// (Fn::Base64) is computed from its seal; a condition that would compare one is refused.

var sealed = regexp.MustCompile(`\{\{noecho:[0-9a-f]{32}\}\}`)

func seal(stackID, parameter, value string) string {
	if value == "" || sealed.MatchString(value) {
		return value
	}
	return "{{noecho:" + draw(hexDigits, 32, "seal", stackID, parameter, value) + "}}"
}

// shown is text as a reader may see it.
func shown(s string) string { return sealed.ReplaceAllString(s, "****") }

// blind refuses a condition that compares a NoEcho parameter with anything but "".
func blind(t *cfn.Template) error {
	var found error
	var walk func(*document.Node)
	walk = func(n *document.Node) {
		if n == nil {
			return
		}
		if pair := n.Get("Fn::Equals"); pair != nil && secret(t, pair) && !againstEmpty(pair) {
			found = missing("Condition on a NoEcho parameter")
		}
		for _, p := range n.Pairs {
			walk(p.Value)
		}
		for _, i := range n.Items {
			walk(i)
		}
	}
	walk(t.Conditions)
	return found
}

func secret(t *cfn.Template, n *document.Node) bool {
	for _, ref := range t.References(n) {
		if p := t.Parameter(ref.LogicalID); p != nil && p.NoEcho {
			return true
		}
	}
	return false
}

func againstEmpty(pair *document.Node) bool {
	for _, n := range pair.Items {
		if n.Kind == document.Text && n.Value == "" {
			return true
		}
	}
	return false
}
