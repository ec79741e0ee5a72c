package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products/cfn"
)

// Codes of what a launch role is found to be.
const (
	codeNoRole   = "AXLE1480"
	codeMissing  = "AXLE2480"
	codeExcess   = "AXLE2481"
	codeNotPart  = "AXLE2482" // granted, and not needed
	codeUnjudged = "AXLE2483"
)

// Rules of launch roles, as exceptions name them.
const (
	RoleAdmin     = "AXLE-ROLE-1"
	RoleService   = "AXLE-ROLE-2"
	RolePass      = "AXLE-ROLE-3"
	RoleResources = "AXLE-ROLE-4"
	RoleMissing   = "AXLE-ROLE-5"
	RoleUnneeded  = "AXLE-ROLE-6"
	RoleUnjudged  = "AXLE-ROLE-7"
)

// RoleRules are the ids that a waiver of a launch role may name.
func RoleRules() []string {
	return []string{RoleAdmin, RoleService, RolePass, RoleResources, RoleMissing, RoleUnneeded, RoleUnjudged}
}

// Compare says where a launch role gives less than is needed, or more than it should: every
// action, a whole service, iam:PassRole on any role, every resource where fewer can be named.
// What it cannot judge is a finding too. Report.Except takes waivers away. others are the needs of
// what else is launched by the role: the role may give them.
func Compare(r *Role, needed Policy, others ...Policy) Report {
	c := comparison{role: r, needed: needed.pairs()}
	c.used = c.needed
	for _, p := range others {
		c.used = append(slices.Clip(c.used), p.pairs()...)
	}
	for _, g := range r.statements {
		c.excess(g)
	}
	c.attachedToo()
	c.missing()
	return c.report(RoleRules())
}

func (c *comparison) report(rules []string) Report {
	return Report{template: c.role.File, known: rules, Tried: len(rules)}.with(c.found)
}

// Unknown are findings of what LaunchRole could not compute: without it the role is not judged whole.
func Unknown(t *cfn.Template, unknown []string) []pipeline.Finding {
	c := comparison{role: &Role{File: t.Doc.File, line: 1, col: 1}}
	for _, u := range unknown {
		c.say(RoleUnjudged, codeUnjudged, u, "grant by hand what it needs, and waive this with the reason, at path Resources", given{line: 1, col: 1})
		c.found[len(c.found)-1].Path = "Resources"
	}
	return c.found
}

type comparison struct {
	role   *Role
	needed []pair
	used   []pair // by whatever is launched by the role
	found  []pipeline.Finding
}

// pair is one action on one resource, and the service a role is passed to.
type pair struct{ action, resource, passedTo string }

func (p Policy) pairs() (out []pair) {
	for _, s := range p.Statement {
		for _, a := range s.Action {
			for _, r := range s.Resource {
				out = append(out, pair{a, r, s.passedTo()})
			}
		}
	}
	return out
}

func (c *comparison) say(rule, code, summary, hint string, at given) {
	severity := document.SeverityError
	if rule == RoleUnneeded {
		severity = document.SeverityWarning
	}
	c.found = append(c.found, pipeline.Finding{Rule: rule, Resource: c.role.Name,
		Diagnostic: document.Diagnostic{File: c.role.File, Line: max(1, at.line), Col: max(1, at.col), Severity: severity, Code: code,
			Summary: summary, Hint: hint},
		Fingerprint: fingerprint(rule, c.role.File, c.role.Name, at.path, summary)})
}

// excess is what a statement gives beyond all need.
func (c *comparison) excess(g given) {
	if g.malformed {
		c.say(RoleUnjudged, codeUnjudged, "a statement is not one of an identity policy", "it needs Effect Allow or Deny, actions and resources, and no Principal", g)
		return
	}
	if g.effect != "Allow" {
		return
	}
	if len(g.notActions) > 0 {
		c.say(RoleAdmin, codeExcess, "NotAction allows every action but "+strings.Join(g.notActions, ", "), "list the actions that are needed; axle policy generate-iam prints them", g)
	}
	if len(g.notOn) > 0 {
		c.say(RoleResources, codeExcess, "NotResource allows every resource but a few", "name the resources", g)
	}
	for _, a := range g.actions {
		c.wide(g, a)
	}
	c.everywhere(g)
}

func (c *comparison) wide(g given, action string) {
	service, verb, _ := strings.Cut(action, ":")
	const hint = "axle policy generate-iam prints the least policy"
	switch {
	case strings.ContainsAny(service, "*?"):
		c.say(RoleAdmin, codeExcess, "the launch role may do everything ("+action+")", hint, g)
	case strings.Trim(verb, "*") == "":
		c.say(RoleService, codeExcess, "the launch role may do everything in "+service+" ("+action+")", hint, g)
	case !slices.ContainsFunc(c.used, func(n pair) bool { return coversAction(action, n.action) }):
		c.say(RoleUnneeded, codeNotPart, "the template does not need "+action, "remove it, if no other product launches by this role", g)
	}
	if coversAction(action, "iam:PassRole") {
		for _, r := range g.resources {
			if anyRole(r) {
				c.say(RolePass, codeExcess, "the launch role may pass any role ("+r+")", "name the roles, and the service by iam:PassedToService", g)
			}
		}
	}
}

func anyRole(resource string) bool {
	return resource == "*" || coversARN(resource, "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*")
}

