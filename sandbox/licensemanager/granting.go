package licensemanager

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func grantOperations() []world.Operation {
	return []world.Operation{
		world.Write("CreateGrant", "ClientToken", createGrant).Only("ClientToken", "GrantName", "LicenseArn", "Principals", "HomeRegion", "AllowedOperations", "Tags"),
		world.Write("CreateGrantVersion", "ClientToken", createGrantVersion).Only("ClientToken", "GrantArn", "GrantName", "AllowedOperations", "Status", "StatusReason", "SourceVersion", "Options"),
		world.Write("AcceptGrant", "", acceptGrant).Only("GrantArn"),
		world.Write("RejectGrant", "", rejectGrant).Only("GrantArn"),
		world.Write("DeleteGrant", "", deleteGrant).Only("GrantArn", "Version", "StatusReason"),
		world.Read("GetGrant", getGrant).Only("GrantArn", "Version"),
		world.Read("ListDistributedGrants", listDistributed).Only("GrantArns", "Filters", "MaxResults", "NextToken"),
		world.Read("ListReceivedGrants", listReceivedGrants).Only("GrantArns", "Filters", "MaxResults", "NextToken"),
		world.Read("ListReceivedGrantsForOrganization", listGrantsForOrganization).Only("LicenseArn", "Filters", "MaxResults", "NextToken"),
		world.Read("ListTagsForResource", listTags).Only("ResourceArn"),
		world.Write("TagResource", "", tagResource).Only("ResourceArn", "Tags"),
	}
}

