package cloudformation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/sandbox/world"
)

// looks read the rows that have an API of their own: they put into properties what the row has
// otherwise, and say whether it is there.
var looks = map[string]func(c *world.Call, r resource, have map[string]any) bool{
	typeBucket:                lookAtBucket,
	typeRole:                  lookAtRole,
	"AWS::IAM::ManagedPolicy": lookAtManaged,
	"AWS::IAM::Policy":        lookAtInline,
	"AWS::IAM::RolePolicy":    lookAtInline,
	"AWS::S3::BucketPolicy":   lookAtBucketPolicy,
	typeQueue:                 lookAtQueue,
	typeTopic:                 lookAtTopic,
}

func lookAtBucket(c *world.Call, r resource, have map[string]any) bool {
	b, ok := world.BucketOf(c, r.PhysicalID)
	expected, _ := r.Properties["VersioningConfiguration"].(map[string]any)
	if want := fmt.Sprint(expected["Status"]) == "Enabled"; want != b.Versioned {
		have["VersioningConfiguration"] = map[string]any{"Status": map[bool]string{true: "Enabled", false: "Suspended"}[b.Versioned]}
	}
	return ok && b.Account == c.Account
}

func lookAtRole(c *world.Call, r resource, have map[string]any) bool {
	role, ok := world.RoleOf(c, c.Account, r.PhysicalID)
	set := func(name, is string) {
		if text(r, name) != is {
			have[name] = is
			if is == "" {
				delete(have, name)
			}
		}
	}
	set("Description", role.Description)
	set("PermissionsBoundary", role.Boundary)
	if seconds := fmt.Sprint(role.MaxSession); role.MaxSession > 0 && fmt.Sprint(r.Properties["MaxSessionDuration"]) != seconds {
		have["MaxSessionDuration"] = seconds
	}
	restate(have, "AssumeRolePolicyDocument", role.Trust)
	lookAtPolicies(c, r, role, have)
	return ok
}

// lookAtPolicies leaves out what other resources of the stack put on the role.
func lookAtPolicies(c *world.Call, r resource, role world.Role, have map[string]any) {
	h, _ := held(c, r.Type, r.PhysicalID)
	others := map[string]bool{}
	if stack, ok := load(c, h.StackID); ok {
		for _, res := range stack.revision(c.Now).Resources {
			if slices.Contains(rolesOf(res), role.Name) && res.Type != typeRole {
				others[text(res, "PolicyName")], others[res.PhysicalID] = true, true
			}
		}
	}
	var attached []any
	for _, arn := range items(r.Properties["ManagedPolicyArns"]) {
		if slices.Contains(role.Attached, fmt.Sprint(arn)) {
			attached = append(attached, arn)
		}
	}
	for _, arn := range role.Attached {
		if !others[arn] && !slices.Contains(attached, any(arn)) {
			attached = append(attached, arn)
		}
	}
	enlist(have, "ManagedPolicyArns", attached)
	var inline []any
	named := map[string]bool{}
	for _, p := range items(r.Properties["Policies"]) {
		policy, _ := p.(map[string]any)
		name := fmt.Sprint(policy["PolicyName"])
		named[name] = true
		if is, ok := role.Inline[name]; ok {
			next := map[string]any{"PolicyName": policy["PolicyName"], "PolicyDocument": policy["PolicyDocument"]}
			restate(next, "PolicyDocument", is)
			inline = append(inline, next)
		}
	}
	for name, is := range role.Inline {
		if !others[name] && !named[name] {
			inline = append(inline, map[string]any{"PolicyName": name, "PolicyDocument": parsed(is)})
		}
	}
	enlist(have, "Policies", inline)
}

func enlist(have map[string]any, name string, is []any) {
	if len(is) > 0 || have[name] != nil {
		have[name] = is
	}
}

// restate puts a policy in the place of one that says something else.
func restate(have map[string]any, name, is string) {
	if want := paper(have[name]); jsonOf(parsed(want)) != jsonOf(parsed(is)) {
		have[name] = parsed(is)
	}
}

func parsed(text string) any {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	return v
}

func lookAtManaged(c *world.Call, r resource, have map[string]any) bool {
	m, ok := world.Get[world.Managed](c.In(c.Account, ""), world.KindManaged, r.PhysicalID)
	if ok && m.Default > 0 && m.Default <= len(m.Versions) {
		restate(have, "PolicyDocument", m.Versions[m.Default-1])
	}
	return ok
}

// lookAtInline looks at the policy on the first of its roles that is there.
func lookAtInline(c *world.Call, r resource, have map[string]any) bool {
	for _, name := range rolesOf(r) {
		role, _ := world.RoleOf(c, c.Account, name)
		if is, ok := role.Inline[text(r, "PolicyName")]; ok {
			restate(have, "PolicyDocument", is)
			return true
		}
	}
	return len(rolesOf(r)) == 0
}

func lookAtBucketPolicy(c *world.Call, r resource, have map[string]any) bool {
	b, _ := world.BucketOf(c, text(r, "Bucket"))
	restate(have, "PolicyDocument", b.Policy)
	return strings.TrimSpace(b.Policy) != ""
}

func lookAtQueue(c *world.Call, r resource, have map[string]any) bool {
	q, ok := queueAt(c, r.PhysicalID)
	lookAtAttributes(ofQueue, q.Attributes, have)
	return ok
}

func lookAtTopic(c *world.Call, r resource, have map[string]any) bool {
	t, ok := world.TopicOf(c, r.PhysicalID)
	lookAtAttributes(ofTopic, t.Attributes, have)
	return ok
}

// lookAtAttributes takes the row's for those that say something else.
func lookAtAttributes(names []string, is map[string]string, have map[string]any) {
	for _, name := range names {
		if v := is[name]; v != "" && v != attribute(have[name]) {
			have[name] = v
			if strings.HasPrefix(v, "{") {
				have[name] = parsed(v)
			}
		}
	}
}
