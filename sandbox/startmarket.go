package sandbox

import (
	"github.com/axle-cd/axle/sandbox/marketplacecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

// marketRole is axle's in the account that administers a private marketplace. Each organization has
// an external id of its own.
const (
	marketRole     = "market"
	homeExternal   = "7f3c2d9e41"
	northExternal  = "c81b0a5577"
	marketLinked   = "AWSServiceRoleForPrivateMarketplaceAdmin"
	homeExperience = "exp-1111approved"
)

// product is the id of one of the products that the start knows.
func product(n string) string { return "ab1234cd-1234-abcd-5678-90abcdef" + n }

// fair gives an organization its private marketplace: trusted, and administered by an account in
// which axle has its role.
func fair(c *world.Call, org, administrator, external string) {
	o, _ := world.Get[world.Organization](c.In("", ""), world.KindOrganization, org)
	o.TrustedServices = append(o.TrustedServices, marketplacecatalog.Principal)
	o.DelegatedAdmins[marketplacecatalog.Principal] = []string{administrator}
	world.PutOrg(c, o)
	world.PutRole(c, world.Role{Name: marketLinked, Path: "/aws-service-role/" + marketplacecatalog.Principal + "/", Account: o.Management,
		TrustServices: []string{marketplacecatalog.Principal}, Created: c.Now})
	world.PutRole(c, world.Role{Name: marketRole, Path: "/axle/", Account: administrator, TrustAccounts: []string{hub}, ExternalID: external, Created: c.Now,
		Grants: world.Grants{Inline: map[string]string{"Market": marketing()}}})
}

// marketing is what the experiences of a private marketplace are kept with, and nothing else of
// AWS Marketplace.
func marketing() string {
	entity := func(types ...string) (all []string) {
		for _, t := range types {
			all = append(all, "arn:aws:aws-marketplace:*:*:AWSMarketplace/"+t+"/*")
		}
		return all
	}
	return policyOf(
		map[string]any{"Effect": "Allow", "Resource": "*", "Action": []string{
			"aws-marketplace:ListEntities", "aws-marketplace:ListChangeSets", "aws-marketplace:DescribeChangeSet", "aws-marketplace:SearchAgreements", "aws-marketplace:DescribeAgreement",
			"organizations:Describe*", "organizations:List*", "iam:GetRole"}},
		map[string]any{"Effect": "Allow", "Action": []string{"aws-marketplace:DescribeEntity", "aws-marketplace:BatchDescribeEntities"},
			"Resource": entity("Experience", "ProcurementPolicy", "Audience", "BrandingSettings")},
		map[string]any{"Effect": "Allow", "Action": "aws-marketplace:StartChangeSet", "Resource": entity("Experience", "ChangeSet"),
			"Condition": map[string]any{"StringEquals": map[string]any{"catalog:ChangeType": marketplacecatalog.ChangeTypes()}}},
	)
}

// stalls are the experiences of two organizations: what the first approves, and three of the second
// that do not agree with it: one with approvals of its own, one for a unit, one that is archived.
func stalls(c *world.Call) {
	for _, e := range []marketplacecatalog.Seed{
		{Account: management, ID: homeExperience, Name: "approved", Audience: []string{organization.ID}, Title: "Example",
			Allow: []string{product("0001"), product("0002"), product("0003"), product("0004"), product("0005")}, Deny: []string{product("0006")}},
		{Account: management2, ID: "exp-2222north", Name: "north-approved", Audience: []string{"o-exampleorg2"},
			Allow: []string{product("0001"), product("0002"), product("0006"), product("0009")}},
		{Account: management2, ID: "exp-2222pilots", Name: "north-pilots", Audience: []string{workloads2}, Allow: []string{product("0001")}},
		{Account: management2, ID: "exp-2222old", Name: "north-old", Status: "Disabled", Archived: true, Allow: []string{product("0007")}},
	} {
		marketplacecatalog.Put(c, e)
	}
}
