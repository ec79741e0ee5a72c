package iam

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/axle-cd/axle/sandbox/access"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Quotas of a role, as AWS has them.
const (
	mostInline   = 10240
	mostAttached = 10
)

func grantOperations() []world.Operation {
	return []world.Operation{
		write("PutRolePolicy", putRolePolicy),
		read("GetRolePolicy", getRolePolicy),
		write("DeleteRolePolicy", deleteRolePolicy),
		read("ListRolePolicies", listRolePolicies),
		write("AttachRolePolicy", attachRolePolicy),
		write("DetachRolePolicy", detachRolePolicy),
		read("ListAttachedRolePolicies", listAttached),
		write("PutRolePermissionsBoundary", putBoundary),
		write("DeleteRolePermissionsBoundary", deleteBoundary),
	}
}

func putRolePolicy(c *world.Call, in *api.PutRolePolicyInput) (*api.PutRolePolicyOutput, error) {
	r, err := findRole(c, in.RoleName)
	if err == nil {
		err = named("policyName", aws.ToString(in.PolicyName), 128)
	}
	if err == nil {
		err = checked(aws.ToString(in.PolicyDocument), access.Identity)
	}
	if err != nil {
		return nil, err
	}
	if r.Inline == nil {
		r.Inline = map[string]string{}
	}
	r.Inline[*in.PolicyName] = *in.PolicyDocument
	size := 0
	for _, text := range r.Inline {
		size += len(text)
	}
	if size > mostInline {
		return nil, exceeded("Maximum policy size of %d bytes exceeded for role %s", mostInline, r.Name)
	}
	world.PutRole(c, r)
	return &api.PutRolePolicyOutput{}, nil
}

// inline finds an inline policy of a role.
func inline(c *world.Call, role, policy *string) (world.Role, error) {
	r, err := findRole(c, role)
	if _, ok := r.Inline[aws.ToString(policy)]; err == nil && !ok {
		err = noSuch("The role policy with name %s cannot be found.", aws.ToString(policy))
	}
	return r, err
}

func getRolePolicy(c *world.Call, in *api.GetRolePolicyInput) (*api.GetRolePolicyOutput, error) {
	r, err := inline(c, in.RoleName, in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &api.GetRolePolicyOutput{RoleName: in.RoleName, PolicyName: in.PolicyName, PolicyDocument: encoded(r.Inline[*in.PolicyName])}, nil
}

func deleteRolePolicy(c *world.Call, in *api.DeleteRolePolicyInput) (*api.DeleteRolePolicyOutput, error) {
	r, err := inline(c, in.RoleName, in.PolicyName)
	if err != nil {
		return nil, err
	}
	delete(r.Inline, *in.PolicyName)
	world.PutRole(c, r)
	return &api.DeleteRolePolicyOutput{}, nil
}

func listRolePolicies(c *world.Call, in *api.ListRolePoliciesInput) (*api.ListRolePoliciesOutput, error) {
	r, err := findRole(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	cut, next, more, err := page(slices.Sorted(maps.Keys(r.Inline)), in.MaxItems, in.Marker)
	return &api.ListRolePoliciesOutput{PolicyNames: cut, Marker: next, IsTruncated: more}, err
}

// attachable refuses a managed policy that is not there. One of AWS's whose text is not here
// would be judged as giving nothing, and is refused too.
func attachable(c *world.Call, arn string) error {
	if len(texts(c, c.Account, arn)) > 0 {
		return nil
	}
	if access.OfAWS(arn) {
		return wire.NotHere("iam:AttachRolePolicy.PolicyArn: the text of " + arn + " is not in the sandbox")
	}
	return noSuch("Policy %s does not exist or is not attachable.", arn)
}

func attachRolePolicy(c *world.Call, in *api.AttachRolePolicyInput) (*api.AttachRolePolicyOutput, error) {
	r, err := findRole(c, in.RoleName)
	if err == nil {
		err = attachable(c, aws.ToString(in.PolicyArn))
	}
	if err != nil {
		return nil, err
	}
	if !slices.Contains(r.Attached, *in.PolicyArn) {
		r.Attached = append(r.Attached, *in.PolicyArn)
	}
	if len(r.Attached) > mostAttached {
		return nil, exceeded("Cannot exceed quota for PoliciesPerRole: %d", mostAttached)
	}
	world.PutRole(c, r)
	return &api.AttachRolePolicyOutput{}, nil
}

func detachRolePolicy(c *world.Call, in *api.DetachRolePolicyInput) (*api.DetachRolePolicyOutput, error) {
	r, err := findRole(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	i := slices.Index(r.Attached, aws.ToString(in.PolicyArn))
	if i < 0 {
		return nil, noSuch("Policy %s was not found.", aws.ToString(in.PolicyArn))
	}
	r.Attached = slices.Delete(r.Attached, i, i+1)
	world.PutRole(c, r)
	return &api.DetachRolePolicyOutput{}, nil
}

func listAttached(c *world.Call, in *api.ListAttachedRolePoliciesInput) (*api.ListAttachedRolePoliciesOutput, error) {
	r, err := findRole(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	var all []types.AttachedPolicy
	for _, arn := range r.Attached {
		all = append(all, types.AttachedPolicy{PolicyArn: &arn, PolicyName: aws.String(lastOf(arn))})
	}
	cut, next, more, err := page(all, in.MaxItems, in.Marker)
	return &api.ListAttachedRolePoliciesOutput{AttachedPolicies: cut, Marker: next, IsTruncated: more}, err
}

func putBoundary(c *world.Call, in *api.PutRolePermissionsBoundaryInput) (*api.PutRolePermissionsBoundaryOutput, error) {
	r, err := findRole(c, in.RoleName)
	if err == nil {
		err = attachable(c, aws.ToString(in.PermissionsBoundary))
	}
	if err != nil {
		return nil, err
	}
	r.Boundary = *in.PermissionsBoundary
	world.PutRole(c, r)
	return &api.PutRolePermissionsBoundaryOutput{}, nil
}

func deleteBoundary(c *world.Call, in *api.DeleteRolePermissionsBoundaryInput) (*api.DeleteRolePermissionsBoundaryOutput, error) {
	r, err := findRole(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	r.Boundary = ""
	world.PutRole(c, r)
	return &api.DeleteRolePermissionsBoundaryOutput{}, nil
}
