package access

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Malformed says what is wrong with a policy, and where.
type Malformed struct {
	Line, Col int
	Path      string // Statement[0].Condition
	Why       string
}

func (m *Malformed) Error() string {
	at := fmt.Sprintf("line %d, column %d", m.Line, m.Col)
	if m.Path != "" {
		at = m.Path + " (" + at + ")"
	}
	return m.Why + ": " + at
}

// Parse reads a policy as AWS does when one is stored: what it does not know it refuses.
func Parse(text string, kind Kind) (*Policy, error) {
	doc, wrong := document.Parse("policy.json", []byte(text), document.Templates)
	if len(wrong) > 0 {
		return nil, &Malformed{Line: wrong[0].Line, Col: wrong[0].Col, Why: "Syntax errors in policy (" + wrong[0].Summary + ")"}
	}
	r := &reader{kind: kind, variables: true}
	p := r.policy(doc.Root)
	if r.wrong != nil {
		return nil, r.wrong
	}
	return p, nil
}

// reader walks over a document. It keeps the first thing that is wrong.
type reader struct {
	kind      Kind
	variables bool
	wrong     *Malformed
}

func (r *reader) bad(n *document.Node, path, format string, args ...any) {
	if r.wrong == nil {
		r.wrong = &Malformed{Line: n.Line, Col: n.Col, Path: path, Why: fmt.Sprintf(format, args...)}
	}
}

// known refuses elements that a mapping may not have.
func (r *reader) known(n *document.Node, path string, names ...string) bool {
	if n.Kind != document.Mapping {
		r.bad(n, path, "Syntax errors in policy (a mapping is expected)")
		return false
	}
	for _, p := range n.Pairs {
		if !slices.Contains(names, p.Key.Value) {
			r.bad(p.Key, path, "Syntax errors in policy (unknown element %s)", document.Printable(p.Key.Value))
		}
	}
	return true
}

func (r *reader) policy(n *document.Node) *Policy {
	p := &Policy{}
	if n == nil || !r.known(n, "", "Version", "Id", "Statement") {
		if n == nil {
			r.bad(&document.Node{Line: 1, Col: 1}, "", "Syntax errors in policy (it is empty)")
		}
		return p
	}
	switch v := n.Get("Version"); {
	case v == nil || v.Value == "2008-10-17":
		r.variables = false
	case v.Value != "2012-10-17":
		r.bad(v, "Version", "Policy document must be version 2012-10-17 or greater")
	}
	list := items(n.Get("Statement"))
	if len(list) == 0 {
		r.bad(n, "Statement", "Syntax errors in policy (there is no Statement)")
	}
	seen := map[string]bool{}
	for i, s := range list {
		one := r.statement(s, fmt.Sprintf("Statement[%d]", i))
		if one.Sid != "" && seen[one.Sid] {
			r.bad(s, fmt.Sprintf("Statement[%d].Sid", i), "Statement IDs (SID) in a single policy must be unique")
		}
		seen[one.Sid] = true
		p.Statements = append(p.Statements, one)
	}
	return p
}

func (r *reader) statement(n *document.Node, path string) Statement {
	var s Statement
	if !r.known(n, path, "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition") {
		return s
	}
	if sid := n.Get("Sid"); sid != nil {
		s.Sid = sid.Value
	}
	switch effect := n.Get("Effect"); {
	case effect == nil:
		r.bad(n, path, "Missing required field Effect")
	case effect.Value != "Allow" && effect.Value != "Deny":
		r.bad(effect, path+".Effect", "Invalid effect: %s", document.Printable(effect.Value))
	default:
		s.Allow = effect.Value == "Allow"
	}
	s.who = r.principals(n, path)
	s.actions = r.list(n, path, "Action", r.action)
	s.resources = r.on(n, path)
	s.conditions = r.conditions(n.Get("Condition"), path+".Condition")
	return s
}

// on reads Resource or NotResource, which a trust policy has not.
func (r *reader) on(n *document.Node, path string) *patterns {
	if r.kind != Trust {
		return r.list(n, path, "Resource", r.resource)
	}
	for _, name := range []string{"Resource", "NotResource"} {
		if n.Get(name) != nil {
			r.bad(n.Get(name), path, "Has prohibited field %s", name)
		}
	}
	return nil
}

// list reads one of two elements, Action or NotAction; just one of them must be there.
func (r *reader) list(n *document.Node, path, element string, read func(*document.Node, string) pattern) *patterns {
	plain, not := n.Get(element), n.Get("Not"+element)
	if (plain == nil) == (not == nil) {
		r.bad(n, path, "Policy statement must contain %ss", strings.ToLower(element))
		return nil
	}
	p := &patterns{not: not != nil}
	at := path + "." + element
	if p.not {
		plain, at = not, path+".Not"+element
	}
	all := items(plain)
	if len(all) == 0 {
		r.bad(plain, at, "Policy statement must contain %ss", strings.ToLower(element))
	}
	for _, one := range all {
		if r.text(one, at) {
			p.list = append(p.list, read(one, at))
		}
	}
	return p
}

