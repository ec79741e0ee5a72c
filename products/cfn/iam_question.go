package cfn

import (
	"strconv"

	"github.com/axle-cd/axle/document"
)

// PolicyQuestion is a policy as IAM reads it, and as the last version had it.
type PolicyQuestion struct {
	PolicyDocument
	Text   string
	Before string   // "": there was none
	Open   []string // what cannot be written before a launch: the policy cannot be asked about
}

// PolicyCheck is what is asked about a policy.
type PolicyCheck string

// Checks of IAM Access Analyzer.
const (
	CheckValid      PolicyCheck = "validate"
	CheckNewAccess  PolicyCheck = "new-access"
	CheckNotGranted PolicyCheck = "not-granted"
	CheckPublic     PolicyCheck = "public"
)

// PolicyAnswer is one thing that an engine says of a policy.
type PolicyAnswer struct {
	Question int // which of those asked
	Check    PolicyCheck
	Fails    bool
	Code     string   // the engine's: MISSING_VERSION
	Text     string   // in its words
	Link     string   // where it says more
	Steps    []string // to the place in the policy: Statement, 0, Action
}

// Questions are the policies of a template, in a Region, beside those that before has at the same
// place. before may be nil.
func (t *Template) Questions(before *Template, region string) (all []PolicyQuestion) {
	for _, d := range t.PolicyDocuments() {
		q := PolicyQuestion{PolicyDocument: d}
		q.Text, q.Open = t.Policy(d, region)
		if before != nil {
			q.Before = before.policyAt(d.Path, region)
		}
		all = append(all, q)
	}
	return all
}

// policyAt is the policy at a path, or "" where there is none, or more than one, or it is not known.
func (t *Template) policyAt(path, region string) string {
	found := ""
	for _, d := range t.PolicyDocuments() {
		if d.Path != path {
			continue
		}
		text, open := t.Policy(d, region)
		if found != "" || len(open) > 0 {
			return ""
		}
		found = text
	}
	return found
}

// At is the deepest node of a policy that steps lead to.
func (d PolicyDocument) At(steps []string) *document.Node {
	at := d.Node
	for _, step := range steps {
		next := at.Get(step)
		if i, err := strconv.Atoi(step); err == nil && next == nil {
			if items := Items(at); i >= 0 && i < len(items) {
				next = items[i]
			}
		}
		if next == nil {
			return at
		}
		at = next
	}
	return at
}
