package iam

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/axle-cd/axle/sandbox/access"
	"github.com/axle-cd/axle/sandbox/world"
)

func roleOperations() []world.Operation {
	return []world.Operation{
		write("CreateRole", createRole),
		write("CreateServiceLinkedRole", createLinked, "AWSServiceName", "Description"),
		read("GetRole", getRole),
		read("ListRoles", listRoles),
		write("UpdateRole", updateRole),
		write("UpdateAssumeRolePolicy", updateTrust),
		write("DeleteRole", deleteRole),
		write("TagRole", tagRole),
		write("UntagRole", untagRole),
		read("ListRoleTags", listRoleTags),
		read("ListInstanceProfilesForRole", listProfilesOf),
		read("GetInstanceProfile", getProfile),
	}
}

func findRole(c *world.Call, name *string) (world.Role, error) {
	r, ok := world.RoleOf(c, c.Account, aws.ToString(name))
	if !ok {
		return r, noSuch("The role with name %s cannot be found.", aws.ToString(name))
	}
	return r, nil
}

func roleOf(c *world.Call, r world.Role) types.Role {
	out := types.Role{
		RoleName: &r.Name, Path: aws.String(cmp.Or(r.Path, "/")), Arn: aws.String(r.ARN()), RoleId: aws.String(world.RoleID(c, r.Account, r.Name)),
		AssumeRolePolicyDocument: encoded(r.TrustPolicy()), CreateDate: &r.Created, MaxSessionDuration: aws.Int32(cmp.Or(r.MaxSession, 3600)), Tags: tagsOf(r.Tags),
	}
	if r.Description != "" {
		out.Description = &r.Description
	}
	if r.Boundary != "" {
		out.PermissionsBoundary = &types.AttachedPermissionsBoundary{PermissionsBoundaryArn: &r.Boundary, PermissionsBoundaryType: types.PermissionsBoundaryAttachmentTypePolicy}
	}
	return out
}

func createRole(c *world.Call, in *api.CreateRoleInput) (*api.CreateRoleOutput, error) {
	path, err := pathed(in.Path)
	if err != nil {
		return nil, err
	}
	r := world.Role{
		Name: aws.ToString(in.RoleName), Path: path, Account: c.Account, Trust: aws.ToString(in.AssumeRolePolicyDocument),
		Description: aws.ToString(in.Description), MaxSession: aws.ToInt32(in.MaxSessionDuration), Created: c.Now, Tags: tagged(nil, in.Tags),
		Grants: world.Grants{Boundary: aws.ToString(in.PermissionsBoundary)},
	}
	if err := well(c, r); err != nil {
		return nil, err
	}
	if _, ok := world.RoleOf(c, c.Account, r.Name); ok {
		return nil, exists("Role with name %s already exists.", r.Name)
	}
	world.PutRole(c, r)
	out := roleOf(c, r)
	return &api.CreateRoleOutput{Role: &out}, nil
}

// well checks a role that is about to be.
func well(c *world.Call, r world.Role) error {
	if err := named("roleName", r.Name, 64); err != nil {
		return err
	}
	if err := lasting(r.MaxSession); err != nil {
		return err
	}
	if r.Boundary != "" {
		if err := attachable(c, r.Boundary); err != nil {
			return err
		}
	}
	return trusted(r.Trust)
}

func lasting(seconds int32) error {
	if seconds != 0 && (seconds < 3600 || seconds > 12*3600) {
		return invalid("1 validation error detected: Value '%d' at 'maxSessionDuration' failed to satisfy constraint: between 3600 and 43200", seconds)
	}
	return nil
}

// trusted checks a trust policy.
func trusted(text string) error {
	if len(text) > 4096 {
		return exceeded("Cannot exceed quota for ACLSizePerRole: 4096")
	}
	return checked(text, access.Trust)
}

// linked are AWS's names of service-linked roles that its documents give; others are made up.
var linked = map[string]string{
	"private-marketplace.marketplace": "PrivateMarketplaceAdmin",
	"license-management.marketplace":  "MarketplaceLicenseManagement",
	"license-manager":                 "AWSLicenseManagerRole",
	"license-manager.master-account":  "AWSLicenseManagerMasterAccountRole",
	"license-manager.member-account":  "AWSLicenseManagerMemberAccountRole",
}

func createLinked(c *world.Call, in *api.CreateServiceLinkedRoleInput) (*api.CreateServiceLinkedRoleOutput, error) {
	service := aws.ToString(in.AWSServiceName)
	name, ok := strings.CutSuffix(service, ".amazonaws.com")
	if !ok || name == "" {
		return nil, invalid("%s is not a service principal.", service)
	}
	title := strings.NewReplacer(".", "", "-", "").Replace(name)
	r := world.Role{
		Name: "AWSServiceRoleFor" + cmp.Or(linked[name], strings.ToUpper(title[:1])+title[1:]), Path: "/aws-service-role/" + service + "/", Account: c.Account,
		TrustServices: []string{service}, Description: aws.ToString(in.Description), Created: c.Now,
	}
	if _, ok := world.RoleOf(c, c.Account, r.Name); ok {
		return nil, invalid("Service role name %s has been taken in this account, please try a different suffix.", r.Name)
	}
	world.PutRole(c, r)
	out := roleOf(c, r)
	return &api.CreateServiceLinkedRoleOutput{Role: &out}, nil
}

