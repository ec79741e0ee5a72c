package iam

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/axle-cd/axle/sandbox/access"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

const (
	mostManaged  = 6144
	mostVersions = 5
)

func managedOperations() []world.Operation {
	return []world.Operation{
		write("CreatePolicy", createPolicy, "PolicyName", "Path", "PolicyDocument", "Description"),
		read("GetPolicy", getPolicy),
		read("GetPolicyVersion", getPolicyVersion),
		read("ListPolicies", listPolicies).Only("Scope", "PathPrefix", "Marker", "MaxItems"),
		read("ListPolicyVersions", listPolicyVersions),
		write("CreatePolicyVersion", createPolicyVersion),
		write("SetDefaultPolicyVersion", setDefaultVersion),
		write("DeletePolicyVersion", deletePolicyVersion),
		write("DeletePolicy", deletePolicy),
	}
}

// findManaged finds a managed policy, of AWS or of the account.
func findManaged(c *world.Call, arn *string) (world.Managed, error) {
	text, ok := access.Managed(aws.ToString(arn))
	if ok {
		name := lastOf(*arn)
		path := strings.TrimSuffix(strings.TrimPrefix(*arn, "arn:aws:iam::aws:policy"), name)
		return world.Managed{ARN: *arn, Name: name, Path: path, ID: managedID(c, *arn), Versions: []string{text}, Default: 1}, nil
	}
	m, ok := world.Get[world.Managed](c, world.KindManaged, aws.ToString(arn))
	if !ok {
		return m, noSuch("Policy %s was not found.", aws.ToString(arn))
	}
	return m, nil
}

// own finds a managed policy of the account, which AWS's are not.
func own(c *world.Call, arn *string) (world.Managed, error) {
	if access.OfAWS(aws.ToString(arn)) {
		return world.Managed{}, wire.Fail("AccessDenied", "Policy %s is managed by AWS and cannot be changed.", *arn).With(403)
	}
	return findManaged(c, arn)
}

func managedID(c *world.Call, arn string) string { return "ANPA" + world.UserID(c, arn)[4:] }

func version(n int) string { return "v" + strconv.Itoa(n) }

func policyOf(c *world.Call, m world.Managed) *types.Policy {
	p := &types.Policy{
		Arn: &m.ARN, PolicyName: &m.Name, Path: &m.Path, PolicyId: aws.String(cmp.Or(m.ID, managedID(c, m.ARN))), DefaultVersionId: aws.String(version(m.Default)),
		AttachmentCount: aws.Int32(attachments(c, m.ARN)), PermissionsBoundaryUsageCount: aws.Int32(0), IsAttachable: true, CreateDate: &m.Created, UpdateDate: &m.Updated,
	}
	if m.Description != "" {
		p.Description = &m.Description
	}
	return p
}

// attachments counts the account's roles that have the policy.
func attachments(c *world.Call, arn string) (n int32) {
	for _, r := range world.List[world.Role](c, world.KindRole) {
		if slices.Contains(r.Attached, arn) {
			n++
		}
	}
	return n
}

func createPolicy(c *world.Call, in *api.CreatePolicyInput) (*api.CreatePolicyOutput, error) {
	path, err := pathed(in.Path)
	if err == nil {
		err = named("policyName", aws.ToString(in.PolicyName), 128)
	}
	if err == nil {
		err = fitting(aws.ToString(in.PolicyDocument))
	}
	if err != nil {
		return nil, err
	}
	m := world.Managed{ARN: c.ARN("iam", "policy"+path+*in.PolicyName), Name: *in.PolicyName, Path: path, Description: aws.ToString(in.Description),
		Versions: []string{*in.PolicyDocument}, Default: 1, Created: c.Now, Updated: c.Now}
	if _, ok := world.Get[world.Managed](c, world.KindManaged, m.ARN); ok {
		return nil, exists("A policy called %s already exists. Duplicate names are not allowed.", m.Name)
	}
	world.Put(c, world.KindManaged, m.ARN, m)
	return &api.CreatePolicyOutput{Policy: policyOf(c, m)}, nil
}

// fitting checks the document of a managed policy.
func fitting(text string) error {
	if len(text) > mostManaged {
		return exceeded("Cannot exceed quota for PolicySize: %d", mostManaged)
	}
	return checked(text, access.Identity)
}

func getPolicy(c *world.Call, in *api.GetPolicyInput) (*api.GetPolicyOutput, error) {
	m, err := findManaged(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	return &api.GetPolicyOutput{Policy: policyOf(c, m)}, nil
}

// numbered finds a version that is not deleted.
func numbered(m world.Managed, id *string) (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(aws.ToString(id), "v"))
	if err != nil || n < 1 || n > len(m.Versions) || m.Versions[n-1] == "" || version(n) != *id {
		return 0, noSuch("Policy %s version %s does not exist or is not attachable.", m.ARN, aws.ToString(id))
	}
	return n, nil
}

