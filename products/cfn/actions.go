package cfn

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Call is an action that CloudFormation calls for a resource, on what it can be narrowed to.
type Call struct {
	Action    string   // sqs:CreateQueue
	Resources []string // ARNs with * and ${AWS::Region}; "*" alone where IAM lets the action be narrowed to nothing
	PassedTo  string   // of iam:PassRole: the service that gets the role
	For       string   // the resource's logical id, or the parameter that is resolved
}

// calls is what is known of a type's calls.
type calls struct {
	own    string // its own kind of resource
	names  []place
	passes []passed
	when   []conditional
}

// place is where the name of a kind of resource stands, and what CloudFormation calls it otherwise.
type place struct{ kind, property, generated string }

type passed struct{ property, service string }

// conditional are actions that are called when one of the properties is set, or always.
type conditional struct {
	properties []string
	actions    []string
}

type actionTable struct {
	kinds   map[string]string   // an ARN, * for the name
	actions map[string][]string // the kinds an action may be narrowed to
	types   map[string]*calls
}

//go:embed actions.txt
var actionsText string

var actions = sync.OnceValue(func() actionTable { return readActions(actionsText) })

// TypesWithCalls are the types whose calls are known, sorted.
func TypesWithCalls() []string { return slices.Sorted(maps.Keys(actions().types)) }

// Narrows is whether IAM lets an action be granted on less than everything; known is false of
// an action that no type in the table calls.
func Narrows(action string) (narrows, known bool) {
	for name, kinds := range actions().actions {
		if strings.EqualFold(name, action) {
			return len(kinds) > 0, true
		}
	}
	return false, false
}

// readActions reads the table, whose head says its form.
func readActions(text string) actionTable {
	out := actionTable{kinds: map[string]string{}, actions: map[string][]string{}, types: map[string]*calls{}}
	at := &calls{}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		if words[0] == "type" {
			at = &calls{own: strings.Join(words[2:], "")}
			out.types[words[1]] = at
			continue
		}
		out.line(at, words)
	}
	return out
}

func (a actionTable) line(at *calls, words []string) {
	switch head, rest := words[0], words[1:]; head {
	case "kind":
		a.kinds[rest[0]] = rest[1]
	case "action":
		kinds, names := split(rest)
		for _, name := range names {
			a.actions[name] = kinds
		}
	case "name":
		at.names = append(at.names, place{rest[0], rest[1], strings.Join(rest[2:], "")})
	case "pass":
		at.passes = append(at.passes, passed{rest[0], rest[1]})
	case "calls":
		at.when = append(at.when, conditional{nil, rest})
	case "if":
		properties, names := split(rest)
		at.when = append(at.when, conditional{properties, names})
	}
}

// split takes "A B: C D" apart; a lone - before the colon is nothing.
func split(words []string) (before, after []string) {
	i := slices.IndexFunc(words, func(w string) bool { return strings.HasSuffix(w, ":") })
	before = slices.Clone(words[:i+1])
	before[i] = strings.TrimSuffix(before[i], ":")
	if before[0] == "-" {
		before = nil
	}
	return before, words[i+1:]
}
