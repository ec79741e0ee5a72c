package sandbox

import (
	"github.com/axle-cd/axle/sandbox/world"
)

// The accounts of the default organization.
const (
	management = "888888888888"
	hub        = "999999999999"
	beta       = "111111111111"
	gamma      = "222222222222"
)

const (
	rootID      = "r-ab12"
	workloads   = "ou-ab12-11111111"
	serviceName = "servicecatalog.amazonaws.com"
)

// beginning is an organization as a start makes it.
type beginning struct {
	world.Organization
	hub     string // "": it has none
	units   []world.Unit
	members []member
	regions []string // of the hub's buckets
	suffix  string   // of its users' names
}

var organization = world.Organization{
	ID: "o-exampleorg1", Root: rootID, Management: management,
	TrustedServices: []string{serviceName},
	DelegatedAdmins: map[string][]string{serviceName: {hub}},
	CatalogSharing:  "ENABLED",
}

var units = []world.Unit{
	{ID: rootID, Name: "Root"},
	{ID: workloads, Name: "workloads", Parent: rootID},
}

// centre are the accounts that every organization with a hub has.
var centre = []member{
	{id: management, name: "management", parent: rootID},
	{id: hub, name: "hub", parent: rootID, launch: true, roles: []string{"CatalogHubPublisher"}},
	{id: beta, name: "beta", parent: rootID, roles: []string{"CatalogBetaDeploy"}},
	{id: gamma, name: "gamma", parent: rootID, launch: true, roles: []string{"CatalogGammaDeploy", "CatalogGammaBuilder"}},
}

// regions are those that AWS enables by itself; the first four have a bucket by default.
var regions = []string{
	"eu-west-1", "us-east-1", "eu-central-1", "us-west-2",
	"us-east-2", "us-west-1", "eu-west-2", "eu-west-3", "eu-north-1", "ca-central-1", "sa-east-1",
	"ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2",
}

func byDefault() beginning {
	return beginning{
		Organization: organization, hub: hub, units: units, regions: regions[:4],
		members: append(centre[:len(centre):len(centre)],
			spoke("333333333333", "spoke-1", workloads, ""),
			spoke("444444444444", "spoke-2", workloads, ""),
			spoke("555555555555", "canary-1", workloads, "canary"),
			member{id: "666666666666", name: "closed", parent: workloads, state: "SUSPENDED"},
		),
	}
}

func startDefault(_ *Sandbox, c *world.Call) error {
	byDefault().put(c)
	return nil
}

// startEmpty is a management account and nobody else; it is user axle's too.
func startEmpty(_ *Sandbox, c *world.Call) error {
	b := beginning{Organization: organization, units: units[:1], members: centre[:1]}
	b.strip()
	b.put(c)
	return nil
}

// startBare has the accounts, and nothing is trusted or delegated yet.
func startBare(_ *Sandbox, c *world.Call) error {
	b := byDefault()
	b.strip()
	b.put(c)
	return nil
}

func (b *beginning) strip() {
	b.TrustedServices, b.DelegatedAdmins, b.CatalogSharing = nil, nil, "DISABLED"
}

// The second organization of two: a customer of the first, or its sister.
const (
	management2 = "777777777777"
	hub2        = "121212121212"
	rootID2     = "r-cd34"
	workloads2  = "ou-cd34-22222222"
)

func startTwo(_ *Sandbox, c *world.Call) error {
	byDefault().put(c)
	beginning{
		Organization: world.Organization{
			ID: "o-exampleorg2", Root: rootID2, Management: management2,
			TrustedServices: []string{serviceName},
			DelegatedAdmins: map[string][]string{serviceName: {hub2}},
			CatalogSharing:  "ENABLED",
		},
		hub: hub2, regions: regions[:4], suffix: "-2",
		units: []world.Unit{{ID: rootID2, Name: "Root"}, {ID: workloads2, Name: "workloads", Parent: rootID2}},
		members: []member{
			{id: management2, name: "management-2", parent: rootID2},
			{id: hub2, name: "hub-2", parent: rootID2, launch: true, roles: []string{"CatalogHubPublisher"}},
			spoke("131313131313", "spoke-2-1", workloads2, ""),
			spoke("141414141414", "spoke-2-2", workloads2, "canary"),
		},
	}.put(c)
	fair(c, organization.ID, hub, homeExternal)
	fair(c, "o-exampleorg2", hub2, northExternal)
	stalls(c)
	return nil
}

// put makes the organization's records.
func (b beginning) put(c *world.Call) {
	b.Created = c.Now.AddDate(0, -1, 0) // it has been there for a month
	world.PutOrg(c, b.Organization)
	for _, u := range b.units {
		u.Org = b.ID
		world.PutUnit(c, u)
		if u.Name == "workloads" {
			guard(c, b.Organization, u.ID)
		}
	}
	for _, m := range b.members {
		m.join(c, b)
	}
	for _, region := range b.regions {
		name := bucketOf(b.hub, region)
		world.Put(c.In("", ""), world.KindBucket, name, world.Bucket{
			Name: name, Account: b.hub, Region: region, Versioned: true, OrgReadable: true, Created: c.Now,
		})
	}
	publisher := b.hub
	if publisher == "" {
		publisher = b.Management
	}
	world.NewUser(c, publisher, "axle"+b.suffix)
	world.NewUser(c, b.Management, "management"+b.suffix)
}

func bucketOf(hub, region string) string { return "axle-artifacts-" + hub + "-" + region }
