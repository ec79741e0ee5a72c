package organizations

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/sandbox/access"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Quotas of service control policies, as AWS has them.
const (
	maxControl  = 5120
	maxAttached = 5
)

func policyOperations() []world.Operation {
	return []world.Operation{
		write("EnablePolicyType", enablePolicyType),
		write("DisablePolicyType", disablePolicyType),
		write("CreatePolicy", createPolicy).Only("Name", "Description", "Content", "Type"),
		write("UpdatePolicy", updatePolicy),
		write("DeletePolicy", deletePolicy),
		write("AttachPolicy", attachPolicy),
		write("DetachPolicy", detachPolicy),
		read("DescribePolicy", describePolicy),
		read("ListPolicies", listPolicies),
		read("ListPoliciesForTarget", listPoliciesFor),
		read("ListTargetsForPolicy", listTargetsFor),
	}
}

// judged refuses the types of policies that nothing here judges by.
func judged(typ types.PolicyType, operation string) error {
	if typ != types.PolicyTypeServiceControlPolicy {
		return wire.NotHere("organizations:" + operation + "." + string(typ))
	}
	return nil
}

// rootTyped is the root as the operations on policy types give it.
func rootTyped(c *world.Call, org world.Organization) *types.Root {
	u, _ := world.FindUnit(c, org.Root)
	r := &types.Root{Id: &u.ID, Name: &u.Name, Arn: arn(c, org, "root", u.ID), PolicyTypes: []types.PolicyTypeSummary{}}
	if world.Controlled(c, org.Root, world.ServiceControl) {
		r.PolicyTypes = append(r.PolicyTypes, types.PolicyTypeSummary{Type: types.PolicyTypeServiceControlPolicy, Status: types.PolicyTypeStatusEnabled})
	}
	return r
}

// switched checks that a policy type of the organization's root is as it must be before it changes.
func switched(c *world.Call, org world.Organization, root *string, typ types.PolicyType, enabled bool) error {
	if aws.ToString(root) != org.Root {
		return missing("RootNotFoundException", "a root")
	}
	switch on := world.Controlled(c, org.Root, string(typ)); {
	case on && !enabled:
		return wire.Fail("PolicyTypeAlreadyEnabledException", "The specified policy type is already enabled.")
	case !on && enabled:
		return wire.Fail("PolicyTypeNotEnabledException", "The specified policy type is not enabled for this root.")
	}
	return nil
}

func enablePolicyType(c *world.Call, org world.Organization, in *api.EnablePolicyTypeInput) (*api.EnablePolicyTypeOutput, error) {
	if err := judged(in.PolicyType, "EnablePolicyType"); err != nil {
		return nil, err
	}
	if err := switched(c, org, in.RootId, in.PolicyType, false); err != nil {
		return nil, err
	}
	world.EnableControl(c, org.Root, string(in.PolicyType))
	return &api.EnablePolicyTypeOutput{Root: rootTyped(c, org)}, nil
}

func disablePolicyType(c *world.Call, org world.Organization, in *api.DisablePolicyTypeInput) (*api.DisablePolicyTypeOutput, error) {
	if err := judged(in.PolicyType, "DisablePolicyType"); err != nil {
		return nil, err
	}
	if err := switched(c, org, in.RootId, in.PolicyType, true); err != nil {
		return nil, err
	}
	world.DisableControl(c, org.Root, string(in.PolicyType))
	return &api.DisablePolicyTypeOutput{Root: rootTyped(c, org)}, nil
}

// written checks the text of a policy.
func written(text string) error {
	if len(text) > maxControl {
		return violation(types.ConstraintViolationExceptionReasonPolicyContentLimitExceeded, "The policy is longer than %d characters.", maxControl)
	}
	if _, err := access.Parse(text, access.Organization); err != nil {
		return wire.Fail("MalformedPolicyDocumentException", "The provided policy document does not meet the requirements of the specified policy type: %v", err)
	}
	return nil
}

// named refuses a name that another policy of the organization has.
func named(c *world.Call, p world.Control) error {
	for _, other := range controls(c, p.Org) {
		if other.Name == p.Name && other.ID != p.ID {
			return wire.Fail("DuplicatePolicyException", "A policy with the same name already exists.")
		}
	}
	return nil
}

// controls are AWS's policy and the organization's own.
func controls(c *world.Call, org string) []world.Control {
	full, _ := world.FindControl(c, world.FullAccess)
	all := []world.Control{full}
	for _, p := range world.List[world.Control](global(c), world.KindControl) {
		if p.Org == org {
			all = append(all, p)
		}
	}
	return all
}

