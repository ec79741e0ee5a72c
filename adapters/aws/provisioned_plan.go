package aws

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// Preview asks AWS what an update to a version would change: a plan is made, read and deleted, and
// nothing else is touched. That AWS cannot plan it is in the Preview, not in the error.
func (l *Launcher) Preview(ctx context.Context, want catalog.Launch) (p catalog.Preview, err error) {
	s := l.as(catalog.User{Account: want.Account, Role: want.Role, Region: want.Region})
	have, offer, err := l.standing(ctx, s, want)
	if err != nil {
		return p, err
	}
	parameters, err := s.kept(ctx, catalog.LaunchRequest{}, offer, have)
	if err != nil {
		return p, err
	}
	if err := s.dropLeftovers(ctx, want.ID); err != nil {
		return p, err
	}
	// Of no use but to be read and deleted, each plan is a new one: its token is of its time too.
	parent := want.ID + "/" + sdk.ToString(have.LastRecordId)
	in := &servicecatalog.CreateProvisionedProductPlanInput{PlanName: sdk.String(planName(want.ID)), PlanType: types.ProvisionedProductPlanTypeCloudformation,
		ProductId: &offer.ProductID, ProvisionedProductName: &want.Name, ProvisioningArtifactId: &offer.ArtifactID, PathId: &offer.PathID, ProvisioningParameters: parameters,
		IdempotencyToken: sdk.String(token("CreateProvisionedProductPlan", s.place, parent, []any{offer.ArtifactID, l.session.clock.Now().UnixNano()}))}
	out, err := call(ctx, s, op{"servicecatalog", "CreateProvisionedProductPlan", repeatable}, func(ctx context.Context) (*servicecatalog.CreateProvisionedProductPlanOutput, error) {
		return s.catalog.CreateProvisionedProductPlan(ctx, in)
	})
	if err != nil {
		return p, err
	}
	id := sdk.ToString(out.PlanId)
	p, err = s.plan(ctx, id)
	return p, errors.Join(err, s.dropPlan(context.WithoutCancel(ctx), id))
}

// standing is what a campaign found, if it is still that, and what it is to become.
func (l *Launcher) standing(ctx context.Context, s *site, want catalog.Launch) (*types.ProvisionedProductDetail, catalog.Offer, error) {
	have, err := s.settled(ctx, want.Name)
	if err != nil {
		return nil, catalog.Offer{}, err
	}
	if have == nil || sdk.ToString(have.Id) != want.ID {
		return nil, catalog.Offer{}, document.Fail("AXLE2755", fmt.Sprintf("provisioned product %s (%s)%s is not there any more", want.Name, want.ID, s.place), "axle campaign create looks again", nil)
	}
	offer, err := l.Offer(ctx, catalog.User{Account: want.Account, Role: want.Role, Region: want.Region}, want.ProductName, want.Version)
	return have, offer, err
}

// plan waits for a plan, and reads what it would change.
func (s *site) plan(ctx context.Context, id string) (p catalog.Preview, err error) {
	p.Changes = []catalog.ResourceChange{}
	err = s.poll(ctx, "the plan "+id, objectPause, func() (bool, error) {
		out, err := s.describePlan(ctx, id, nil)
		if err != nil {
			return false, err
		}
		switch out.ProvisionedProductPlanDetails.Status {
		case types.ProvisionedProductPlanStatusCreateSuccess:
			return true, nil
		case types.ProvisionedProductPlanStatusCreateFailed:
			p.Failed = sdk.ToString(out.ProvisionedProductPlanDetails.StatusMessage)
			return true, nil
		}
		return false, nil
	})
	if err != nil || p.Failed != "" {
		return p, err
	}
	err = s.pages(ctx, "DescribeProvisionedProductPlan", func(ctx context.Context, token *string) (*string, error) {
		out, err := s.catalog.DescribeProvisionedProductPlan(ctx, &servicecatalog.DescribeProvisionedProductPlanInput{PlanId: &id, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, c := range out.ResourceChanges {
			p.Changes = append(p.Changes, catalog.ResourceChange{Action: string(c.Action), ID: sdk.ToString(c.LogicalResourceId),
				Type: sdk.ToString(c.ResourceType), Replacement: string(c.Replacement)})
		}
		return out.NextPageToken, nil
	})
	return p, err
}

func (s *site) describePlan(ctx context.Context, id string, page *string) (*servicecatalog.DescribeProvisionedProductPlanOutput, error) {
	return call(ctx, s, op{"servicecatalog", "DescribeProvisionedProductPlan", ofNew}, func(ctx context.Context) (*servicecatalog.DescribeProvisionedProductPlanOutput, error) {
		return s.catalog.DescribeProvisionedProductPlan(ctx, &servicecatalog.DescribeProvisionedProductPlanInput{PlanId: &id, PageToken: page})
	})
}

func planName(id string) string { return "axle-" + id }

// dropLeftovers deletes the plan of a preview that was interrupted: AWS takes one at a time.
func (s *site) dropLeftovers(ctx context.Context, id string) error {
	var ours []string
	account := &types.AccessLevelFilter{Key: types.AccessLevelFilterKeyAccount, Value: sdk.String("self")}
	err := s.pages(ctx, "ListProvisionedProductPlans", func(ctx context.Context, token *string) (*string, error) {
		out, err := s.catalog.ListProvisionedProductPlans(ctx, &servicecatalog.ListProvisionedProductPlansInput{ProvisionProductId: &id, AccessLevelFilter: account, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, p := range out.ProvisionedProductPlans {
			if sdk.ToString(p.PlanName) == planName(id) {
				ours = append(ours, sdk.ToString(p.PlanId))
			}
		}
		return out.NextPageToken, nil
	})
	for _, plan := range ours {
		err = errors.Join(err, s.dropPlan(ctx, plan))
	}
	return err
}

func (s *site) dropPlan(ctx context.Context, id string) error {
	_, err := call(ctx, s, op{"servicecatalog", "DeleteProvisionedProductPlan", repeatable}, func(ctx context.Context) (*servicecatalog.DeleteProvisionedProductPlanOutput, error) {
		return s.catalog.DeleteProvisionedProductPlan(ctx, &servicecatalog.DeleteProvisionedProductPlanInput{PlanId: &id})
	})
	if answered(err, missing) {
		return nil
	}
	return err
}

// Move updates a provisioned product to a version, with the parameters that it has; one whose last
// update failed too, for somebody chose it. At the version already and AVAILABLE, it is left alone.
func (l *Launcher) Move(ctx context.Context, want catalog.Launch) (catalog.Provisioned, error) {
	s := l.as(catalog.User{Account: want.Account, Role: want.Role, Region: want.Region})
	have, offer, err := l.standing(ctx, s, want)
	if err != nil {
		return catalog.Provisioned{}, err
	}
	sound := have.Status == types.ProvisionedProductStatusAvailable
	if sound && sdk.ToString(have.ProvisioningArtifactId) == offer.ArtifactID || !sound && have.Status != types.ProvisionedProductStatusTainted {
		return s.provisioned(ctx, have)
	}
	if err := s.update(ctx, catalog.LaunchRequest{}, offer, have); err != nil {
		return catalog.Provisioned{}, err
	}
	if have, err = s.settled(ctx, want.Name); err != nil || have == nil {
		return catalog.Provisioned{}, err
	}
	return s.provisioned(ctx, have)
}
