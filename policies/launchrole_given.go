package policies

import (
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

// Role is a launch role as somebody wrote it.
type Role struct {
	File       string
	Name       string // logical id, where a template declares it
	Boundary   bool   // it has a permissions boundary, which may take away what the statements give
	statements []given
	managed    []attached

	line, col int
}

// given is a statement of a role, where it stands.
type given struct {
	effect                string
	actions, notActions   []string
	resources, notOn      []string
	conditions            []condition
	line, col             int
	path                  string
	principals, malformed bool
}

type condition struct {
	operator, key string
	values        []string
}

// attached is a managed policy that the role has, by its ARN.
type attached struct {
	arn       string
	line, col int
}

// ReadPolicy reads an identity policy document: {"Version", "Statement"}.
func ReadPolicy(file string, data []byte) (*Role, error) {
	t, ds := document.Parse(file, data, document.Files)
	if err := ds.Err(); err != nil {
		return nil, err
	}
	r := &Role{File: file, line: 1, col: 1}
	r.document(&cfn.Template{Doc: t}, t.Root, "")
	if len(items(t.Root.Get("Statement"))) == 0 {
		return nil, document.Fail(codeNoRole, file+" has no Statement", "it must be an IAM policy document: {\"Version\": \"2012-10-17\", \"Statement\": […]}", nil)
	}
	return r, nil
}

// Roles gives the launch roles that a template declares: those that Service Catalog may assume,
// with what their policies and the template's say.
func Roles(t *cfn.Template) []*Role {
	var out []*Role
	for i := range t.Resources {
		r := &t.Resources[i]
		if r.Type != "AWS::IAM::Role" || !trusts(t, r.Properties.Get("AssumeRolePolicyDocument"), "servicecatalog.amazonaws.com") {
			continue
		}
		out = append(out, roleOf(t, r))
	}
	return out
}

// RoleNamed gives the launch role of a template by its logical id or its RoleName.
func RoleNamed(t *cfn.Template, name string) (*Role, error) {
	var names []string
	for i := range t.Resources {
		r := &t.Resources[i]
		if r.Type != "AWS::IAM::Role" {
			continue
		}
		names = append(names, r.LogicalID)
		if r.LogicalID == name || slices.Contains(t.Patterns(r.Properties.Get("RoleName")), name) {
			return roleOf(t, r), nil
		}
	}
	return nil, document.Fail(codeNoRole, t.Doc.File+" declares no role "+name, document.DidYouMean(name, names), nil)
}

// Declared gives the roles that a template makes under this name, whatever their logical ids.
func Declared(t *cfn.Template, name string) (out []*Role) {
	for i := range t.Resources {
		r := &t.Resources[i]
		if r.Type == "AWS::IAM::Role" && slices.Contains(t.Patterns(r.Properties.Get("RoleName")), name) {
			out = append(out, roleOf(t, r))
		}
	}
	return out
}

func trusts(t *cfn.Template, n *document.Node, service string) bool {
	for _, s := range items(n.Get("Statement")) {
		if slices.Contains(t.Patterns(s.Get("Principal").Get("Service")), service) {
			return true
		}
	}
	return false
}

func roleOf(t *cfn.Template, r *cfn.Resource) *Role {
	out := &Role{File: t.Doc.File, Name: r.LogicalID, Boundary: r.Properties.Get("PermissionsBoundary") != nil}
	out.line, out.col = t.Position(r.LogicalID)
	for _, p := range items(r.Properties.Get("Policies")) {
		out.document(t, p.Get("PolicyDocument"), r.LogicalID)
	}
	for _, n := range items(r.Properties.Get("ManagedPolicyArns")) {
		out.attach(t, n)
	}
	for i := range t.Resources {
		p := &t.Resources[i]
		if slices.Contains(policyTypes, p.Type) && (out.among(t, p.Properties.Get("Roles")) || out.among(t, p.Properties.Get("RoleName"))) {
			out.document(t, p.Properties.Get("PolicyDocument"), p.LogicalID)
		}
	}
	return out
}

// attach reads a managed policy of the same template, or keeps the name of another's.
func (r *Role) attach(t *cfn.Template, n *document.Node) {
	if id := referred(n); id != "" {
		if p := t.Resource(id); p != nil && p.Type == "AWS::IAM::ManagedPolicy" {
			r.document(t, p.Properties.Get("PolicyDocument"), id)
			return
		}
	}
	for _, arn := range t.Patterns(n) {
		r.managed = append(r.managed, attached{arn, n.Line, n.Col})
	}
}

// referred is the resource of a Ref or Fn::GetAtt.
func referred(n *document.Node) string {
	if n == nil || n.Kind != document.Mapping || len(n.Pairs) != 1 {
		return ""
	}
	at := n.Pairs[0].Value
	switch n.Pairs[0].Key.Value {
	case "Ref":
		return at.Value
	case "Fn::GetAtt":
		if len(at.Items) > 0 {
			at = at.Items[0]
		}
		id, _, _ := strings.Cut(at.Value, ".")
		return id
	}
	return ""
}

// policyTypes put a policy on a role from beside it.
var policyTypes = []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"}

// among is whether the role is meant by a list of roles: by a reference anywhere in it, or by name.
func (r *Role) among(t *cfn.Template, n *document.Node) bool {
	if n == nil {
		return false
	}
	if n.Value != "" && (n.Value == r.Name || slices.Contains(t.Patterns(t.Resource(r.Name).Properties.Get("RoleName")), n.Value)) {
		return true
	}
	if slices.ContainsFunc(n.Items, func(item *document.Node) bool { return r.among(t, item) }) {
		return true
	}
	return slices.ContainsFunc(n.Pairs, func(p document.Pair) bool { return r.among(t, p.Value) })
}

// document reads the statements of a policy document. One that is not there, or is a function, is
// a statement that cannot be judged.
func (r *Role) document(t *cfn.Template, n *document.Node, of string) {
	if n.Get("Statement") == nil {
		r.statements = append(r.statements, given{malformed: true, path: of, line: r.line, col: r.col})
	}
	for _, s := range items(n.Get("Statement")) {
		if s == nil {
			continue
		}
		g := given{line: s.Line, col: s.Col, path: of, effect: strings.Join(t.Patterns(s.Get("Effect")), ""),
			actions: t.Patterns(s.Get("Action")), notActions: t.Patterns(s.Get("NotAction")),
			resources: t.Patterns(s.Get("Resource")), notOn: t.Patterns(s.Get("NotResource")), principals: s.Get("Principal") != nil}
		g.malformed = g.effect != "Allow" && g.effect != "Deny" || len(g.actions)+len(g.notActions) == 0 || len(g.resources)+len(g.notOn) == 0 || g.principals
		if c := s.Get("Condition"); c != nil {
			for _, op := range c.Pairs {
				for _, key := range op.Value.Pairs {
					g.conditions = append(g.conditions, condition{op.Key.Value, key.Key.Value, t.Patterns(key.Value)})
				}
			}
		}
		r.statements = append(r.statements, g)
	}
}

// items are those of a list, or the one thing that stands instead of one.
func items(n *document.Node) []*document.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == document.Sequence:
		return n.Items
	}
	return []*document.Node{n}
}