// findPolicy finds a policy that the organization can see.
func findPolicy(c *world.Call, org world.Organization, id *string) (world.Control, error) {
	p, ok := world.FindControl(c, aws.ToString(id))
	if !ok || !p.AWS && p.Org != org.ID {
		return p, missing("PolicyNotFoundException", "a policy")
	}
	return p, nil
}

// ownPolicy finds a policy that may be changed.
func ownPolicy(c *world.Call, org world.Organization, id *string) (world.Control, error) {
	p, err := findPolicy(c, org, id)
	if err == nil && p.AWS {
		err = wire.Fail("PolicyChangesNotAllowedException", "Changes to policies of AWS are not allowed.")
	}
	return p, err
}

func summary(c *world.Call, org world.Organization, p world.Control) types.PolicySummary {
	s := types.PolicySummary{Id: &p.ID, Name: &p.Name, Description: &p.Description, Type: types.PolicyType(p.Type), AwsManaged: p.AWS,
		Arn: arn(c, org, "policy", "service_control_policy/"+p.ID)}
	if p.AWS {
		s.Arn = aws.String("arn:aws:organizations::aws:policy/service_control_policy/" + p.ID)
	}
	return s
}

func shown(c *world.Call, org world.Organization, p world.Control) *types.Policy {
	s := summary(c, org, p)
	return &types.Policy{PolicySummary: &s, Content: &p.Document}
}

func createPolicy(c *world.Call, org world.Organization, in *api.CreatePolicyInput) (*api.CreatePolicyOutput, error) {
	if err := judged(in.Type, "CreatePolicy"); err != nil {
		return nil, err
	}
	p := world.Control{Name: aws.ToString(in.Name), Description: aws.ToString(in.Description), Type: string(in.Type), Org: org.ID,
		Document: aws.ToString(in.Content), Created: c.Now}
	if err := written(p.Document); err != nil {
		return nil, err
	}
	if err := named(c, p); err != nil {
		return nil, err
	}
	p.ID = c.NewID("p-", 8, world.Lower)
	world.Put(global(c), world.KindControl, p.ID, p)
	return &api.CreatePolicyOutput{Policy: shown(c, org, p)}, nil
}

func updatePolicy(c *world.Call, org world.Organization, in *api.UpdatePolicyInput) (*api.UpdatePolicyOutput, error) {
	p, err := ownPolicy(c, org, in.PolicyId)
	if err != nil {
		return nil, err
	}
	for from, to := range map[*string]*string{in.Name: &p.Name, in.Description: &p.Description, in.Content: &p.Document} {
		if from != nil {
			*to = *from
		}
	}
	if err := written(p.Document); err != nil {
		return nil, err
	}
	if err := named(c, p); err != nil {
		return nil, err
	}
	world.Put(global(c), world.KindControl, p.ID, p)
	return &api.UpdatePolicyOutput{Policy: shown(c, org, p)}, nil
}

func deletePolicy(c *world.Call, org world.Organization, in *api.DeletePolicyInput) (*api.DeletePolicyOutput, error) {
	p, err := ownPolicy(c, org, in.PolicyId)
	if err != nil {
		return nil, err
	}
	if len(targets(c, org, p.ID)) > 0 {
		return nil, wire.Fail("PolicyInUseException", "The policy is attached to one or more entities.")
	}
	world.Remove(global(c), world.KindControl, p.ID)
	return &api.DeletePolicyOutput{}, nil
}

// bearer finds a root, unit or account of the organization.
func bearer(c *world.Call, org world.Organization, id string) (types.PolicyTargetSummary, error) {
	if u, ok := world.FindUnit(c, id); ok && u.Org == org.ID {
		kind, word := types.TargetTypeOrganizationalUnit, "ou"
		if u.Parent == "" {
			kind, word = types.TargetTypeRoot, "root"
		}
		return types.PolicyTargetSummary{TargetId: &u.ID, Name: &u.Name, Type: kind, Arn: arn(c, org, word, u.ID)}, nil
	}
	if a, ok := world.FindAccount(c, id); ok && a.Org == org.ID {
		return types.PolicyTargetSummary{TargetId: &a.ID, Name: &a.Name, Type: types.TargetTypeAccount, Arn: arn(c, org, "account", a.ID)}, nil
	}
	return types.PolicyTargetSummary{}, missing("TargetNotFoundException", "a root, OU, or account")
}

// attaching checks what both ways of attachment need.
func attaching(c *world.Call, org world.Organization, policy, target *string) (world.Control, []string, error) {
	p, err := findPolicy(c, org, policy)
	if err == nil {
		_, err = bearer(c, org, aws.ToString(target))
	}
	if err == nil && !world.Controlled(c, org.Root, p.Type) {
		err = wire.Fail("PolicyTypeNotEnabledException", "The specified policy type is not enabled for this root.")
	}
	return p, world.ControlsAt(c, aws.ToString(target)), err
}