func getRole(c *world.Call, in *api.GetRoleInput) (*api.GetRoleOutput, error) {
	r, err := findRole(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	out := roleOf(c, r)
	return &api.GetRoleOutput{Role: &out}, nil
}

func listRoles(c *world.Call, in *api.ListRolesInput) (*api.ListRolesOutput, error) {
	var all []types.Role
	for _, r := range world.List[world.Role](c, world.KindRole) {
		if strings.HasPrefix(cmp.Or(r.Path, "/"), aws.ToString(in.PathPrefix)) {
			one := roleOf(c, r)
			one.Tags, one.PermissionsBoundary = nil, nil // which ListRoles does not give
			all = append(all, one)
		}
	}
	cut, next, more, err := page(all, in.MaxItems, in.Marker)
	return &api.ListRolesOutput{Roles: cut, Marker: next, IsTruncated: more}, err
}

func updateRole(c *world.Call, in *api.UpdateRoleInput) (*api.UpdateRoleOutput, error) {
	r, err := findRole(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	if in.Description != nil {
		r.Description = *in.Description
	}
	if in.MaxSessionDuration != nil {
		r.MaxSession = *in.MaxSessionDuration
	}
	if err := lasting(r.MaxSession); err != nil {
		return nil, err
	}
	world.PutRole(c, r)
	return &api.UpdateRoleOutput{}, nil
}

func updateTrust(c *world.Call, in *api.UpdateAssumeRolePolicyInput) (*api.UpdateAssumeRolePolicyOutput, error) {
	r, err := findRole(c, in.RoleName)
	if err == nil {
		err = trusted(aws.ToString(in.PolicyDocument))
	}
	if err != nil {
		return nil, err
	}
	r.Trust = *in.PolicyDocument
	world.PutRole(c, r)
	return &api.UpdateAssumeRolePolicyOutput{}, nil
}

func deleteRole(c *world.Call, in *api.DeleteRoleInput) (*api.DeleteRoleOutput, error) {
	r, err := findRole(c, in.RoleName)
	switch {
	case err != nil:
		return nil, err
	case len(r.Attached) > 0:
		return nil, conflict("Cannot delete entity, must detach all policies first.")
	case len(r.Inline) > 0:
		return nil, conflict("Cannot delete entity, must delete policies first.")
	case len(profilesOf(c, r.Name)) > 0:
		return nil, conflict("Cannot delete entity, must remove roles from instance profile first.")
	}
	world.Remove(c, world.KindRole, r.Name)
	return &api.DeleteRoleOutput{}, nil
}

func tagsOf(tags map[string]string) []types.Tag {
	var out []types.Tag
	for k, v := range tags {
		out = append(out, types.Tag{Key: aws.String(k), Value: aws.String(v)})
	}
	slices.SortFunc(out, func(a, b types.Tag) int { return strings.Compare(*a.Key, *b.Key) })
	return out
}

func tagged(have map[string]string, more []types.Tag) map[string]string {
	for _, t := range more {
		if have == nil {
			have = map[string]string{}
		}
		have[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return have
}

func tagRole(c *world.Call, in *api.TagRoleInput) (*api.TagRoleOutput, error) {
	r, err := findRole(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	if r.Tags = tagged(r.Tags, in.Tags); len(r.Tags) > 50 {
		return nil, exceeded("Cannot exceed quota for TagsPerRole: 50")
	}
	world.PutRole(c, r)
	return &api.TagRoleOutput{}, nil
}

func untagRole(c *world.Call, in *api.UntagRoleInput) (*api.UntagRoleOutput, error) {
	r, err := findRole(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	for _, k := range in.TagKeys {
		delete(r.Tags, k)
	}
	world.PutRole(c, r)
	return &api.UntagRoleOutput{}, nil
}

func listRoleTags(c *world.Call, in *api.ListRoleTagsInput) (*api.ListRoleTagsOutput, error) {
	r, err := findRole(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	cut, next, more, err := page(tagsOf(r.Tags), in.MaxItems, in.Marker)
	return &api.ListRoleTagsOutput{Tags: cut, Marker: next, IsTruncated: more}, err
}

// profilesOf are the instance profiles that hold a role; stacks make them.
func profilesOf(c *world.Call, role string) []world.Profile {
	return slices.DeleteFunc(world.List[world.Profile](c, world.KindProfile), func(p world.Profile) bool { return !slices.Contains(p.Roles, role) })
}

func profileOf(c *world.Call, p world.Profile) types.InstanceProfile {
	out := types.InstanceProfile{InstanceProfileName: &p.Name, Path: &p.Path, CreateDate: &p.Created, Roles: []types.Role{},
		Arn: aws.String(c.ARN("iam", "instance-profile"+p.Path+p.Name)), InstanceProfileId: aws.String("AIPA" + world.RoleID(c, p.Name, "profile")[4:])}
	for _, name := range p.Roles {
		if r, ok := world.RoleOf(c, c.Account, name); ok {
			out.Roles = append(out.Roles, roleOf(c, r))
		}
	}
	return out
}

func listProfilesOf(c *world.Call, in *api.ListInstanceProfilesForRoleInput) (*api.ListInstanceProfilesForRoleOutput, error) {
	r, err := findRole(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	var all []types.InstanceProfile
	for _, p := range profilesOf(c, r.Name) {
		all = append(all, profileOf(c, p))
	}
	cut, next, more, err := page(all, in.MaxItems, in.Marker)
	return &api.ListInstanceProfilesForRoleOutput{InstanceProfiles: cut, Marker: next, IsTruncated: more}, err
}

func getProfile(c *world.Call, in *api.GetInstanceProfileInput) (*api.GetInstanceProfileOutput, error) {
	p, ok := world.Get[world.Profile](c, world.KindProfile, aws.ToString(in.InstanceProfileName))
	if !ok {
		return nil, noSuch("Instance Profile %s cannot be found.", aws.ToString(in.InstanceProfileName))
	}
	out := profileOf(c, p)
	return &api.GetInstanceProfileOutput{InstanceProfile: &out}, nil
}