func createGrant(c *world.Call, in *licensemanager.CreateGrantInput) (*licensemanager.CreateGrantOutput, error) {
	l, err := find(c, in.LicenseArn)
	if err != nil {
		return nil, err
	}
	switch {
	case len(in.Principals) != 1 || !principal(in.Principals[0]):
		return nil, invalid("Principals takes one ARN: arn:aws:iam::<account>:root, or an organization's or organizational unit's.")
	case len(in.AllowedOperations) == 0:
		return nil, invalid("AllowedOperations needs at least one operation.")
	case aws.ToString(in.HomeRegion) != l.Region || c.Region != l.Region:
		return nil, invalid("The licence's home Region is %s.", l.Region)
	case l.Holder != c.Account || !slices.Contains(l.Operations, types.AllowedOperationCreateGrant):
		return nil, wire.Fail("AuthorizationException", "The account %s may not grant the licence on.", c.Account)
	case !within(in.AllowedOperations, l.Operations):
		return nil, invalid("AllowedOperations are more than the licence permits.")
	case l.status(c.Now) != types.LicenseStatusAvailable:
		return nil, wrongState("The licence is %s.", l.status(c.Now))
	}
	living := slices.DeleteFunc(grantsOf(c, l.ARN), func(g Grant) bool { return g.Parent != "" || g.Status == string(types.GrantStatusDeleted) })
	if most := world.Quota(c, quotaGrants, maxGrants); len(living) >= most {
		return nil, wire.Fail("ResourceLimitExceededException", "A licence has at most %d grants.", most)
	}
	g := Grant{ARN: "arn:aws:license-manager::" + c.Account + ":grant:g-" + c.NewID("", 32, "0123456789abcdef"), Name: aws.ToString(in.GrantName), Licence: l.ARN,
		Granter: c.Account, Principal: in.Principals[0], Region: l.Region, Operations: in.AllowedOperations, Version: 1, Tags: map[string]string{}}
	for _, t := range in.Tags {
		g.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	g.begin(c, types.GrantStatusPendingWorkflow, firstEnd(c, g))
	put(c, g)
	return &licensemanager.CreateGrantOutput{GrantArn: &g.ARN, Status: types.GrantStatus(g.Status), Version: aws.String("1")}, nil
}

// firstEnd is what a new grant's workflow leads to. The organization accepts by itself what its
// management account grants, once License Manager is linked to it.
func firstEnd(c *world.Call, g Grant) types.GrantStatus {
	id, one := g.node()
	org, _ := world.OrgOf(c, c.Account)
	switch {
	case world.Switched(c, failing):
		return types.GrantStatusFailedWorkflow
	case !one:
		return types.GrantStatusWorkflowCompleted
	case c.Account == org.Management && world.SameOrg(c, c.Account, id) && linked(c, org.Management):
		return types.GrantStatusDisabled
	}
	return types.GrantStatusPendingAccept
}

// own gives a grant that the caller's account gave, settled.
func own(c *world.Call, arn *string) (Grant, error) {
	g, ok := world.Get[Grant](global(c), kindGrant, aws.ToString(arn))
	if !ok || g.Granter != c.Account {
		return g, noSuch("The grant " + aws.ToString(arn))
	}
	return g.settle(c.Now), nil
}

// createGrantVersion activates a grant, disables it, or gives it other operations.
func createGrantVersion(c *world.Call, in *licensemanager.CreateGrantVersionInput) (*licensemanager.CreateGrantVersionOutput, error) {
	g, err := own(c, in.GrantArn)
	if err != nil {
		return nil, err
	}
	l, _ := world.Get[Licence](global(c), kindLicence, g.Licence)
	_, one := g.node()
	settled := []string{string(types.GrantStatusDisabled), string(types.GrantStatusActive), string(types.GrantStatusWorkflowCompleted)}
	switch {
	case in.SourceVersion != nil && *in.SourceVersion != strconv.Itoa(g.Version):
		return nil, wire.Fail("ConflictException", "The grant's version is %d.", g.Version)
	case !slices.Contains(settled, g.Status):
		return nil, wrongState("The grant is %s.", g.Status)
	case in.Status != "" && in.Status != types.GrantStatusActive && in.Status != types.GrantStatusDisabled:
		return nil, invalid("Status is ACTIVE or DISABLED.")
	case !within(in.AllowedOperations, l.Operations):
		return nil, invalid("AllowedOperations are more than the licence permits.")
	}
	then := types.GrantStatus(g.Status)
	if in.Status != "" {
		then = in.Status
	}
	if in.Options != nil {
		g.Override = in.Options.ActivationOverrideBehavior
	}
	if then == types.GrantStatusActive && g.Status == string(types.GrantStatusDisabled) {
		if err := activate(c, g, l); err != nil {
			return nil, err
		}
	}
	if in.AllowedOperations != nil {
		g.Operations = in.AllowedOperations
	}
	if !one {
		g.Active, then = then == types.GrantStatusActive || g.Active && in.Status == "", types.GrantStatusWorkflowCompleted
	}
	g.Version++
	g.begin(c, types.GrantStatusPendingWorkflow, then)
	put(c, g)
	return &licensemanager.CreateGrantVersionOutput{GrantArn: &g.ARN, Status: types.GrantStatus(g.Status), Version: aws.String(strconv.Itoa(g.Version))}, nil
}

// activate refuses a second active licence of a product, unless the grant may replace the others.
func activate(c *world.Call, g Grant, l Licence) error {
	others, has := g.others(c, l)
	if len(others) == 0 && !has {
		return nil
	}
	if g.Override != types.ActivationOverrideBehaviorAllGrantsPermittedByIssuer {
		return wire.Fail("ConflictException", "The grantee has an active licence of %s.", l.SKU)
	}
	for _, other := range others {
		if other.Parent == "" {
			other.Status = string(types.GrantStatusDisabled)
			put(c, other)
		}
	}
	return nil
}

// offered gives a grant that the caller's account is to answer.
func offered(c *world.Call, arn *string) (Grant, error) {
	g, ok := world.Get[Grant](global(c), kindGrant, aws.ToString(arn))
	if g = g.settle(c.Now); !ok || !g.reaches(c.Account) {
		return g, noSuch("The grant " + aws.ToString(arn))
	}
	if g.Status != string(types.GrantStatusPendingAccept) {
		return g, wrongState("The grant is %s.", g.Status)
	}
	return g, nil
}

func acceptGrant(c *world.Call, in *licensemanager.AcceptGrantInput) (*licensemanager.AcceptGrantOutput, error) {
	g, err := offered(c, in.GrantArn)
	if err != nil {
		return nil, err
	}
	g.Status, g.Then = string(types.GrantStatusDisabled), ""
	put(c, g)
	return &licensemanager.AcceptGrantOutput{GrantArn: &g.ARN, Status: types.GrantStatus(g.Status), Version: aws.String(strconv.Itoa(g.Version))}, nil
}

func rejectGrant(c *world.Call, in *licensemanager.RejectGrantInput) (*licensemanager.RejectGrantOutput, error) {
	g, err := offered(c, in.GrantArn)
	if err != nil {
		return nil, err
	}
	g.Status, g.Then = string(types.GrantStatusRejected), ""
	put(c, g)
	return &licensemanager.RejectGrantOutput{GrantArn: &g.ARN, Status: types.GrantStatus(g.Status), Version: aws.String(strconv.Itoa(g.Version))}, nil
}

func deleteGrant(c *world.Call, in *licensemanager.DeleteGrantInput) (*licensemanager.DeleteGrantOutput, error) {
	g, err := own(c, in.GrantArn)
	if err != nil {
		return nil, err
	}
	busy := []string{string(types.GrantStatusPendingWorkflow), string(types.GrantStatusPendingDelete), string(types.GrantStatusDeleted)}
	switch {
	case aws.ToString(in.Version) != strconv.Itoa(g.Version):
		return nil, wire.Fail("ConflictException", "The grant's version is %d.", g.Version)
	case slices.Contains(busy, g.Status):
		return nil, wrongState("The grant is %s.", g.Status)
	}
	g.begin(c, types.GrantStatusPendingDelete, types.GrantStatusDeleted)
	put(c, g)
	return &licensemanager.DeleteGrantOutput{GrantArn: &g.ARN, Status: types.GrantStatus(g.Status), Version: in.Version}, nil
}
