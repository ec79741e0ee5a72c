package servicecatalog

import (
	"encoding/json"
	"slices"

	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	stacks "github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/world"
)

const stackSetType = "CFN_STACKSET"

func stackSetOperations() []world.Operation {
	return []world.Operation{
		read("ListStackInstancesForProvisionedProduct", listStackInstances, needs("ProvisionedProductId")),
	}
}

func listStackInstances(c *world.Call, in *servicecatalog.ListStackInstancesForProvisionedProductInput) (*servicecatalog.ListStackInstancesForProvisionedProductOutput, error) {
	v, err := find(c, *in.ProvisionedProductId, "")
	if err != nil {
		return nil, err
	}
	if v.Kind != stackSetType {
		return nil, invalid("Provisioned product %s is of type %s, and not of %s.", v.ID, v.Kind, stackSetType)
	}
	cut, next, err := page(c, stacks.Instances(c, v.StackID), in.PageSize, in.PageToken, narrow, v.ID)
	out := &servicecatalog.ListStackInstancesForProvisionedProductOutput{NextPageToken: next}
	for _, i := range cut {
		out.StackInstances = append(out.StackInstances, types.StackInstance{Account: &i.Account, Region: &i.Region, StackInstanceStatus: types.StackInstanceStatus(i.Status)})
	}
	return out, err
}

// stackSetParameters are those of a STACKSET constraint: where its launches may build, and as whom.
type stackSetParameters struct {
	Version    string
	Properties struct {
		AccountList, RegionList  []string
		AdminRole, ExecutionRole string
	}
}

func checkStackSet(parameters string) error {
	var p stackSetParameters
	if err := decode(parameters, &p); err != nil {
		return err
	}
	if p.Version == "" || len(p.Properties.AccountList) == 0 || len(p.Properties.RegionList) == 0 {
		return invalid("A STACKSET constraint needs Version, AccountList and RegionList.")
	}
	return nil
}

// prefer says where and how a launch builds: all that the STACKSET constraint allows, or the part
// of it that is asked for.
func (b *order) prefer(asked *types.ProvisioningPreferences) error {
	k, ok := b.of(typeStackSet)
	if !ok {
		if asked != nil {
			return invalid("ProvisioningPreferences are for a product with a STACKSET constraint.")
		}
		return nil
	}
	var p stackSetParameters
	_ = json.Unmarshal([]byte(k.Parameters), &p) // checked when it was made
	b.set = &p
	if asked == nil {
		return nil
	}
	if err := narrowTo(&b.set.Properties.AccountList, asked.StackSetAccounts, "account"); err != nil {
		return err
	}
	b.preferences = &cf.StackSetOperationPreferences{
		FailureToleranceCount: asked.StackSetFailureToleranceCount, FailureTolerancePercentage: asked.StackSetFailureTolerancePercentage,
		MaxConcurrentCount: asked.StackSetMaxConcurrencyCount, MaxConcurrentPercentage: asked.StackSetMaxConcurrencyPercentage, RegionOrder: asked.StackSetRegions,
	}
	return narrowTo(&b.set.Properties.RegionList, asked.StackSetRegions, "region")
}

func narrowTo(allowed *[]string, asked []string, what string) error {
	for _, a := range asked {
		if !slices.Contains(*allowed, a) {
			return invalid("The STACKSET constraint does not allow %s %s.", what, a)
		}
	}
	if len(asked) > 0 {
		*allowed = asked
	}
	return nil
}

func (b order) setRequest(p *provisioned, r *record) stacks.SetRequest {
	at := b.set.Properties
	return stacks.SetRequest{Request: b.request(p, r), AdminRole: at.AdminRole, ExecutionRole: at.ExecutionRole,
		Accounts: at.AccountList, Regions: at.RegionList, Preferences: b.preferences}
}

// createSet starts a stack set in the caller's account and region, or fails the record.
func (b order) createSet(c *world.Call, p *provisioned, r *record) error {
	p.Kind, p.StackAccount = stackSetType, c.Account
	r.Kind, r.StackAccount = p.Kind, p.StackAccount
	if why := b.fault(c, ""); why != "" {
		r.fail("LaunchFailed", why)
		return nil
	}
	end, err := stacks.CreateSet(c, b.setRequest(p, r))
	p.StackID, r.StackID = end.ID, end.ID
	return r.endWith(end, err)
}

// updateSet updates a stack set where it stands.
func (b order) updateSet(c *world.Call, p *provisioned, r *record) error {
	if why := b.fault(c, ""); why != "" {
		r.fail("LaunchFailed", why)
		return nil
	}
	return r.endWith(stacks.UpdateSet(c, p.StackID, b.setRequest(p, r)))
}

// demolishSet deletes the stacks of a stack set, or lets them go.
func (p provisioned) demolishSet(c *world.Call, r *record, retain bool) error {
	if p.StackID == "" {
		r.End = &outcome{Status: succeeded}
		return nil
	}
	err := r.endWith(stacks.DeleteSet(c, p.StackID, retain))
	if err == nil && r.Forgive && r.End.Status == failed {
		r.End = &outcome{Status: succeeded}
	}
	return err
}

// endWith settles the record as the operation of the stack set will have ended.
func (r *record) endWith(end stacks.SetEnd, err error) error {
	if err != nil {
		return r.failOn(err)
	}
	r.Due, r.End = end.At, &outcome{Status: succeeded}
	if end.Reason != "" {
		r.fail("CloudFormationError", end.Reason)
	}
	return nil
}
