package sandbox

import (
	"strings"

	"github.com/axle-cd/axle/sandbox/world"
)

var launchRoles = []string{"SCLaunchStorage", "SCLaunchNetwork", "SCLaunchMessaging"}

// member is an account and the roles in it; launch says whether the launch roles are there too.
type member struct {
	id, name, parent, state, ring string
	launch                        bool
	roles                         []string
}

func spoke(id, name, parent, ring string) member {
	return member{id: id, name: name, parent: parent, ring: ring, launch: true, roles: []string{"CatalogSpokeReader", "CatalogBuilder"}}
}

func (m member) join(c *world.Call, b beginning) {
	account := world.Account{
		ID: m.id, Name: m.name, Org: b.ID, Parent: m.parent, State: m.state, Joined: b.Created, Invited: m.id == b.Management,
		Email: strings.ToLower(m.name) + "@example.com",
	}
	if account.State == "" {
		account.State = "ACTIVE"
	}
	if m.ring != "" {
		account.Tags = map[string]string{"ring": m.ring}
	}
	world.PutAccount(c, account)
	for _, name := range m.roles {
		world.PutRole(c, world.Role{Name: name, Path: "/", Account: m.id, TrustAccounts: trusted(m.id, b.hub), Created: c.Now, Grants: grantsOf(name, b.hub)})
	}
	if m.launch {
		for _, name := range launchRoles {
			world.PutRole(c, world.Role{Name: name, Path: "/", Account: m.id, TrustServices: []string{serviceName}, Created: c.Now, Grants: grantsOf(name, b.hub)})
		}
	}
	if m.id != b.Management {
		world.PutRole(c, world.Role{Name: bootstrapRole, Path: "/", Account: m.id, TrustAccounts: []string{b.Management}, Created: c.Now, Grants: grantsOf(bootstrapRole, b.hub)})
	}
}

// trusted are the accounts whose principals may assume an account's Catalog… roles.
func trusted(account, hub string) []string {
	if account == hub {
		return []string{hub}
	}
	return []string{hub, account}
}
