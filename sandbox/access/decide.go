package access

import "strings"

// Who is a principal that asks.
type Who struct {
	ARN     string // of a user, a session, or an account's root
	Account string
	Role    string // the ARN of a session's role
	Service string // servicecatalog.amazonaws.com: the service itself, without the rest
}

// names are those by which policies call a principal, the strongest first.
func (w Who) names() []name {
	if w.Service != "" {
		return []name{{w.Service, true, byName}}
	}
	all := []name{{w.ARN, false, byName}}
	if w.Role != "" {
		all = append(all, name{w.Role, false, byRole})
	}
	return append(all, name{w.Account, false, byAccount})
}

// Question is one thing that one principal wants to do.
type Question struct {
	By       Who
	Action   string // s3:GetObject
	Resource string // an ARN, or *
	Owner    string // the resource's account; "": the principal's
	Policy   string // the resource's own policy; "": none
	Trusting bool   // the policy says who may assume a role: without it nobody may
	Keys     Keys

	action string // in small letters
}

// Papers are the policies that bind a principal, as texts.
type Papers struct {
	Identity     []string
	Boundary     []string   // nil: there is none
	Session      []string   // nil: there are none
	Organization [][]string // by level, from the root to the account; nil: it binds nobody
}

// Decision is an answer. Why is in AWS's words, "" where it is yes.
type Decision struct {
	Allowed, Explicit bool // Explicit: a statement denies
	Why               string
}

// Names of the sources of a decision, as AWS's messages have them.
const (
	byOrganization = "service control policy"
	byResource     = "resource-based policy"
	byBoundary     = "permissions boundary"
	bySession      = "session policy"
	byIdentity     = "identity-based policy"
)

// Decide weighs all policies. A statement that denies wins over all that allow. A policy that
// cannot be read denies.
func Decide(q Question, p Papers) Decision {
	q.action = strings.ToLower(q.Action)
	for _, s := range p.sources(q) {
		if s.heard(q).denied {
			return Decision{Explicit: true, Why: "with an explicit deny in " + article(s.name)}
		}
	}
	if missing := q.missing(p); missing != "" {
		return Decision{Why: "because no " + missing + " allows the " + q.Action + " action"}
	}
	return Decision{Allowed: true}
}

func article(name string) string {
	if name == byIdentity {
		return "an " + name
	}
	return "a " + name
}

// source is one sort of policies, joined.
type source struct {
	name  string
	kind  Kind
	texts []string
}

func (p Papers) sources(q Question) []source {
	all := make([]source, 0, 5+len(p.Organization))
	for _, level := range p.Organization {
		all = append(all, source{byOrganization, Organization, level})
	}
	return append(all, q.resource(), source{byIdentity, Identity, p.Identity}, source{byBoundary, Identity, p.Boundary}, source{bySession, Identity, p.Session})
}

func (q Question) resource() source {
	s := source{byResource, Resource, nil}
	if q.Trusting {
		s.kind = Trust
	}
	if q.Policy != "" {
		s.texts = []string{q.Policy}
	}
	return s
}

// heard is what a source says of a question.
type heard struct {
	denied  bool
	allowed grade
}

func (s source) heard(q Question) (h heard) {
	for _, text := range s.texts {
		p, err := parsed.read(text, s.kind)
		if err != nil {
			return heard{denied: true}
		}
		for i := range p.Statements {
			switch how := p.Statements[i].fits(q); {
			case how == unnamed:
			case p.Statements[i].Allow:
				h.allowed = max(h.allowed, how)
			default:
				h.denied = true
			}
		}
	}
	return h
}

// missing names the sort of policy that would have to allow and does not, "" if all do.
func (q Question) missing(p Papers) string {
	for _, level := range p.Organization {
		if (source{byOrganization, Organization, level}).heard(q).allowed == unnamed {
			return byOrganization
		}
	}
	given := q.resource().heard(q).allowed
	foreign := q.Owner != "" && q.Owner != q.By.Account
	switch {
	case given == unnamed && (foreign || q.Trusting || q.By.Service != ""):
		return byResource
	case q.By.Service != "" || given == byName && !foreign:
		return ""
	}
	for _, s := range q.needed(p, given >= byRole && !foreign) {
		if s.heard(q).allowed == unnamed {
			return s.name
		}
	}
	return ""
}

// needed are the principal's own policies that must allow; granted says that the resource's
// policy, in the same account, stands in for the identity's.
func (q Question) needed(p Papers, granted bool) (all []source) {
	if !granted && q.By.ARN != "arn:aws:iam::"+q.By.Account+":root" {
		all = append(all, source{byIdentity, Identity, p.Identity})
	}
	if p.Boundary != nil {
		all = append(all, source{byBoundary, Identity, p.Boundary})
	}
	if p.Session != nil {
		all = append(all, source{bySession, Identity, p.Session})
	}
	return all
}
