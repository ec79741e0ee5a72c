package cloudformation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/sandbox/access"
	"github.com/axle-cd/axle/sandbox/world"
)

// identities are the types that are rows of IAM: what a stack makes of them is what IAM shows,
// and what calls are judged by.
var identities = map[string]row{
	typeRole:                    {keepRole, dropRole},
	"AWS::IAM::Policy":          {keepInline, dropInline},
	"AWS::IAM::RolePolicy":      {keepInline, dropInline},
	"AWS::IAM::ManagedPolicy":   {keepManaged, dropManaged},
	"AWS::IAM::InstanceProfile": {keepProfile, func(c *world.Call, r resource, _ string) { world.Remove(c, world.KindProfile, r.PhysicalID) }},
	"AWS::S3::BucketPolicy":     {keepBucketPolicy, dropBucketPolicy},
}

// row keeps and drops a row. What it keeps it notes, and is given that note the next time:
// the parts of other rows that are its own. The call is in the account, in no region.
type row struct {
	keep func(c *world.Call, r resource, note string) string
	drop func(c *world.Call, r resource, note string)
}

// keepIdentity keeps the row of a type that is one of IAM's, or gives the note as it was.
func keepIdentity(c *world.Call, r resource) string {
	h, _ := held(c, r.Type, r.PhysicalID)
	if is, ok := identities[r.Type]; ok {
		return is.keep(c.In(c.Account, ""), r, h.Value)
	}
	return ""
}

func dropIdentity(c *world.Call, r resource, h holding) {
	if is, ok := identities[r.Type]; ok {
		is.drop(c.In(c.Account, ""), r, h.Value)
	}
}

// paper is a policy document as text, "" for what is none or says nothing.
func paper(document any) string {
	if s, ok := document.(string); ok && strings.HasPrefix(strings.TrimSpace(s), "{") {
		return s
	}
	m, _ := document.(map[string]any)
	if len(items(m["Statement"])) == 0 {
		return ""
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return ""
	}
	return string(raw)
}

// keepRole makes or changes a role. Policies that others gave it stay.
func keepRole(c *world.Call, r resource, note string) string {
	role, ok := world.RoleOf(c, c.Account, r.PhysicalID)
	if !ok {
		role = world.Role{Name: r.PhysicalID, Account: c.Account, Created: c.Now}
	}
	role.Path, role.Description, role.Boundary = textOr(r, "Path", "/"), text(r, "Description"), text(r, "PermissionsBoundary")
	role.TrustAccounts, role.TrustServices, role.ExternalID = nil, nil, ""
	trust(&role, r.Properties["AssumeRolePolicyDocument"])
	role.Trust = paper(r.Properties["AssumeRolePolicyDocument"])
	if _, err := fmt.Sscan(fmt.Sprint(r.Properties["MaxSessionDuration"]), &role.MaxSession); err != nil {
		role.MaxSession = 0 // not set
	}
	role.Tags = map[string]string{}
	for _, t := range items(r.Properties["Tags"]) {
		tag, _ := t.(map[string]any)
		role.Tags[fmt.Sprint(tag["Key"])] = fmt.Sprint(tag["Value"])
	}
	before := strings.Split(note, "\n")
	if role.Inline == nil {
		role.Inline = map[string]string{}
	}
	for _, name := range before {
		delete(role.Inline, name)
	}
	role.Attached = slices.DeleteFunc(role.Attached, func(arn string) bool { return slices.Contains(before, arn) })
	var mine []string
	for _, p := range items(r.Properties["Policies"]) {
		policy, _ := p.(map[string]any)
		name := fmt.Sprint(policy["PolicyName"])
		if document := paper(policy["PolicyDocument"]); document != "" {
			role.Inline[name] = document
			mine = append(mine, name)
		}
	}
	for _, arn := range items(r.Properties["ManagedPolicyArns"]) {
		role.Attached = append(role.Attached, fmt.Sprint(arn))
		mine = append(mine, fmt.Sprint(arn))
	}
	world.PutRole(c, role)
	return strings.Join(mine, "\n")
}

func dropRole(c *world.Call, r resource, _ string) { world.Remove(c, world.KindRole, r.PhysicalID) }

// rolesOf are the names of the roles that a policy is put on.
func rolesOf(r resource) []string {
	if name := text(r, "RoleName"); name != "" {
		return []string{name}
	}
	var all []string
	for _, name := range items(r.Properties["Roles"]) {
		all = append(all, fmt.Sprint(name))
	}
	return all
}

