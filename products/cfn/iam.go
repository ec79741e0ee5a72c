package cfn

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/axle-cd/axle/document"
)

// PolicyKind is what an IAM policy document is attached to.
type PolicyKind string

// Kinds of policy documents.
const (
	IdentityPolicy PolicyKind = "identity" // what somebody may do
	TrustPolicy    PolicyKind = "trust"    // who may assume a role
	ResourcePolicy PolicyKind = "resource" // who may use a resource
)

// PolicyDocument is an IAM policy in a template, where it stands.
type PolicyDocument struct {
	Kind     PolicyKind
	Resource string         // logical id
	Type     string         // AWS's name of what a resource policy protects: AWS::S3::Bucket, or ""
	Path     string         // from the top: Resources.R.Properties.PolicyDocument
	Node     *document.Node // a mapping; anything else cannot be read here
}

// policyAt is where policies stand in a resource: steps with [] go through a list.
type policyAt struct {
	kind     PolicyKind
	path     string
	protects string
}

var policiesAt = map[string][]policyAt{
	"AWS::IAM::Role": {{TrustPolicy, "AssumeRolePolicyDocument", ""}, {IdentityPolicy, "Policies[].PolicyDocument", ""}},
	"AWS::IAM::User": {{IdentityPolicy, "Policies[].PolicyDocument", ""}}, "AWS::IAM::Group": {{IdentityPolicy, "Policies[].PolicyDocument", ""}},
	"AWS::IAM::Policy": {{IdentityPolicy, "PolicyDocument", ""}}, "AWS::IAM::ManagedPolicy": {{IdentityPolicy, "PolicyDocument", ""}},
	"AWS::IAM::RolePolicy": {{IdentityPolicy, "PolicyDocument", ""}}, "AWS::IAM::UserPolicy": {{IdentityPolicy, "PolicyDocument", ""}},
	"AWS::IAM::GroupPolicy":               {{IdentityPolicy, "PolicyDocument", ""}},
	"AWS::S3::BucketPolicy":               {{ResourcePolicy, "PolicyDocument", "AWS::S3::Bucket"}},
	"AWS::S3::AccessPoint":                {{ResourcePolicy, "Policy", "AWS::S3::AccessPoint"}},
	"AWS::SQS::QueuePolicy":               {{ResourcePolicy, "PolicyDocument", "AWS::SQS::Queue"}},
	"AWS::SNS::TopicPolicy":               {{ResourcePolicy, "PolicyDocument", "AWS::SNS::Topic"}},
	"AWS::KMS::Key":                       {{ResourcePolicy, "KeyPolicy", "AWS::KMS::Key"}},
	"AWS::SecretsManager::ResourcePolicy": {{ResourcePolicy, "ResourcePolicy", "AWS::SecretsManager::Secret"}},
	"AWS::EFS::FileSystem":                {{ResourcePolicy, "FileSystemPolicy", "AWS::EFS::FileSystem"}},
	"AWS::ECR::Repository":                {{ResourcePolicy, "RepositoryPolicyText", ""}},
	"AWS::Backup::BackupVault":            {{ResourcePolicy, "AccessPolicy", "AWS::Backup::BackupVault"}},
	"AWS::OpenSearchService::Domain":      {{ResourcePolicy, "AccessPolicies", "AWS::OpenSearchService::Domain"}},
	"AWS::DynamoDB::Table":                {{ResourcePolicy, "ResourcePolicy.PolicyDocument", "AWS::DynamoDB::Table"}},
	"AWS::Kinesis::ResourcePolicy":        {{ResourcePolicy, "ResourcePolicy", "AWS::Kinesis::Stream"}},
}

// PolicyDocuments are the IAM policies of the template, in the order written. Each branch of an
// Fn::If is one.
func (t *Template) PolicyDocuments() (all []PolicyDocument) {
	for i := range t.Resources {
		r := &t.Resources[i]
		for _, at := range policiesAt[r.Type] {
			d := PolicyDocument{Kind: at.kind, Resource: r.LogicalID, Type: at.protects, Path: "Resources." + r.LogicalID + ".Properties"}
			all = append(all, d.below(r.Properties, strings.Split(at.path, "."))...)
		}
	}
	return all
}

func (d PolicyDocument) below(n *document.Node, steps []string) (all []PolicyDocument) {
	for _, n := range Branches(n) {
		if len(steps) == 0 {
			d.Node = n
			all = append(all, d)
			continue
		}
		key, list := strings.CutSuffix(steps[0], "[]")
		under := d
		under.Path += "." + key
		if !list {
			all = append(all, under.below(n.Get(key), steps[1:])...)
			continue
		}
		for i, item := range Items(n.Get(key)) {
			at := under
			at.Path += "." + strconv.Itoa(i)
			all = append(all, at.below(item, steps[1:])...)
		}
	}
	return all
}

// Branches are what a value can be: both branches of an Fn::If, without AWS::NoValue; else itself.
// It is empty for nothing.
func Branches(n *document.Node) (all []*document.Node) {
	name, arg, ok := intrinsic(n)
	switch {
	case n == nil || ok && name == "Ref" && arg != nil && arg.Value == "AWS::NoValue":
		return nil
	case ok && name == "Fn::If" && arg != nil && len(arg.Items) == 3:
		return append(Branches(arg.Items[1]), Branches(arg.Items[2])...)
	}
	return []*document.Node{n}
}

