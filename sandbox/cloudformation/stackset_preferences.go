package cloudformation

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// checked refuses preferences that contradict each other.
func checked(p *sdk.StackSetOperationPreferences) error {
	switch {
	case p == nil:
	case p.FailureToleranceCount != nil && p.FailureTolerancePercentage != nil:
		return invalid("FailureToleranceCount and FailureTolerancePercentage cannot be specified together")
	case p.MaxConcurrentCount != nil && p.MaxConcurrentPercentage != nil:
		return invalid("MaxConcurrentCount and MaxConcurrentPercentage cannot be specified together")
	case p.MaxConcurrentCount != nil && *p.MaxConcurrentCount < 1, p.MaxConcurrentPercentage != nil && (*p.MaxConcurrentPercentage < 1 || *p.MaxConcurrentPercentage > 100):
		return invalid("MaxConcurrentCount and MaxConcurrentPercentage must be at least 1, and a percentage at most 100")
	case aws.ToInt32(p.FailureToleranceCount) < 0, aws.ToInt32(p.FailureTolerancePercentage) < 0, aws.ToInt32(p.FailureTolerancePercentage) > 100:
		return invalid("FailureToleranceCount and FailureTolerancePercentage must be at least 0, and a percentage at most 100")
	}
	return nil
}

// limits are how many failures a region of n instances bears, and how many run at once.
func (k *campaign) limits(n int) (tolerance, most int, strict bool) {
	p := k.op.Preferences
	if p == nil {
		p = &sdk.StackSetOperationPreferences{}
	}
	tolerance, most = int(aws.ToInt32(p.FailureToleranceCount)), int(aws.ToInt32(p.MaxConcurrentCount))
	if p.FailureTolerancePercentage != nil {
		tolerance = n * int(*p.FailureTolerancePercentage) / 100
	}
	if p.MaxConcurrentPercentage != nil {
		most = n * int(*p.MaxConcurrentPercentage) / 100
	}
	return tolerance, max(1, most), p.ConcurrencyMode != sdk.ConcurrencyModeSoftFailureTolerance
}

// regions are those of the instances, in the order of the preferences, then as they came.
func (k *campaign) regions(all []instance) []string {
	var order []string
	add := func(region string) {
		if !slices.Contains(order, region) && slices.ContainsFunc(all, func(i instance) bool { return i.Region == region }) {
			order = append(order, region)
		}
	}
	if k.op.Preferences != nil {
		for _, r := range k.op.Preferences.RegionOrder {
			add(r)
		}
	}
	for _, i := range all {
		add(i.Region)
	}
	return order
}