// change edits the roles of these names that are there.
func change(c *world.Call, names []string, edit func(*world.Role)) {
	for _, name := range names {
		if role, ok := world.RoleOf(c, c.Account, name); ok {
			edit(&role)
			world.PutRole(c, role)
		}
	}
}

// keepInline puts a policy on roles. Its note is its name and theirs.
func keepInline(c *world.Call, r resource, note string) string {
	dropInline(c, r, note)
	name, document := text(r, "PolicyName"), paper(r.Properties["PolicyDocument"])
	if document == "" {
		return ""
	}
	change(c, rolesOf(r), func(role *world.Role) {
		if role.Inline == nil {
			role.Inline = map[string]string{}
		}
		role.Inline[name] = document
	})
	return strings.Join(append([]string{name}, rolesOf(r)...), "\n")
}

func dropInline(c *world.Call, _ resource, note string) {
	of := strings.Split(note, "\n")
	change(c, of[1:], func(role *world.Role) { delete(role.Inline, of[0]) })
}

// keepManaged makes a managed policy and puts it on roles. Its note is their names.
func keepManaged(c *world.Call, r resource, note string) string {
	arn := r.PhysicalID
	dropManaged(c, r, note)
	world.Put(c, world.KindManaged, arn, world.Managed{
		ARN: arn, Name: lastPart(arn), Path: textOr(r, "Path", "/"), Description: text(r, "Description"),
		Versions: []string{paper(r.Properties["PolicyDocument"])}, Default: 1, Created: c.Now, Updated: c.Now,
	})
	change(c, rolesOf(r), func(role *world.Role) { role.Attached = append(role.Attached, arn) })
	return strings.Join(rolesOf(r), "\n")
}

func dropManaged(c *world.Call, r resource, note string) {
	world.Remove(c, world.KindManaged, r.PhysicalID)
	change(c, strings.Split(note, "\n"), func(role *world.Role) {
		role.Attached = slices.DeleteFunc(role.Attached, func(arn string) bool { return arn == r.PhysicalID })
	})
}

func keepProfile(c *world.Call, r resource, _ string) string {
	world.Put(c, world.KindProfile, r.PhysicalID, world.Profile{Name: r.PhysicalID, Path: textOr(r, "Path", "/"), Roles: rolesOf(r), Created: c.Now})
	return ""
}

// keepBucketPolicy puts a policy on a bucket of the account. Its note is the bucket.
func keepBucketPolicy(c *world.Call, r resource, note string) string {
	name := text(r, "Bucket")
	if note != "" && note != name {
		dropBucketPolicy(c, r, note)
	}
	putBucketPolicy(c, name, paper(r.Properties["PolicyDocument"]))
	return name
}

func dropBucketPolicy(c *world.Call, _ resource, note string) { putBucketPolicy(c, note, "") }

func putBucketPolicy(c *world.Call, bucket, text string) {
	b, ok := world.BucketOf(c, bucket)
	if !ok || b.Account != c.Account {
		return
	}
	b.Policy, b.Public = text, false
	if p, err := access.Parse(text, access.Resource); err == nil {
		b.Public = p.Public()
	}
	world.Put(c.In("", ""), world.KindBucket, bucket, b)
}

// papersIn are the policy documents of a resource, by where they stand, and of which kind.
var papersIn = map[string]map[string]access.Kind{
	typeRole:                  {"AssumeRolePolicyDocument": access.Trust},
	"AWS::IAM::Policy":        {"PolicyDocument": access.Identity},
	"AWS::IAM::RolePolicy":    {"PolicyDocument": access.Identity},
	"AWS::IAM::ManagedPolicy": {"PolicyDocument": access.Identity},
	"AWS::S3::BucketPolicy":   {"PolicyDocument": access.Resource},
}

// malformed says what is wrong with a resource's policies, "" for nothing.
func malformed(r resource) string {
	type document struct {
		value any
		kind  access.Kind
	}
	var all []document
	for name, kind := range papersIn[r.Type] {
		all = append(all, document{r.Properties[name], kind})
	}
	if r.Type == typeRole {
		for _, p := range items(r.Properties["Policies"]) {
			policy, _ := p.(map[string]any)
			all = append(all, document{policy["PolicyDocument"], access.Identity})
		}
	}
	for _, d := range all {
		text := paper(d.value)
		if _, err := access.Parse(text, d.kind); err != nil && text != "" {
			return fmt.Sprintf("Resource handler returned message: \"%v (Service: Iam, Status Code: 400)\" (HandlerErrorCode: InvalidRequest)", err)
		}
	}
	return ""
}