// Items are those of a list, or the one thing that stands instead of one, branch by branch.
func Items(n *document.Node) (all []*document.Node) {
	for _, n := range Branches(n) {
		if n.Kind != document.Sequence {
			all = append(all, n)
			continue
		}
		for _, item := range n.Items {
			all = append(all, Branches(item)...)
		}
	}
	return all
}

// standIn is the account that stands for the one of the launch.
const standIn = "111122223333"

// Policy gives the document as IAM reads it, in a Region. What only a launch knows is * where any
// resource may stand; open says what could not be written at all.
func (t *Template) Policy(d PolicyDocument, region string) (text string, open []string) {
	partition, suffix := "aws", "amazonaws.com"
	switch {
	case strings.HasPrefix(region, "cn-"):
		partition, suffix = "aws-cn", "amazonaws.com.cn"
	case strings.HasPrefix(region, "us-gov-"):
		partition = "aws-us-gov"
	}
	w := policyWriter{t: t, put: strings.NewReplacer("${AWS::Partition}", partition, "${AWS::Region}", region, "${AWS::AccountId}", standIn, "${AWS::URLSuffix}", suffix)}
	if d.Node.Kind != document.Mapping || isFunction(d.Node) {
		return "", []string{"the policy is text or a function"}
	}
	data, err := json.Marshal(w.value(d.Node, ""))
	if err != nil {
		return "", []string{err.Error()}
	}
	return string(data), w.open
}

type policyWriter struct {
	t    *Template
	put  *strings.Replacer
	open []string
}

// value writes a node; key is the name above it, which says what may stand for the unknown.
func (w *policyWriter) value(n *document.Node, key string) any {
	all := Branches(n)
	if len(all) != 1 && key != "Statement" && !listed[key] {
		w.open = append(w.open, key+" depends on a condition")
	}
	if len(all) == 1 && all[0].Kind == document.Mapping && !isFunction(all[0]) {
		return w.object(all[0])
	}
	var out []any
	for _, item := range Items(n) {
		if item.Kind == document.Mapping && !isFunction(item) {
			out = append(out, w.object(item))
			continue
		}
		for _, text := range w.texts(item, key) {
			out = append(out, text)
		}
	}
	if len(out) == 1 {
		return out[0]
	}
	return out
}

// listed are the keys whose value may be a list.
var listed = map[string]bool{"Action": true, "NotAction": true, "Resource": true, "NotResource": true, "AWS": true, "Service": true, "Federated": true, "CanonicalUser": true}

func (w *policyWriter) object(n *document.Node) map[string]any {
	out := map[string]any{}
	for _, p := range n.Pairs {
		key := p.Key.Value
		if len(Branches(p.Value)) > 0 {
			out[key] = w.value(p.Value, key)
		}
	}
	return out
}

// texts are what a scalar or a function can be.
func (w *policyWriter) texts(n *document.Node, key string) []string {
	patterns := w.t.Patterns(n)
	if isFunction(n) {
		if own := w.t.arnsOf(n); own != nil {
			patterns = own
		}
	}
	var out []string
	for _, p := range patterns {
		p = w.put.Replace(p)
		unknown := isFunction(n) && strings.HasPrefix(p, "*")
		switch {
		case unknown && (key == "Resource" || key == "NotResource"):
			p = "*"
		case unknown && key == "AWS":
			p = "arn:aws:iam::" + standIn + ":root"
		case unknown && (key == "Action" || key == "NotAction" || key == "Effect" || key == "Version" || key == "Service" || key == "Federated"):
			w.open = append(w.open, key+" is known at a launch only")
		}
		out = append(out, p)
	}
	return out
}

// arnsOf are the ARNs of a resource of the template that a reference can mean, or nil.
func (t *Template) arnsOf(n *document.Node) []string {
	name, arg, _ := intrinsic(n)
	id := ""
	if name == "Ref" && arg != nil {
		id = arg.Value
	} else if at, _, ok := attribute(arg); ok && name == "Fn::GetAtt" {
		id = at.Value
	}
	r := t.Resource(id)
	if r == nil {
		return nil
	}
	of := actions().types[r.Type]
	if of == nil || actions().kinds[of.own] == "" {
		return nil
	}
	return arns(of.own, t.namesOf(n, of.own))
}

func isFunction(n *document.Node) bool { _, _, ok := intrinsic(n); return ok }

// ConditionOperators are the operators of IAM's conditions, without IfExists and the words for sets.
var ConditionOperators = strings.Fields(`StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike StringNotLike
 NumericEquals NumericNotEquals NumericLessThan NumericLessThanEquals NumericGreaterThan NumericGreaterThanEquals
 DateEquals DateNotEquals DateLessThan DateLessThanEquals DateGreaterThan DateGreaterThanEquals Bool BinaryEquals
 IpAddress NotIpAddress ArnEquals ArnNotEquals ArnLike ArnNotLike Null`)

// KnownActions are the actions in the table of calls, and the services that they are of.
var KnownActions = sync.OnceValues(func() (names, services []string) {
	for name := range actions().actions {
		names = append(names, name)
		service, _, _ := strings.Cut(name, ":")
		services = append(services, service)
	}
	slices.Sort(names)
	slices.Sort(services)
	return names, slices.Compact(services)
})