func attachPolicy(c *world.Call, org world.Organization, in *api.AttachPolicyInput) (*api.AttachPolicyOutput, error) {
	p, at, err := attaching(c, org, in.PolicyId, in.TargetId)
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(at, p.ID):
		return nil, wire.Fail("DuplicatePolicyAttachmentException", "The selected policy is already attached to the specified target.")
	case len(at) >= maxAttached:
		return nil, violation(types.ConstraintViolationExceptionReasonMaxPolicyTypeAttachmentLimitExceeded, "A target has at most %d policies of a type.", maxAttached)
	}
	world.AttachControl(c, *in.TargetId, p.ID)
	return &api.AttachPolicyOutput{}, nil
}

func detachPolicy(c *world.Call, org world.Organization, in *api.DetachPolicyInput) (*api.DetachPolicyOutput, error) {
	p, at, err := attaching(c, org, in.PolicyId, in.TargetId)
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(at, p.ID):
		return nil, wire.Fail("PolicyNotAttachedException", "The policy isn't attached to the specified target.")
	case len(at) == 1:
		return nil, violation(types.ConstraintViolationExceptionReasonMinPolicyTypeAttachmentLimitExceeded, "A target has at least one policy of a type.")
	}
	world.Put(global(c), world.KindControls, *in.TargetId, slices.DeleteFunc(at, func(id string) bool { return id == p.ID }))
	return &api.DetachPolicyOutput{}, nil
}

func describePolicy(c *world.Call, in *api.DescribePolicyInput) (*api.DescribePolicyOutput, error) {
	org, _ := world.OrgOf(c, c.Principal.Account)
	p, err := findPolicy(c, org, in.PolicyId)
	if err != nil {
		return nil, err
	}
	return &api.DescribePolicyOutput{Policy: shown(c, org, p)}, nil
}

func listPolicies(c *world.Call, in *api.ListPoliciesInput) (*api.ListPoliciesOutput, error) {
	org, _ := world.OrgOf(c, c.Principal.Account)
	if err := judged(in.Filter, "ListPolicies"); err != nil {
		return nil, err
	}
	all := each(controls(c, org.ID), func(p world.Control) types.PolicySummary { return summary(c, org, p) })
	out, next, err := page(all, "policies", in.MaxResults, in.NextToken)
	return &api.ListPoliciesOutput{Policies: out, NextToken: next}, err
}

func listPoliciesFor(c *world.Call, in *api.ListPoliciesForTargetInput) (*api.ListPoliciesForTargetOutput, error) {
	org, _ := world.OrgOf(c, c.Principal.Account)
	err := judged(in.Filter, "ListPoliciesForTarget")
	if err == nil {
		_, err = bearer(c, org, aws.ToString(in.TargetId))
	}
	if err != nil {
		return nil, err
	}
	var all []types.PolicySummary
	for _, id := range world.ControlsAt(c, *in.TargetId) {
		if p, ok := world.FindControl(c, id); ok {
			all = append(all, summary(c, org, p))
		}
	}
	out, next, err := page(all, "policies/"+*in.TargetId, in.MaxResults, in.NextToken)
	return &api.ListPoliciesForTargetOutput{Policies: out, NextToken: next}, err
}

// targets are the nodes of the organization that have the policy, units before accounts.
func targets(c *world.Call, org world.Organization, policy string) []types.PolicyTargetSummary {
	var ids []string
	for _, u := range world.List[world.Unit](global(c), world.KindUnit) {
		ids = append(ids, u.ID)
	}
	for _, a := range world.Accounts(c, org.ID) {
		ids = append(ids, a.ID)
	}
	var all []types.PolicyTargetSummary
	for _, id := range ids {
		if n, err := bearer(c, org, id); err == nil && slices.Contains(world.ControlsAt(c, id), policy) {
			all = append(all, n)
		}
	}
	return all
}

func listTargetsFor(c *world.Call, in *api.ListTargetsForPolicyInput) (*api.ListTargetsForPolicyOutput, error) {
	org, _ := world.OrgOf(c, c.Principal.Account)
	p, err := findPolicy(c, org, in.PolicyId)
	if err != nil {
		return nil, err
	}
	out, next, err := page(targets(c, org, p.ID), "targets/"+p.ID, in.MaxResults, in.NextToken)
	return &api.ListTargetsForPolicyOutput{Targets: out, NextToken: next}, err
}
