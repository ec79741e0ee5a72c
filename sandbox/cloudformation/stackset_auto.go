package cloudformation

import (
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// Automatic deployment is worked out when somebody looks: an account that has come to an
// organizational unit of a stack set, or has left it, makes an operation that begins when it did.

const kindFollowing = "stackset-following" // global: sets that deploy by themselves, by id

// following is where such a set is, and up to when its accounts have been looked at.
type following struct {
	ID, Account, Region string
	Until               time.Time
}

// follow keeps note of whether the set deploys by itself.
func (s stackSet) follow(c *world.Call) {
	global := c.In("", "")
	if s.Deleted || s.Auto == nil || !aws.ToBool(s.Auto.Enabled) || len(s.Targets) == 0 {
		world.Remove(global, kindFollowing, s.ID)
		return
	}
	if !world.Has(global, kindFollowing, s.ID) {
		world.Put(global, kindFollowing, s.ID, following{s.ID, c.Account, c.Region, c.Now})
	}
}

// afterMoves wraps an operation: it finds all as accounts that moved have left it.
func afterMoves(o world.Operation) world.Operation {
	do := o.Do
	o.Do = func(c *world.Call, in any) (any, error) {
		for _, f := range world.List[following](c.In("", ""), kindFollowing) {
			if err := f.catchUp(c.In(f.Account, f.Region)); err != nil {
				return nil, err
			}
		}
		return do(c, in)
	}
	return o
}

// catchUp carries out what the moves since the last look ask for.
func (f following) catchUp(c *world.Call) error {
	org, ok := world.OrgOf(c, c.Account)
	s, there := world.Get[stackSet](c, kindStackSet, f.ID)
	if !ok || !there || governs(c) != nil || f.Until.After(org.Changed.Add(time.Hour)) { // an account is made within the hour
		return nil
	}
	come, gone, at := s.moved(c, f.Until)
	since := f.Until
	f.Until = c.Now
	world.Put(c.In("", ""), kindFollowing, f.ID, f)
	if at.Before(since) {
		at = since
	}
	then := *c
	then.Now = at
	if err := s.byItself(&then, "CREATE", come); err != nil {
		return err
	}
	return s.byItself(&then, "DELETE", gone)
}

// byItself is an operation that nobody asked for. One account's failure does not hold others up.
func (s stackSet) byItself(c *world.Call, action string, all []instance) error {
	if len(all) == 0 {
		return nil
	}
	s.Managed = true // it waits for what is under way
	k, err := s.begin(c, action, nil, &sdk.StackSetOperationPreferences{FailureTolerancePercentage: aws.Int32(100), MaxConcurrentPercentage: aws.Int32(100)})
	if err != nil {
		return err
	}
	if action == "CREATE" {
		return k.run(all, k.deploy)
	}
	k.op.Retain = aws.ToBool(s.Auto.RetainStacksOnAccountRemoval)
	return k.run(all, k.undeploy)
}

// moved are the instances to make and to delete for accounts that moved since, and the time of
// the last move.
func (s stackSet) moved(c *world.Call, since time.Time) (come, gone []instance, at time.Time) {
	org, _ := world.OrgOf(c, c.Account)
	places := world.PlacesIn(c)
	have := map[string]instance{}
	for _, i := range s.instances(c) {
		have[i.key()] = i
	}
	for _, a := range world.Accounts(c, org.ID) {
		came := a.Placed
		if a.Joined.After(came) {
			came = a.Joined
		}
		if came.Before(since) || a.ID == org.Management {
			continue
		}
		path, wanted := places(a), map[string]bool{}
		for _, unit := range slices.Sorted(maps.Keys(s.Targets)) {
			if !slices.Contains(path, unit) {
				continue
			}
			for _, region := range s.Targets[unit] {
				i := instance{Account: a.ID, Region: region, Unit: unit}
				if _, there := have[i.key()]; !there && !wanted[i.key()] {
					come, at = append(come, i), later(at, came)
				}
				wanted[i.key()] = true
			}
		}
		for _, key := range slices.Sorted(maps.Keys(have)) {
			if i := have[key]; i.Account == a.ID && !wanted[key] && !slices.Contains(path, i.Unit) {
				gone, at = append(gone, i), later(at, came)
			}
		}
	}
	return come, gone, at
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func listAutoDeploymentTargets(c *world.Call, in *cf.ListStackSetAutoDeploymentTargetsInput) (*cf.ListStackSetAutoDeploymentTargetsOutput, error) {
	_, s, err := stackSetOf(c, in.CallAs, in.StackSetName)
	if err != nil {
		return nil, err
	}
	var all []sdk.StackSetAutoDeploymentTargetSummary
	for _, unit := range slices.Sorted(maps.Keys(s.Targets)) {
		all = append(all, sdk.StackSetAutoDeploymentTargetSummary{OrganizationalUnitId: aws.String(unit), Regions: s.Targets[unit]})
	}
	page, next, err := paged(all, in.NextToken, size(in.MaxResults))
	return &cf.ListStackSetAutoDeploymentTargetsOutput{Summaries: page, NextToken: next}, err
}

func activateOrganizationsAccess(c *world.Call, _ *cf.ActivateOrganizationsAccessInput) (*cf.ActivateOrganizationsAccessOutput, error) {
	org, err := managed(c)
	if err == nil && !slices.Contains(org.TrustedServices, stackSetsPrincipal) {
		org.TrustedServices = append(org.TrustedServices, stackSetsPrincipal)
		world.PutOrg(c, org)
	}
	return &cf.ActivateOrganizationsAccessOutput{}, err
}

func deactivateOrganizationsAccess(c *world.Call, _ *cf.DeactivateOrganizationsAccessInput) (*cf.DeactivateOrganizationsAccessOutput, error) {
	org, err := managed(c)
	if err == nil {
		org.TrustedServices = slices.DeleteFunc(org.TrustedServices, func(s string) bool { return s == stackSetsPrincipal })
		world.PutOrg(c, org)
	}
	return &cf.DeactivateOrganizationsAccessOutput{}, err
}

func managed(c *world.Call) (world.Organization, error) {
	org, ok := world.OrgOf(c, c.Account)
	if !ok || org.Management != c.Account {
		return org, invalid("You must be the management account of an organization to change its access")
	}
	return org, nil
}

func describeOrganizationsAccess(c *world.Call, in *cf.DescribeOrganizationsAccessInput) (*cf.DescribeOrganizationsAccessOutput, error) {
	c, err := administrator(c, in.CallAs)
	if err != nil {
		return nil, err
	}
	org, _ := world.OrgOf(c, c.Account)
	status := sdk.OrganizationStatusDisabled
	if slices.Contains(org.TrustedServices, stackSetsPrincipal) {
		status = sdk.OrganizationStatusEnabled
	}
	return &cf.DescribeOrganizationsAccessOutput{Status: status}, nil
}
