package servicecatalog

import (
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// tags gives the tags of a launch: those of the portfolio and the product, what the
// TagOptions leave no choice about, and the caller's own.
func (o offer) tags(c *world.Call, given []tag) ([]tag, error) {
	all := append(slices.Clone(o.Folio.Tags), o.Product.Tags...)
	for _, option := range o.Options {
		t, err := o.chosen(option, given)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return retag(c, nil, toTags(append(all, given...)), nil, maxProvisionedTags)
}

// chosen is the caller's choice among a TagOption's values. A key without values is a
// conflict, which the caller must not name and which is written into the tag (CT-18).
func (o offer) chosen(option types.TagOptionSummary, given []tag) (tag, error) {
	key := *option.Key
	i := slices.IndexFunc(given, func(t tag) bool { return t.Key == key })
	switch {
	case i >= 0 && len(option.Values) == 0:
		return tag{}, invalid("Parameter validation failed: Missing required parameter in Tags[%d]:Value", i)
	case i >= 0 && !slices.Contains(option.Values, given[i].Value):
		return tag{}, invalid("The tag %s must be one of its TagOption's values: %v.", key, option.Values)
	case i >= 0:
		return given[i], nil
	case len(option.Values) == 0:
		return tag{key, "sc-tagoption-conflict-" + o.Folio.ID + "-" + o.Product.ID}, nil
	case len(option.Values) > 1:
		return tag{}, invalid("The tag %s needs one of its TagOption's values: %v.", key, option.Values)
	}
	return tag{key, option.Values[0]}, nil
}

// retag changes the tags of a provisioned product where a RESOURCE_UPDATE constraint allows it.
func (o offer) retag(c *world.Call, have, given []tag) ([]tag, error) {
	if len(given) == 0 {
		return have, nil
	}
	k, _ := o.of(typeUpdate)
	var allowed updateParameters
	if json.Unmarshal([]byte(k.Parameters), &allowed) != nil || allowed.Properties.TagUpdateOnProvisionedProduct != "ALLOWED" {
		return nil, invalid("Tags cannot be updated: product %s has no RESOURCE_UPDATE constraint with TagUpdateOnProvisionedProduct ALLOWED.", o.Product.ID)
	}
	return retag(c, have, toTags(given), nil, maxProvisionedTags)
}

// stackTags adds the tags by which AWS marks a launched stack.
func (o offer) stackTags(p *provisioned, own []tag) map[string]string {
	tags := map[string]string{
		"aws:servicecatalog:portfolioArn":                   catalogARN(o.Folio.Account, o.Folio.Region, "portfolio/"+o.Folio.ID),
		"aws:servicecatalog:productArn":                     o.Product.arn(),
		"aws:servicecatalog:provisioningArtifactIdentifier": o.Version.ID,
		"aws:servicecatalog:provisioningPrincipalArn":       p.UserSession,
		"aws:servicecatalog:provisionedProductArn":          p.arn(),
	}
	for _, t := range own {
		tags[t.Key] = t.Value
	}
	return tags
}
