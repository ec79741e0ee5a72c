package licensemanager

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// every gives all grants, with their sub-grants, and their licences; of one licence, or "" of all.
func every(c *world.Call, licence string, keep func(Grant, Licence) bool) (all []types.Grant) {
	for _, l := range world.List[Licence](global(c), kindLicence) {
		if l.Region != c.Region || licence != "" && licence != l.ARN {
			continue
		}
		for _, g := range grantsOf(c, l.ARN) {
			if keep(g, l) {
				all = append(all, g.shown())
			}
		}
	}
	slices.SortFunc(all, func(a, b types.Grant) int {
		if *a.GrantArn < *b.GrantArn {
			return -1
		}
		return 1
	})
	return all
}

func asked(arns []string, arn string) bool { return len(arns) == 0 || slices.Contains(arns, arn) }

func getGrant(c *world.Call, in *licensemanager.GetGrantInput) (*licensemanager.GetGrantOutput, error) {
	var all []types.Grant
	mine := func(g Grant) bool { return g.Granter == c.Account || g.reaches(c.Account) }
	if g, ok := world.Get[Grant](global(c), kindGrant, aws.ToString(in.GrantArn)); ok && mine(g) {
		all = append(all, g.settle(c.Now).shown())
	} else if !ok { // a sub-grant is not stored
		all = every(c, "", func(g Grant, _ Licence) bool { return g.ARN == aws.ToString(in.GrantArn) && mine(g) })
	}
	if len(all) == 0 || in.Version != nil && *in.Version != *all[0].Version {
		return nil, noSuch("The grant " + aws.ToString(in.GrantArn))
	}
	return &licensemanager.GetGrantOutput{Grant: &all[0]}, nil
}

// listDistributed are the grants that the account gave; sub-grants are not among them.
func listDistributed(c *world.Call, in *licensemanager.ListDistributedGrantsInput) (*licensemanager.ListDistributedGrantsOutput, error) {
	want, err := filters(in.Filters, "LicenseArn", "GrantStatus", "GranteePrincipalARN", "ProductSKU", "LicenseIssuerName")
	if err != nil {
		return nil, err
	}
	all := every(c, want["LicenseArn"], func(g Grant, l Licence) bool {
		return g.Granter == c.Account && g.Parent == "" && asked(in.GrantArns, g.ARN) && fits(want, g.fields(l))
	})
	out := &licensemanager.ListDistributedGrantsOutput{}
	out.Grants, out.NextToken, err = page(all, "ListDistributedGrants"+c.Account, in.MaxResults, in.NextToken)
	return out, err
}

func listReceivedGrants(c *world.Call, in *licensemanager.ListReceivedGrantsInput) (*licensemanager.ListReceivedGrantsOutput, error) {
	want, err := filters(in.Filters, "ProductSKU", "LicenseIssuerName", "LicenseArn", "GrantStatus", "GranterAccountId")
	if err != nil {
		return nil, err
	}
	all := every(c, want["LicenseArn"], func(g Grant, l Licence) bool {
		return g.reaches(c.Account) && asked(in.GrantArns, g.ARN) && fits(want, g.fields(l))
	})
	out := &licensemanager.ListReceivedGrantsOutput{}
	out.Grants, out.NextToken, err = page(all, "ListReceivedGrants"+c.Account, in.MaxResults, in.NextToken)
	return out, err
}

// listGrantsForOrganization are what accounts of the organization received of one licence.
func listGrantsForOrganization(c *world.Call, in *licensemanager.ListReceivedGrantsForOrganizationInput) (*licensemanager.ListReceivedGrantsForOrganizationOutput, error) {
	want, err := filters(in.Filters, "ParentArn", "GranteePrincipalArn")
	if err != nil {
		return nil, err
	}
	org, err := administered(c)
	if err != nil {
		return nil, err
	}
	all := every(c, aws.ToString(in.LicenseArn), func(g Grant, l Licence) bool {
		id, one := g.node()
		a, ok := world.FindAccount(c, id)
		return one && ok && a.Org == org.ID && g.Licence == aws.ToString(in.LicenseArn) && fits(want, g.fields(l))
	})
	out := &licensemanager.ListReceivedGrantsForOrganizationOutput{}
	out.Grants, out.NextToken, err = page(all, "ListReceivedGrantsForOrganization"+org.ID+aws.ToString(in.LicenseArn), in.MaxResults, in.NextToken)
	return out, err
}

func listTags(c *world.Call, in *licensemanager.ListTagsForResourceInput) (*licensemanager.ListTagsForResourceOutput, error) {
	g, err := own(c, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := &licensemanager.ListTagsForResourceOutput{}
	for _, key := range slices.Sorted(maps.Keys(g.Tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: aws.String(key), Value: aws.String(g.Tags[key])})
	}
	return out, nil
}

func tagResource(c *world.Call, in *licensemanager.TagResourceInput) (*licensemanager.TagResourceOutput, error) {
	g, err := own(c, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags := maps.Clone(g.Tags)
	for _, t := range in.Tags {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	g.Tags = tags
	put(c, g)
	return &licensemanager.TagResourceOutput{}, nil
}

const kindSettings = "lm-settings" // of an account, by its id

// settings are an account's of License Manager.
type settings struct{ Integrated, Discovery bool }

func linked(c *world.Call, account string) bool {
	s, _ := world.Get[settings](c.In(account, ""), kindSettings, account)
	return s.Integrated
}

func settingOperations() []world.Operation {
	return []world.Operation{
		world.Read("GetServiceSettings", getSettings),
		world.Write("UpdateServiceSettings", "", updateSettings).Only("OrganizationConfiguration", "EnableCrossAccountsDiscovery"),
	}
}

func getSettings(c *world.Call, _ *licensemanager.GetServiceSettingsInput) (*licensemanager.GetServiceSettingsOutput, error) {
	s, _ := world.Get[settings](c.In(c.Account, ""), kindSettings, c.Account)
	return &licensemanager.GetServiceSettingsOutput{OrganizationConfiguration: &types.OrganizationConfiguration{EnableIntegration: s.Integrated},
		EnableCrossAccountsDiscovery: &s.Discovery}, nil
}

// updateSettings links License Manager to the organization, which its management account does.
func updateSettings(c *world.Call, in *licensemanager.UpdateServiceSettingsInput) (*licensemanager.UpdateServiceSettingsOutput, error) {
	s, _ := world.Get[settings](c.In(c.Account, ""), kindSettings, c.Account)
	if o := in.OrganizationConfiguration; o != nil {
		if _, err := administered(c); err != nil {
			return nil, err
		}
		s.Integrated = o.EnableIntegration
	}
	if in.EnableCrossAccountsDiscovery != nil {
		s.Discovery = *in.EnableCrossAccountsDiscovery
	}
	world.Put(c.In(c.Account, ""), kindSettings, c.Account, s)
	return &licensemanager.UpdateServiceSettingsOutput{}, nil
}
