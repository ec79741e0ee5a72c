package iam

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/axle-cd/axle/sandbox/access"
	"github.com/axle-cd/axle/sandbox/world"
)

func simulations() []world.Operation {
	return []world.Operation{
		read("SimulateCustomPolicy", simulateCustom).Only("ActionNames", "PolicyInputList", "ResourceArns", "ContextEntries",
			"PermissionsBoundaryPolicyInputList", "Marker", "MaxItems"),
		read("SimulatePrincipalPolicy", simulatePrincipal).Only("ActionNames", "PolicySourceArn", "PolicyInputList", "ResourceArns", "ContextEntries",
			"PermissionsBoundaryPolicyInputList", "Marker", "MaxItems"),
	}
}

// trial is a simulation: the same judgement, of what nobody does.
type trial struct {
	who       access.Who
	papers    access.Papers
	actions   []string
	resources []string
	context   []types.ContextEntry
	size      *int32
	marker    *string
}

func simulateCustom(c *world.Call, in *api.SimulateCustomPolicyInput) (*api.SimulateCustomPolicyOutput, error) {
	t := trial{who: access.Who{ARN: c.Principal.ARN, Account: c.Account}, papers: access.Papers{Identity: in.PolicyInputList},
		actions: in.ActionNames, resources: in.ResourceArns, context: in.ContextEntries, size: in.MaxItems, marker: in.Marker}
	if err := t.boundary(in.PermissionsBoundaryPolicyInputList); err != nil {
		return nil, err
	}
	results, next, more, err := t.run(in.PolicyInputList)
	return &api.SimulateCustomPolicyOutput{EvaluationResults: results, Marker: next, IsTruncated: more}, err
}

func simulatePrincipal(c *world.Call, in *api.SimulatePrincipalPolicyInput) (*api.SimulatePrincipalPolicyOutput, error) {
	arn := aws.ToString(in.PolicySourceArn)
	t := trial{who: access.Who{ARN: arn, Account: c.Account}, actions: in.ActionNames, resources: in.ResourceArns, context: in.ContextEntries, size: in.MaxItems, marker: in.Marker}
	var grants world.Grants
	user, isUser := world.Get[world.User](c, world.KindUser, lastOf(arn))
	role, isRole := world.FindRole(c, arn)
	switch {
	case isRole && role.Account == c.Account:
		grants, t.who.Role = role.Grants, arn
	case isUser && strings.Contains(arn, ":user/"):
		grants = user.Grants
	default:
		return nil, noSuch("The entity %s cannot be found.", arn)
	}
	t.papers = papersOf(c, c.Account, grants)
	t.papers.Identity = append(t.papers.Identity, in.PolicyInputList...)
	if err := t.boundary(in.PermissionsBoundaryPolicyInputList); err != nil {
		return nil, err
	}
	results, next, more, err := t.run(in.PolicyInputList)
	return &api.SimulatePrincipalPolicyOutput{EvaluationResults: results, Marker: next, IsTruncated: more}, err
}

func (t *trial) boundary(given []string) error {
	if len(given) > 0 {
		t.papers.Boundary = given
	}
	return checkedAll(given)
}

func checkedAll(texts []string) error {
	for _, text := range texts {
		if err := checked(text, access.Identity); err != nil {
			return err
		}
	}
	return nil
}

func (t trial) run(given []string) ([]types.EvaluationResult, *string, bool, error) {
	if err := checkedAll(given); err != nil {
		return nil, nil, false, err
	}
	keys := access.Keys{}
	for _, e := range t.context {
		keys.Set(aws.ToString(e.ContextKeyName), e.ContextKeyValues...)
	}
	if len(t.resources) == 0 {
		t.resources = []string{"*"}
	}
	var all []types.EvaluationResult
	for _, action := range t.actions {
		for _, resource := range t.resources {
			d := access.Decide(access.Question{By: t.who, Action: action, Resource: resource, Keys: keys}, t.papers)
			all = append(all, types.EvaluationResult{EvalActionName: aws.String(action), EvalResourceName: aws.String(resource), EvalDecision: word(d)})
		}
	}
	return page(all, t.size, t.marker)
}

func word(d access.Decision) types.PolicyEvaluationDecisionType {
	switch {
	case d.Allowed:
		return types.PolicyEvaluationDecisionTypeAllowed
	case d.Explicit:
		return types.PolicyEvaluationDecisionTypeExplicitDeny
	}
	return types.PolicyEvaluationDecisionTypeImplicitDeny
}