// standing counts the versions that are not deleted.
func standing(m world.Managed) (n int) {
	for _, text := range m.Versions {
		if text != "" {
			n++
		}
	}
	return n
}

func versionOf(m world.Managed, n int) types.PolicyVersion {
	return types.PolicyVersion{VersionId: aws.String(version(n)), IsDefaultVersion: n == m.Default, CreateDate: &m.Created}
}

func getPolicyVersion(c *world.Call, in *api.GetPolicyVersionInput) (*api.GetPolicyVersionOutput, error) {
	m, err := findManaged(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	n, err := numbered(m, in.VersionId)
	if err != nil {
		return nil, err
	}
	v := versionOf(m, n)
	v.Document = encoded(m.Versions[n-1])
	return &api.GetPolicyVersionOutput{PolicyVersion: &v}, nil
}

func listPolicies(c *world.Call, in *api.ListPoliciesInput) (*api.ListPoliciesOutput, error) {
	if in.Scope != types.PolicyScopeTypeLocal {
		return nil, wire.NotHere(fmt.Sprintf("iam:ListPolicies.Scope=%s: use Local; not all of AWS's policies are in the sandbox", in.Scope))
	}
	var all []types.Policy
	for _, m := range world.List[world.Managed](c, world.KindManaged) {
		if strings.HasPrefix(m.Path, aws.ToString(in.PathPrefix)) {
			all = append(all, *policyOf(c, m))
		}
	}
	cut, next, more, err := page(all, in.MaxItems, in.Marker)
	return &api.ListPoliciesOutput{Policies: cut, Marker: next, IsTruncated: more}, err
}

func listPolicyVersions(c *world.Call, in *api.ListPolicyVersionsInput) (*api.ListPolicyVersionsOutput, error) {
	m, err := findManaged(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	var all []types.PolicyVersion
	for n := len(m.Versions); n > 0; n-- {
		if m.Versions[n-1] != "" {
			all = append(all, versionOf(m, n))
		}
	}
	cut, next, more, err := page(all, in.MaxItems, in.Marker)
	return &api.ListPolicyVersionsOutput{Versions: cut, Marker: next, IsTruncated: more}, err
}

func createPolicyVersion(c *world.Call, in *api.CreatePolicyVersionInput) (*api.CreatePolicyVersionOutput, error) {
	m, err := own(c, in.PolicyArn)
	if err == nil {
		err = fitting(aws.ToString(in.PolicyDocument))
	}
	if err != nil {
		return nil, err
	}
	if standing(m) >= mostVersions {
		return nil, exceeded("A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", mostVersions)
	}
	m.Versions = append(m.Versions, *in.PolicyDocument)
	if in.SetAsDefault {
		m.Default = len(m.Versions)
	}
	m.Updated = c.Now
	world.Put(c, world.KindManaged, m.ARN, m)
	v := versionOf(m, len(m.Versions))
	return &api.CreatePolicyVersionOutput{PolicyVersion: &v}, nil
}

func setDefaultVersion(c *world.Call, in *api.SetDefaultPolicyVersionInput) (*api.SetDefaultPolicyVersionOutput, error) {
	m, err := own(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	if m.Default, err = numbered(m, in.VersionId); err != nil {
		return nil, err
	}
	m.Updated = c.Now
	world.Put(c, world.KindManaged, m.ARN, m)
	return &api.SetDefaultPolicyVersionOutput{}, nil
}

func deletePolicyVersion(c *world.Call, in *api.DeletePolicyVersionInput) (*api.DeletePolicyVersionOutput, error) {
	m, err := own(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	n, err := numbered(m, in.VersionId)
	if err != nil {
		return nil, err
	}
	if n == m.Default {
		return nil, conflict("Cannot delete the default version of a policy.")
	}
	m.Versions[n-1] = ""
	world.Put(c, world.KindManaged, m.ARN, m)
	return &api.DeletePolicyVersionOutput{}, nil
}

func deletePolicy(c *world.Call, in *api.DeletePolicyInput) (*api.DeletePolicyOutput, error) {
	m, err := own(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	switch {
	case attachments(c, m.ARN) > 0:
		return nil, conflict("Cannot delete a policy attached to entities.")
	case standing(m) > 1:
		return nil, conflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	}
	world.Remove(c, world.KindManaged, m.ARN)
	return &api.DeletePolicyOutput{}, nil
}