// everywhere is a statement on every resource, without a condition, of actions that could have fewer.
func (c *comparison) everywhere(g given) {
	if !slices.Contains(g.resources, "*") || len(g.conditions) > 0 {
		return
	}
	var could []string
	for _, a := range g.actions {
		narrows, known := cfn.Narrows(a)
		if _, verb, _ := strings.Cut(a, ":"); strings.Trim(verb, "*") != "" && (narrows || !known && !readsAll(a)) {
			could = append(could, a)
		}
	}
	if len(could) > 0 {
		c.say(RoleResources, codeExcess, "on every resource: "+strings.Join(could, ", "), "name the resources; axle policy generate-iam prints them", g)
	}
}

// readsAll holds for ec2:Describe*, of which most can be had only on everything.
func readsAll(action string) bool {
	_, verb, _ := strings.Cut(action, ":")
	return strings.HasPrefix(verb, "Describe") || strings.HasPrefix(verb, "List")
}

// attachedToo are managed policies, whose text is not here.
func (c *comparison) attachedToo() {
	for _, m := range c.role.managed {
		at := given{line: m.line, col: m.col, path: m.arn}
		name := m.arn[strings.LastIndex(m.arn, "/")+1:]
		switch name {
		case "AdministratorAccess", "PowerUserAccess", "AdministratorAccess-Amplify":
			c.say(RoleAdmin, codeExcess, "the launch role has "+name, "axle policy generate-iam prints the least policy", at)
		case "IAMFullAccess":
			c.say(RoleService, codeExcess, "the launch role has "+name, "axle policy generate-iam prints the least policy", at)
		default:
			c.say(RoleUnjudged, codeUnjudged, "what the managed policy "+m.arn+" grants is not known here", "write its statements into the role, or waive this with the reason", at)
		}
	}
	if c.role.Boundary {
		at := given{line: c.role.line, col: c.role.col, path: "boundary"}
		c.say(RoleUnneeded, codeUnjudged, "the role has a permissions boundary, which is not judged", "see that the boundary allows what the template needs", at)
	}
}

// missing are the needed actions that no statement gives, one finding a resource.
func (c *comparison) missing() {
	var order []string
	actions := map[string][]string{}
	for _, n := range c.needed {
		if why := c.lacks(n); why != "" {
			key := n.resource + why
			if actions[key] == nil {
				order = append(order, key)
			}
			actions[key] = append(actions[key], n.action)
		}
	}
	for _, key := range order {
		at := given{line: c.role.line, col: c.role.col, path: key}
		c.say(RoleMissing, codeMissing, fmt.Sprintf("the launch role lacks %s on %s", strings.Join(actions[key], ", "), strings.TrimSpace(key)),
			"add it; axle policy generate-iam prints the whole policy", at)
	}
}

// lacks is why a needed action is not there; "" when it is.
func (c *comparison) lacks(n pair) string {
	granted, under := false, false
	for _, g := range c.role.statements {
		switch {
		case g.malformed:
		case g.effect == "Deny":
			if g.mayDeny(n) {
				return ": a statement may deny it"
			}
		case !g.allows(n):
		case g.always(n):
			granted = true
		default:
			under = true
		}
	}
	switch {
	case granted:
		return ""
	case under:
		return ": only under a condition that is not judged"
	}
	return " "
}

func (g given) allows(n pair) bool {
	action := slices.ContainsFunc(g.actions, func(a string) bool { return coversAction(a, n.action) }) ||
		len(g.notActions) > 0 && !slices.ContainsFunc(g.notActions, func(a string) bool { return coversAction(a, n.action) })
	on := slices.ContainsFunc(g.resources, func(r string) bool { return coversARN(r, n.resource) }) ||
		len(g.notOn) > 0 && !slices.ContainsFunc(g.notOn, func(r string) bool { return overlaps(r, n.resource) })
	return action && on
}

// mayDeny is whether a Deny may meet it; it is sooner true than false.
func (g given) mayDeny(n pair) bool {
	action := slices.ContainsFunc(g.actions, func(a string) bool { return coversAction(a, n.action) }) ||
		len(g.notActions) > 0 && !slices.ContainsFunc(g.notActions, func(a string) bool { return coversAction(a, n.action) })
	on := slices.ContainsFunc(g.resources, func(r string) bool { return overlaps(r, n.resource) }) ||
		len(g.notOn) > 0 && !slices.ContainsFunc(g.notOn, func(r string) bool { return coversARN(r, n.resource) })
	return action && on
}

// always is whether its conditions hold in every launch: the role is passed to that service, the
// artifact is Service Catalog's, the call comes by CloudFormation.
func (g given) always(n pair) bool {
	for _, c := range g.conditions {
		operator := strings.TrimPrefix(c.operator, "ForAnyValue:")
		ok := operator == "StringEquals" || operator == "StringLike"
		switch strings.ToLower(c.key) {
		case "iam:passedtoservice":
			ok = ok && slices.Contains(c.values, n.passedTo)
		case "s3:existingobjecttag/servicecatalog:provisioning":
			ok = ok && n.action == "s3:GetObject" && slices.Contains(c.values, "true")
		case "aws:calledvia", "aws:calledvialast", "aws:calledviafirst":
			ok = ok && slices.Contains(c.values, "cloudformation.amazonaws.com") && !strings.HasPrefix(n.action, "cloudformation:")
		default:
			ok = false
		}
		if !ok {
			return false
		}
	}
	return true
}
