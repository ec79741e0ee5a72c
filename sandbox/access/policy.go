// Package access decides by AWS's policies whether somebody may do something: it reads the
// documents, and weighs those of an identity, its boundary, its session, its organization and the
// resource. Who asks for what, and which documents count, is told to it.
package access

import "slices"

// Kind is what a policy is attached to; it decides which elements the policy may have.
type Kind int

const (
	Identity     Kind = iota // what somebody may do
	Trust                    // who may assume a role
	Resource                 // who may use a resource
	Organization             // what an account's principals may do at most
)

// Policy is a document that has been read.
type Policy struct {
	Statements []Statement
}

// Statement allows or denies. A list that is nil stands for everything.
type Statement struct {
	Sid        string
	Allow      bool
	who        *people
	actions    *patterns
	resources  *patterns
	conditions []condition
}

// patterns are what Action or NotAction, Resource or NotResource list.
type patterns struct {
	not  bool
	list []pattern
}

// people are what Principal or NotPrincipal names.
type people struct {
	not, all bool
	aws      []string // accounts, ARNs
	services []string
}

func (p *patterns) match(value string, keys Keys) bool {
	if p == nil {
		return true
	}
	for _, one := range p.list {
		if one.match(value, keys) {
			return !p.not
		}
	}
	return p.not
}

// grade is how a policy names a principal.
type grade int

const (
	unnamed   grade = iota
	byAccount       // through its account, which may pass it on
	byRole          // by its role, or as everybody
	byName          // by itself: a user, a session, a service
)

// fits says whether the statement is about the question, and how it names who asks.
func (s *Statement) fits(q Question) grade {
	how := byName
	if s.who != nil {
		how = s.who.names(q.By)
	}
	if how == unnamed || !s.actions.match(q.action, q.Keys) || !s.resources.match(q.Resource, q.Keys) {
		return unnamed
	}
	for _, c := range s.conditions {
		if !c.holds(q.Keys) {
			return unnamed
		}
	}
	return how
}

// names gives the strongest way in which the people hold who. NotPrincipal spares only whom it
// names by every one of his names: account, role and session.
func (p *people) names(who Who) grade {
	if p.not {
		for _, name := range who.names() {
			if p.one(name) == unnamed {
				return byRole
			}
		}
		return unnamed
	}
	how := unnamed
	if p.all {
		how = byRole
	}
	for _, name := range who.names() {
		how = max(how, p.one(name))
	}
	return how
}

// name is one of the names that policies have for a principal.
type name struct {
	text    string
	service bool
	grade   grade
}

func (p *people) one(n name) grade {
	list := p.aws
	if n.service {
		list = p.services
	}
	for _, one := range list {
		if one == n.text {
			return n.grade
		}
	}
	return unnamed
}

// narrowing are keys that make everybody few, as S3's public access block sees it.
var narrowing = []string{
	"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:sourcearn", "aws:sourceaccount",
	"aws:sourceorgid", "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "aws:sourceip",
}

// Public says whether a resource's policy lets anybody in.
func (p *Policy) Public() bool {
	for _, s := range p.Statements {
		everybody := s.who != nil && (s.who.all || s.who.not)
		if s.Allow && everybody && !slices.ContainsFunc(s.conditions, condition.narrows) {
			return true
		}
	}
	return false
}

// narrows holds for a condition that only some callers meet.
func (c condition) narrows() bool {
	return slices.Contains(narrowing, c.key) && !c.negated && !c.null && !c.ifExists &&
		!slices.ContainsFunc(c.values, func(p pattern) bool { return p.vars || p.text == string(anyText) })
}
