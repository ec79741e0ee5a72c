package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/axle-cd/axle/document"
)

// What rules judge.
const (
	CloudFormation = "cloudformation"
	Terraform      = "terraform"
)

// Namespaces are all there are.
var Namespaces = []string{CloudFormation, Terraform}

// namespaceOf says what a package judges: Terraform where its first or second word says so, a template otherwise.
func namespaceOf(words []string) string {
	if slices.Contains(words[:min(2, len(words))], Terraform) {
		return Terraform
	}
	return CloudFormation
}

func (m module) namespace() string { return namespaceOf(strings.Split(m.pack(), ".")) }

// In keeps the rules of the namespaces that pipeline.yaml names; of all, where it names none. What a
// namespace that is left out would judge is then an error, not a pass.
func (r *Rules) In(namespaces []string) (*Rules, error) {
	if len(namespaces) == 0 {
		return r, nil
	}
	for _, ns := range namespaces {
		if err := CheckNamespace(ns); err != nil {
			return nil, err
		}
	}
	out := *r
	out.only = namespaces
	return &out, nil
}

// CheckNamespace refuses a name that no rule has.
func CheckNamespace(name string) error {
	if slices.Contains(Namespaces, name) {
		return nil
	}
	return document.Fail("AXLE1410", "no policy namespace is called "+name, orElse(document.DidYouMean(name, Namespaces), "there are "+strings.Join(Namespaces, " and ")), nil)
}

// Only keeps the rules of some ids; all, where there is none. What the others hold is not judged: it is
// for those who write a rule.
func (r *Rules) Only(ids []string) (*Rules, error) {
	if len(ids) == 0 {
		return r, nil
	}
	all := r.IDs()
	for _, id := range ids {
		if !slices.Contains(all, id) {
			return nil, document.Fail("AXLE1417", "no rule is called "+id, document.DidYouMean(id, all), nil)
		}
	}
	named := func(rule Rule) bool { return slices.Contains(ids, rule.ID) }
	out := *r
	out.starter, out.asked, out.own = map[string]*shelf{}, map[string]*program{}, keep(r.own, named)
	out.said = append(slices.Clone(r.said), all...) // exceptions may name the others
	for _, ns := range Namespaces {
		out.starter[ns] = r.starter[ns].keep(named)
		own := of(out.own, ns)
		if p := r.asked[ns]; p != nil && len(own) > 0 {
			var err error
			if out.asked[ns], err = p.asking(own); err != nil {
				return nil, err
			}
		}
	}
	return &out, nil
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// leftOut is the error of judging what no rule is asked about.
func (r *Rules) leftOut(namespace string) error {
	if len(r.only) == 0 || slices.Contains(r.only, namespace) {
		return nil
	}
	return document.Fail("AXLE2428", fmt.Sprintf("nothing is asked about this product: policy.namespaces names %s, not %s", strings.Join(r.only, ", "), namespace),
		"add "+namespace+" to stages.alpha.policy.namespaces", nil)
}

// grammar is what a namespace's rules may read below input.
type grammar struct {
	what       string   // who would have it
	tops       []string // at the top
	ofResource []string // of a resource
	foreign    string   // how the other namespace's types begin
	home       string   // where a rule on those belongs
}

var grammars = map[string]grammar{
	CloudFormation: {
		what: "template",
		tops: []string{
			"Resources", "Parameters", "Outputs", "Conditions", "AWSTemplateFormatVersion", "Description", "Metadata", "Mappings", "Transform", "Rules",
		},
		ofResource: []string{
			"Type", "Properties", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy", "UpdatePolicy", "Metadata",
		},
		foreign: "aws_", home: "terraform.<what>",
	},
	Terraform: {
		what: "Terraform configuration", tops: []string{"Resources", "Parameters", "Outputs"}, ofResource: []string{"Type", "Mode", "Properties"},
		foreign: "AWS::", home: "cloudformation.<what>",
	},
}

// lintTypes refuses a comparison with a type that nothing of its namespace has: the rule would never speak.
func lintTypes(m module) document.Diagnostics {
	if m.library() {
		return nil
	}
	g := grammars[m.namespace()]
	var ds document.Diagnostics
	ast.WalkExprs(m.Module, func(e *ast.Expr) bool {
		if !e.IsCall() || !e.IsEquality() && e.Operator().String() != ast.Equal.Name {
			return false
		}
		operands := e.Operands()
		for i, t := range operands {
			kind, ok := t.Value.(ast.String)
			if ok && strings.HasPrefix(string(kind), g.foreign) && endsInType(operands[1-i]) {
				ds = append(ds, fault(m.file, e.Location.Row, e.Location.Col, "AXLE1415", fmt.Sprintf("no %s has a resource of type %s", g.what, string(kind)),
					"package "+m.pack()+" judges "+m.namespace()+"; name it "+g.home))
			}
		}
		return false
	})
	return ds
}

// endsInType holds for x.Type and object.get(x, "Type", …).
func endsInType(t *ast.Term) bool {
	switch v := t.Value.(type) {
	case ast.Ref:
		return v[len(v)-1].Equal(ast.StringTerm("Type"))
	case ast.Call:
		return len(v) == 4 && v[0].String() == ast.ObjectGet.Name && v[2].Equal(ast.StringTerm("Type"))
	}
	return false
}