// text holds for a string, without what would be taken for a wildcard.
func (r *reader) text(n *document.Node, path string) bool {
	if n.Kind != document.Text || strings.ContainsAny(n.Value, string(anyText)+string(anyRune)) {
		r.bad(n, path, "Syntax errors in policy (text is expected)")
		return false
	}
	return true
}

var actionForm = regexp.MustCompile(`^[A-Za-z0-9-]+:[A-Za-z0-9*?_-]+$`)

func (r *reader) action(n *document.Node, path string) pattern {
	if n.Value != "*" && !actionForm.MatchString(n.Value) {
		r.bad(n, path, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc")
	}
	return makePattern(strings.ToLower(n.Value), false)
}

func (r *reader) resource(n *document.Node, path string) pattern {
	if n.Value != "*" && (!strings.HasPrefix(n.Value, "arn:") || strings.Count(n.Value, ":") < 5) && !strings.HasPrefix(n.Value, "${") {
		r.bad(n, path, "Resource %s must be in ARN format or \"*\"", document.Printable(n.Value))
	}
	return makePattern(n.Value, r.variables)
}

// principals reads whom the statement is about; a policy of an identity or an organization
// names nobody.
func (r *reader) principals(n *document.Node, path string) *people {
	plain, not := n.Get("Principal"), n.Get("NotPrincipal")
	if r.kind == Identity || r.kind == Organization {
		if plain != nil || not != nil {
			r.bad(n, path, "Policy document should not specify a principal")
		}
		return nil
	}
	if (plain == nil) == (not == nil) {
		r.bad(n, path, "Missing required field Principal")
		return nil
	}
	p := &people{not: not != nil}
	if p.not {
		plain = not
	}
	path += ".Principal"
	if plain.Kind == document.Text && plain.Value == "*" {
		p.all = true
		return p
	}
	if r.known(plain, path, "AWS", "Service", "Federated", "CanonicalUser") {
		for _, pair := range plain.Pairs {
			r.named(p, pair, path)
		}
	}
	return p
}

var accountForm = regexp.MustCompile(`^(?:arn:aws[a-z-]*:iam::(\d{12}):root|(\d{12}))$`)

func (r *reader) named(p *people, pair document.Pair, path string) {
	for _, n := range items(pair.Value) {
		if !r.text(n, path) {
			continue
		}
		account := accountForm.FindStringSubmatch(n.Value)
		switch {
		case pair.Key.Value == "Service":
			p.services = append(p.services, n.Value)
		case pair.Key.Value != "AWS":
		case n.Value == "*":
			p.all = true
		case account != nil:
			p.aws = append(p.aws, account[1]+account[2])
		case strings.HasPrefix(n.Value, "arn:") && strings.Count(n.Value, ":") == 5 && !strings.ContainsAny(n.Value, "*?"):
			p.aws = append(p.aws, n.Value)
		default:
			r.bad(n, path, "Invalid principal in policy: \"AWS\":\"%s\"", document.Printable(n.Value))
		}
	}
}

func (r *reader) conditions(n *document.Node, path string) (all []condition) {
	if n == nil {
		return nil
	}
	if n.Kind != document.Mapping {
		r.bad(n, path, "Syntax errors in policy (a mapping is expected)")
		return nil
	}
	for _, block := range n.Pairs {
		op, ok := operatorOf(block.Key.Value)
		if !ok {
			r.bad(block.Key, path, "Invalid Condition type : %s", document.Printable(block.Key.Value))
			continue
		}
		if block.Value.Kind != document.Mapping {
			r.bad(block.Value, path, "Syntax errors in policy (a mapping is expected)")
			continue
		}
		for _, key := range block.Value.Pairs {
			all = append(all, r.condition(op, key, path+"."+block.Key.Value))
		}
	}
	return all
}

func (r *reader) condition(op operator, key document.Pair, path string) condition {
	c := condition{operator: op, key: strings.ToLower(key.Key.Value)}
	if !strings.Contains(c.key, ":") {
		r.bad(key.Key, path, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc")
	}
	for _, v := range items(key.Value) {
		switch v.Kind {
		case document.Text:
			r.text(v, path)
		case document.Bool, document.Number:
		default:
			r.bad(v, path, "Syntax errors in policy (a value is expected)")
		}
		c.values = append(c.values, makePattern(v.Value, r.variables))
	}
	if len(c.values) == 0 {
		r.bad(key.Key, path, "Syntax errors in policy (%s has no value)", document.Printable(key.Key.Value))
	}
	return c
}

// items are a list's, or the one value that stands for a list of one.
func items(n *document.Node) []*document.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == document.Sequence:
		return n.Items
	}
	return []*document.Node{n}
}
