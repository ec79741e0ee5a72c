package organizations

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/sandbox/access"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func resourcePolicyOperations() []world.Operation {
	return []world.Operation{
		write("PutResourcePolicy", putResourcePolicy).Only("Content"),
		read("DescribeResourcePolicy", describeResourcePolicy),
		write("DeleteResourcePolicy", deleteResourcePolicy),
	}
}

const maxResourcePolicy = 40_000

func putResourcePolicy(c *world.Call, org world.Organization, in *api.PutResourcePolicyInput) (*api.PutResourcePolicyOutput, error) {
	text := aws.ToString(in.Content)
	if len(text) > maxResourcePolicy {
		return nil, violation(types.ConstraintViolationExceptionReasonPolicyContentLimitExceeded, "The resource policy is longer than %d characters.", maxResourcePolicy)
	}
	if _, err := access.Parse(text, access.Resource); err != nil {
		return nil, invalid(types.InvalidInputExceptionReasonInvalidResourcePolicyJson, "The resource policy is not valid: %v", err)
	}
	if org.ResourcePolicyID == "" {
		org.ResourcePolicyID = c.NewID("rp-", 8, world.Lower)
	}
	org.ResourcePolicy = text
	world.PutOrg(c, org)
	return &api.PutResourcePolicyOutput{ResourcePolicy: resourcePolicy(c, org)}, nil
}

func resourcePolicy(c *world.Call, org world.Organization) *types.ResourcePolicy {
	return &types.ResourcePolicy{Content: &org.ResourcePolicy, ResourcePolicySummary: &types.ResourcePolicySummary{
		Id: &org.ResourcePolicyID, Arn: arn(c, org, "resourcepolicy", org.ResourcePolicyID),
	}}
}

func noResourcePolicy() error {
	return wire.Fail("ResourcePolicyNotFoundException", "We can't find a resource policy request with the parameter that you specified.")
}

func describeResourcePolicy(c *world.Call, _ *api.DescribeResourcePolicyInput) (*api.DescribeResourcePolicyOutput, error) {
	org, _ := world.Org(c)
	if org.ResourcePolicy == "" {
		return nil, noResourcePolicy()
	}
	return &api.DescribeResourcePolicyOutput{ResourcePolicy: resourcePolicy(c, org)}, nil
}

func deleteResourcePolicy(c *world.Call, org world.Organization, _ *api.DeleteResourcePolicyInput) (*api.DeleteResourcePolicyOutput, error) {
	if org.ResourcePolicy == "" {
		return nil, noResourcePolicy()
	}
	org.ResourcePolicy, org.ResourcePolicyID = "", ""
	world.PutOrg(c, org)
	return &api.DeleteResourcePolicyOutput{}, nil
}

// whatever is an identity policy that leaves the decision to the resource's: what the caller's
// own policies say has been asked before.
const whatever = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`

// delegates says whether the organization's resource policy lets the caller read.
func delegates(c *world.Call, org world.Organization, operation string) bool {
	if org.ResourcePolicy == "" {
		return false
	}
	who := access.Who{ARN: c.Principal.ARN, Account: c.Principal.Account}
	if c.Principal.Role != "" {
		if r, ok := world.RoleOf(c, c.Principal.Account, c.Principal.Role); ok {
			who.Role = r.ARN()
		}
	}
	return access.Decide(access.Question{
		By: who, Action: "organizations:" + operation, Resource: "*", Owner: org.Management, Policy: org.ResourcePolicy,
	}, access.Papers{Identity: []string{whatever}}).Allowed
}
