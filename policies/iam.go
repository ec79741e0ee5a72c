package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products/cfn"
)

// Rules of IAM policies, as exceptions name them.
const (
	PolicyForm       = "AXLE-POLICY-1"
	PolicyAction     = "AXLE-POLICY-2"
	PolicyPrincipal  = "AXLE-POLICY-3"
	PolicyNotAction  = "AXLE-POLICY-4"
	PolicyResource   = "AXLE-POLICY-5"
	PolicyCondition  = "AXLE-POLICY-6"
	PolicyPublic     = "AXLE-POLICY-7"
	PolicyUnreadable = "AXLE-POLICY-8"
)

// PolicyRules are the ids of axle's own subset of what IAM Access Analyzer validates.
func PolicyRules() []string {
	return []string{PolicyForm, PolicyAction, PolicyPrincipal, PolicyNotAction, PolicyResource, PolicyCondition, PolicyPublic, PolicyUnreadable}
}

const (
	codePolicy     = "AXLE2442"
	codePolicyWarn = "AXLE2443"
	codePolicyOpen = "AXLE2444" // it cannot be read before a launch
)

// IAM judges the IAM policies of a template by axle's own subset of what IAM Access Analyzer
// validates. What a starter rule says already (AXLE-IAM-1 to 9, AXLE-KMS, AXLE-S3, AXLE-SQS) is not said again.
func IAM(t *cfn.Template) Report {
	var found []pipeline.Finding
	for _, d := range t.PolicyDocuments() {
		j := policyJudge{t: t, doc: d}
		j.document()
		found = append(found, j.found...)
	}
	return ReportOf(PolicyRules(), found)
}

type policyJudge struct {
	t     *cfn.Template
	doc   cfn.PolicyDocument
	found []pipeline.Finding
}

func (j *policyJudge) say(severity document.Severity, rule string, at *document.Node, summary, hint string) {
	code := codePolicy
	switch {
	case rule == PolicyUnreadable:
		code = codePolicyOpen
	case severity == document.SeverityWarning:
		code = codePolicyWarn
	}
	j.found = append(j.found, pipeline.Finding{Rule: rule, Resource: j.doc.Resource,
		Diagnostic:  document.Diagnostic{File: j.t.Doc.File, Line: at.Line, Col: at.Col, Severity: severity, Code: code, Summary: summary, Path: j.doc.Path, Hint: hint},
		Fingerprint: fingerprint(rule, j.t.Doc.File, j.doc.Resource, j.doc.Path, summary)})
}

func (j *policyJudge) fail(rule string, at *document.Node, summary, hint string) {
	j.say(document.SeverityError, rule, at, summary, hint)
}

func (j *policyJudge) warn(rule string, at *document.Node, summary, hint string) {
	j.say(document.SeverityWarning, rule, at, summary, hint)
}

func (j *policyJudge) document() {
	n := j.doc.Node
	if !mapping(n) {
		j.fail(PolicyUnreadable, n, "the policy of "+j.doc.Resource+" is not judged: it is text or a function", "write it as a mapping, with functions below it")
		return
	}
	j.keys(n, "Version", "Id", "Statement")
	switch v := strings.Join(j.t.Patterns(n.Get("Version")), ""); v {
	case "2012-10-17":
	case "":
		j.warn(PolicyForm, n, "the policy has no Version, and so is of 2008: ${aws:username} and its kin are text in it", `write Version: "2012-10-17"`)
	default:
		j.warn(PolicyForm, n.Get("Version"), "Version "+v+" is not 2012-10-17", `write Version: "2012-10-17"`)
	}
	statements := cfn.Items(n.Get("Statement"))
	if len(statements) == 0 {
		j.fail(PolicyForm, n, "the policy has no Statement", "a policy without one allows nothing; AWS refuses it")
	}
	seen := map[string]bool{}
	for _, s := range statements {
		if !mapping(s) {
			j.fail(PolicyUnreadable, s, "a statement of "+j.doc.Resource+" is not judged: it is text or a function", "write it as a mapping")
			continue
		}
		if sid := s.Get("Sid"); sid != nil && sid.Value != "" {
			if seen[sid.Value] {
				j.fail(PolicyForm, sid, "two statements have the Sid "+sid.Value, "give each its own")
			}
			seen[sid.Value] = true
		}
		j.statement(s)
	}
}

// mapping is whether a node is a mapping of its own, and no function.
func mapping(n *document.Node) bool {
	return n != nil && n.Kind == document.Mapping && !(len(n.Pairs) == 1 && (n.Pairs[0].Key.Value == "Ref" || strings.HasPrefix(n.Pairs[0].Key.Value, "Fn::")))
}

func (j *policyJudge) keys(n *document.Node, known ...string) {
	for _, p := range n.Pairs {
		if !slices.Contains(known, p.Key.Value) {
			j.fail(PolicyForm, p.Key, "IAM knows no element "+p.Key.Value, document.DidYouMean(p.Key.Value, known))
		}
	}
}

