package servicecatalog

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func propertyOperations() []world.Operation {
	return []world.Operation{
		write("UpdateProvisionedProductProperties", "IdempotencyToken", updateProperties, needs("ProvisionedProductId", "ProvisionedProductProperties")),
	}
}

// updateProperties gives a provisioned product another owner, or another launch role.
func updateProperties(c *world.Call, in *servicecatalog.UpdateProvisionedProductPropertiesInput) (*servicecatalog.UpdateProvisionedProductPropertiesOutput, error) {
	v, err := changeable(c, *in.ProvisionedProductId, "")
	if err != nil {
		return nil, err
	}
	p := v.next(c)
	for _, key := range slices.Sorted(maps.Keys(in.ProvisionedProductProperties)) {
		if err := p.set(c, types.PropertyKey(key), in.ProvisionedProductProperties[key]); err != nil {
			return nil, err
		}
	}
	r := p.record(c, updating)
	r.End = &outcome{Status: succeeded}
	p.keep(c, r)
	return &servicecatalog.UpdateProvisionedProductPropertiesOutput{
		ProvisionedProductId: &p.ID, ProvisionedProductProperties: in.ProvisionedProductProperties, RecordId: &r.ID, Status: types.RecordStatusSucceeded,
	}, nil
}

func (p *provisioned) set(c *world.Call, key types.PropertyKey, arn string) error {
	m := arnForm.FindStringSubmatch(arn)
	if m == nil || m[1] != p.Account {
		return invalid("%s %q is not the ARN of a principal in account %s.", key, arn, p.Account)
	}
	switch key {
	case types.PropertyKeyOwner:
		p.UserARN, p.UserSession = arn, arn
		return nil
	case types.PropertyKeyLaunchRole:
		if why := unassumable(c, arn); why != "" {
			return invalid("%s", why)
		}
		p.LaunchRole = arn
		return nil
	}
	return violated("Value '%s' at 'provisionedProductProperties' failed to satisfy constraint: Map keys must satisfy enum value set: [OWNER, LAUNCH_ROLE]", key)
}
