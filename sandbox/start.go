package sandbox

import (
	"strings"

	"github.com/axle-cd/axle/sandbox/world"
)

// starts are the worlds a new store can begin as.
var starts = map[string]func(*world.Call){"default": startDefault}

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

var launchRoles = []string{"SCLaunchStorage", "SCLaunchNetwork", "SCLaunchMessaging"}

// member is an account and the roles in it; launch says whether the launch roles are there too.
type member struct {
	id, name, parent, state, ring string
	launch                        bool
	roles                         []string
}

var members = []member{
	{id: management, name: "management", parent: rootID},
	{id: hub, name: "hub", parent: rootID, launch: true, roles: []string{"CatalogHubPublisher"}},
	{id: beta, name: "beta", parent: rootID, roles: []string{"CatalogBetaDeploy"}},
	{id: gamma, name: "gamma", parent: rootID, launch: true, roles: []string{"CatalogGammaDeploy", "CatalogGammaBuilder"}},
	spoke("333333333333", "spoke-1", ""),
	spoke("444444444444", "spoke-2", ""),
	spoke("555555555555", "canary-1", "canary"),
	{id: "666666666666", name: "closed", parent: workloads, state: "SUSPENDED"},
}

func spoke(id, name, ring string) member {
	return member{id: id, name: name, parent: workloads, ring: ring, launch: true, roles: []string{"CatalogSpokeReader", "CatalogBuilder"}}
}

var bucketRegions = []string{"eu-west-1", "us-east-1", "eu-central-1", "us-west-2"}

func startDefault(c *world.Call) {
	world.Put(c.In("", ""), world.KindOrganization, "o", organization)
	for _, u := range units {
		world.Put(c.In("", ""), world.KindUnit, u.ID, u)
	}
	for _, m := range members {
		m.join(c)
	}
	for _, region := range bucketRegions {
		name := "axle-artifacts-" + hub + "-" + region
		world.Put(c.In("", ""), world.KindBucket, name, world.Bucket{
			Name: name, Account: hub, Region: region, Versioned: true, OrgReadable: true, Created: c.Now,
		})
	}
	world.NewUser(c, hub, "axle")
	world.NewUser(c, management, "management")
}

func (m member) join(c *world.Call) {
	account := world.Account{
		ID: m.id, Name: m.name, Parent: m.parent, State: m.state, Joined: c.Now,
		Email: strings.ToLower(m.name) + "@example.com",
	}
	if account.State == "" {
		account.State = "ACTIVE"
	}
	if m.ring != "" {
		account.Tags = map[string]string{"ring": m.ring}
	}
	world.Put(c.In("", ""), world.KindAccount, m.id, account)
	for _, name := range m.roles {
		world.PutRole(c, world.Role{Name: name, Path: "/", Account: m.id, TrustAccounts: trusted(m.id)})
	}
	if m.launch {
		for _, name := range launchRoles {
			world.PutRole(c, world.Role{Name: name, Path: "/", Account: m.id, TrustServices: []string{serviceName}})
		}
	}
}

// trusted are the accounts whose principals may assume an account's Catalog… roles.
func trusted(account string) []string {
	if account == hub {
		return []string{hub}
	}
	return []string{hub, account}
}