func (j *policyJudge) statement(s *document.Node) {
	j.keys(s, "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")
	effects := j.t.Patterns(s.Get("Effect"))
	if len(effects) == 0 || slices.ContainsFunc(effects, func(e string) bool { return e != "Allow" && e != "Deny" }) {
		j.fail(PolicyForm, s, "Effect must be Allow or Deny", "")
	}
	allow := slices.Contains(effects, "Allow")
	j.either(s, "Action", "NotAction")
	if j.doc.Kind == cfn.TrustPolicy && (s.Get("Resource") != nil || s.Get("NotResource") != nil) {
		j.fail(PolicyForm, s, "a trust policy names no resource: it is the role's own", "remove Resource")
	} else if j.doc.Kind == cfn.IdentityPolicy || j.doc.Type != "" {
		j.either(s, "Resource", "NotResource")
	}
	if not := s.Get("NotAction"); not != nil && allow {
		j.fail(PolicyNotAction, not, "Allow with NotAction gives every other action, those of services to come too", "list the actions that are needed")
	}
	if not := s.Get("NotResource"); not != nil && allow {
		j.warn(PolicyResource, not, "Allow with NotResource gives every other resource, those to come too", "name the resources")
	}
	j.actions(s)
	j.resources(s)
	j.principals(s, allow)
	j.conditions(s.Get("Condition"))
}

// either asks for one of two elements, and not both.
func (j *policyJudge) either(s *document.Node, one, other string) {
	has := func(key string) bool { return len(cfn.Items(s.Get(key))) > 0 }
	if has(one) == has(other) {
		j.fail(PolicyForm, s, "a statement needs one of "+one+" and "+other, "AWS refuses it")
	}
}

var (
	actionForm  = document.NewPattern(`^[A-Za-z0-9*?-]+:[A-Za-z0-9*?]+$`)
	accountForm = document.NewPattern(`^(\d{12}|\$\{AWS::AccountId\})$`)
	serviceForm = document.NewPattern(`^[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|\$\{AWS::URLSuffix\}|aws\.internal)$|^[a-z-]+\.amazon\.com$`)
)

func (j *policyJudge) actions(s *document.Node) {
	for _, key := range []string{"Action", "NotAction"} {
		for _, n := range cfn.Items(s.Get(key)) {
			for _, a := range j.t.Patterns(n) {
				if a != "*" {
					j.action(n, a)
				}
			}
		}
	}
}

func (j *policyJudge) action(n *document.Node, a string) {
	service, verb, _ := strings.Cut(a, ":")
	names, services := cfn.KnownActions()
	switch {
	case !actionForm.MatchString(a):
		j.fail(PolicyAction, n, fmt.Sprintf("%q is no action", document.Printable(a)), "write service:Action, as s3:GetObject")
	case strings.ContainsAny(service, "*?") || strings.ContainsAny(verb, "*?"):
	case !slices.Contains(services, strings.ToLower(service)) && !slices.Contains(iamServices, strings.ToLower(service)):
		j.warn(PolicyAction, n, "axle knows no service "+service+" ("+a+")", document.DidYouMean(service, iamServices))
	default:
		if near := nearAction(a, names); near != "" {
			j.warn(PolicyAction, n, "axle does not know "+a+", and knows "+near, "see that it is spelt as AWS spells it")
		}
	}
}

// nearAction is the known action that a name differs from in one letter, but for an s at the end: both
// GetParameter and GetParameters are actions.
func nearAction(action string, known []string) string {
	near := ""
	for _, k := range known {
		if strings.EqualFold(k, action) {
			return ""
		}
		if a, b := strings.ToLower(action), strings.ToLower(k); oneEdit(a, b) && strings.TrimSuffix(a, "s") != strings.TrimSuffix(b, "s") {
			near = k
		}
	}
	return near
}

// oneEdit is whether one letter more, less or other makes a of b, or two neighbours changed places.
func oneEdit(a, b string) bool {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	switch len(a) - len(b) {
	case 1:
		return a[1:] == b
	case -1:
		return b[1:] == a
	case 0:
		return len(a) > 0 && (a[1:] == b[1:] || len(a) > 1 && a[0] == b[1] && a[1] == b[0] && a[2:] == b[2:])
	}
	return false
}

func (j *policyJudge) resources(s *document.Node) {
	for _, key := range []string{"Resource", "NotResource"} {
		for _, n := range cfn.Items(s.Get(key)) {
			for _, r := range j.t.Patterns(n) {
				if !strings.HasPrefix(r, "*") && !strings.HasPrefix(r, "${") && (!strings.HasPrefix(r, "arn:") || len(fields(r)) < 6) {
					j.fail(PolicyResource, n, fmt.Sprintf("%q is no ARN", document.Printable(r)), "write arn:${AWS::Partition}:service:region:account:resource, or *")
				}
			}
		}
	}
}

func (j *policyJudge) conditions(c *document.Node) {
	for _, block := range cfn.Branches(c) {
		for _, op := range block.Pairs {
			name := op.Key.Value
			name = strings.TrimPrefix(strings.TrimPrefix(name, "ForAllValues:"), "ForAnyValue:")
			name = strings.TrimSuffix(name, "IfExists")
			if !slices.ContainsFunc(cfn.ConditionOperators, func(known string) bool { return strings.EqualFold(known, name) }) && mapping(block) {
				j.fail(PolicyCondition, op.Key, "IAM knows no condition operator "+op.Key.Value, document.DidYouMean(name, cfn.ConditionOperators))
			}
			for _, key := range op.Value.Pairs {
				if mapping(op.Value) && !strings.Contains(key.Key.Value, ":") {
					j.fail(PolicyCondition, key.Key, "a condition's key has a prefix; found "+key.Key.Value, "write aws:"+key.Key.Value+", or the service's")
				}
			}
		}
	}
}
