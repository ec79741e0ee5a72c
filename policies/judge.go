package policies

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products/cfn"
)

// maxFindings are shown of one template; Report.Total counts them all.
const maxFindings = 100

// Report is what the rules say of one template.
type Report struct {
	Findings []pipeline.Finding // at most 100, errors before warnings where not all fit; in order of place
	Errors   int                // of all, also those not in Findings
	Warnings int
	Tried    int        // rules that were asked
	Excepted []Excepted // what exceptions let pass; in no other count

	template string // its file; of Terraform the folder
	folder   bool
	all      []pipeline.Finding
	known    []string // ids that an exception may name
}

// Judge asks every rule about the template's normal form. An error means that it could not
// be judged: too long, too big, a broken rule. It is never a pass. Give env the region it is
// meant for; what depends on what env does not say is a finding that says so.
//
// Conditions are judged both ways: what a launch can make of the template by the values that its
// conditions and mappings ask for is judged too, and a finding of that says by which (cfn.Worlds).
func (r *Rules) Judge(ctx context.Context, t *cfn.Template, env cfn.Env) (Report, error) {
	form, err := normal(t, env)
	if err != nil {
		return Report{}, err
	}
	said, err := r.ask(ctx, CloudFormation, form)
	if err != nil {
		return Report{}, err
	}
	said = append(said, unread(t)...)
	all := make([]pipeline.Finding, len(said))
	for i, s := range said {
		all[i] = s.finding(t)
	}
	others, err := r.elsewise(ctx, t, filled(t, env), form)
	if err != nil {
		return Report{}, err
	}
	return r.report(CloudFormation, t.Doc.File).with(joined(all, others)), nil
}

// manyForms is what a resource breaks that can become too much to be judged.
var manyForms = &Rule{ID: "AXLE-FORMS-1", Fix: "fix some of the parameters in product.yaml, or make two resources of it"}

// elsewise judges the other forms that the template can take, each once. What a form cannot be
// made of, CloudFormation would refuse at the launch.
func (r *Rules) elsewise(ctx context.Context, t *cfn.Template, env cfn.Env, usual map[string]any) (all []pipeline.Finding, err error) {
	seen := map[string]bool{built(usual): true}
	worlds, unjudged := t.Worlds(env)
	for _, id := range slices.Sorted(maps.Keys(unjudged)) {
		all = append(all, said{rule: manyForms, id: manyForms.ID, fix: manyForms.Fix, severity: document.SeverityError, code: "AXLE2403", message: unjudged[id], resource: id}.finding(t))
	}
	for _, w := range worlds {
		form, err := normal(t, w.Env)
		if err != nil || seen[built(form)] {
			continue
		}
		seen[built(form)] = true
		said, err := r.ask(ctx, CloudFormation, form)
		if err != nil {
			return nil, err
		}
		for _, s := range said {
			s.message += ", with " + w.Says
			all = append(all, s.finding(t))
		}
	}
	return all, nil
}

// built is what a form makes: without its parameters and conditions, which only lead there.
func built(form map[string]any) string {
	raw, _ := json.Marshal([]any{form["Resources"], form["Outputs"]}) // plain values always marshal
	sum := sha256.Sum256(raw)
	return string(sum[:])
}

// joined adds the findings that are not there yet.
func joined(all, more []pipeline.Finding) []pipeline.Finding {
	known := map[string]bool{}
	for _, f := range all {
		known[f.Fingerprint] = true
	}
	for _, f := range more {
		if !known[f.Fingerprint] {
			known[f.Fingerprint] = true
			all = append(all, f)
		}
	}
	return all
}

// report is what has been tried, before anything is found.
func (r *Rules) report(namespace, file string) Report {
	return Report{Tried: r.tried(namespace), template: file, known: slices.Concat(r.IDs(), r.said, []string{manyForms.ID}, unreadRules)}
}

// with is the report of other findings.
func (r Report) with(all []pipeline.Finding) Report {
	r.all, r.Errors = all, 0
	for _, f := range all {
		if f.Severity == document.SeverityError {
			r.Errors++
		}
	}
	r.Warnings = len(all) - r.Errors
	r.Findings = firstOf(slices.Clone(all))
	return r
}

// normal is the form that rules and tests read. What a template says of its own resources is
// text without a stack: Ref of Key gives "${Key}", GetAtt "${Key.Arn}"; what takes such a text
// apart, as Fn::Cidr, is unknown. Parameters that env
// does not name have their defaults. Answers that env has stay.
func normal(t *cfn.Template, env cfn.Env) (map[string]any, error) {
	return t.Normal(filled(t, env))
}

// filled is env with what a template without a stack answers.
func filled(t *cfn.Template, env cfn.Env) cfn.Env {
	env.StandIns = env.StandIns || env.Ref == nil || env.GetAtt == nil
	if env.Ref == nil {
		env.Ref = func(id string) (any, bool) { return "${" + id + "}", true }
	}
	if env.GetAtt == nil {
		env.GetAtt = func(id, attribute string) (any, bool) { return "${" + id + "." + attribute + "}", true }
	}
	params, _ := t.Values(nil) // one without a default stays unknown, and rules say so
	maps.Copy(params, env.Params)
	env.Params = params
	return env
}

// ask gives what a namespace's rules say of a normal form.
func (r *Rules) ask(ctx context.Context, namespace string, form map[string]any) ([]said, error) {
	if err := r.leftOut(namespace); err != nil {
		return nil, err
	}
	programs, err := r.programs(namespace, form)
	if err != nil {
		return nil, err
	}
	input, err := ast.InterfaceToValue(form)
	if err != nil {
		return nil, document.Fail("AXLE2414", "the template cannot be given to the rules", "", err)
	}
	var all []said
	resources, _ := form["Resources"].(map[string]any)
	for _, p := range programs {
		roomy := *p
		roomy.bounds = p.bounds.about(len(resources))
		more, err := roomy.ask(ctx, input)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// ask runs the query.
func (p *program) ask(ctx context.Context, input ast.Value) ([]said, error) {
	if len(p.entries) == 0 {
		return nil, nil
	}
	result, err := p.run(ctx, input, nil)
	if err != nil {
		return nil, err
	}
	var all []said
	for i, e := range p.entries {
		rule := &p.rules[e.rule]
		set, ok := value(result, i).(ast.Set)
		if !ok {
			return nil, document.Fail("AXLE2416", fmt.Sprintf("%s of %s is undefined", e.name, rule.pack), "a rule that gives no set has not judged", nil)
		}
		for _, term := range set.Slice() {
			s, err := rule.hear(e.name, term)
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}

func value(result map[ast.Var]*ast.Term, i int) ast.Value {
	if t := result[variable(i)]; t != nil {
		return t.Value
	}
	return nil
}
