package iam

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/axle-cd/axle/sandbox/access"
	"github.com/axle-cd/axle/sandbox/world"
)

// Judge is the world.Judge that weighs the policies of the world's records.
func Judge(c *world.Call, a world.Ask) string {
	who, papers, keys, ok := partiesOf(c, a)
	if !ok {
		return "because no identity-based policy allows the " + a.Action + " action"
	}
	for k, v := range a.Keys {
		keys.Set(k, v)
	}
	q := access.Question{By: who, Action: a.Action, Resource: a.Resource, Owner: a.Owner, Policy: a.Policy, Trusting: a.Trusting, Keys: keys}
	return access.Decide(q, papers).Why
}

// partiesOf says who asks, under which policies, and what conditions can know of him. It is not
// ok for a session whose role is gone.
func partiesOf(c *world.Call, a world.Ask) (access.Who, access.Papers, access.Keys, bool) {
	keys := surroundings(c, a)
	if a.Service != "" {
		keys.Set("aws:PrincipalIsAWSService", "true")
		keys.Set("aws:PrincipalServiceName", a.Service)
		return access.Who{Service: a.Service}, access.Papers{}, keys, true
	}
	p := a.By
	who := access.Who{ARN: p.ARN, Account: p.Account}
	var grants world.Grants
	if p.Role != "" {
		role, ok := world.RoleOf(c, p.Account, p.Role)
		if !ok {
			return who, access.Papers{}, keys, false
		}
		who.Role, grants = role.ARN(), role.Grants
		for k, v := range role.Tags {
			keys.Set("aws:PrincipalTag/"+k, v)
		}
	} else {
		user, _ := world.Get[world.User](c.In(p.Account, ""), world.KindUser, lastOf(p.ARN))
		grants = user.Grants
	}
	identify(c, keys, who)
	papers := papersOf(c, p.Account, grants)
	if p.Limited != "" {
		papers.Session, _ = world.Get[[]string](c.In("", ""), world.KindLimits, p.Limited)
		papers.Session = append([]string{}, papers.Session...)
	}
	return who, papers, keys, true
}

// papersOf are the texts of what an account's role or user is granted.
func papersOf(c *world.Call, account string, g world.Grants) access.Papers {
	p := access.Papers{Organization: world.ControlsOver(c, account)}
	for _, name := range slices.Sorted(maps.Keys(g.Inline)) {
		p.Identity = append(p.Identity, g.Inline[name])
	}
	for _, arn := range g.Attached {
		p.Identity = append(p.Identity, texts(c, account, arn)...)
	}
	if g.Boundary != "" {
		p.Boundary = append([]string{}, texts(c, account, g.Boundary)...)
	}
	return p
}

// texts is a managed policy's document in its default version, if it is there.
func texts(c *world.Call, account, arn string) []string {
	if text, ok := access.Managed(arn); ok {
		return []string{text}
	}
	if m, ok := world.Get[world.Managed](c.In(account, ""), world.KindManaged, arn); ok && m.Versions[m.Default-1] != "" {
		return []string{m.Versions[m.Default-1]}
	}
	return nil
}

// surroundings are the keys that do not depend on who asks.
func surroundings(c *world.Call, a world.Ask) access.Keys {
	k := access.Keys{}
	k.Set("aws:RequestedRegion", c.Region)
	k.Set("aws:CurrentTime", c.Now.UTC().Format(time.RFC3339))
	k.Set("aws:EpochTime", strconv.FormatInt(c.Now.Unix(), 10))
	k.Set("aws:SecureTransport", "true") // as AWS's endpoints are asked
	k.Set("aws:SourceIp", "127.0.0.1")
	k.Set("aws:PrincipalIsAWSService", "false")
	k.Set("aws:ViaAWSService", "false")
	if owner := a.Owner; owner != "" {
		k.Set("aws:ResourceAccount", owner)
		if org, ok := world.OrgOf(c, owner); ok {
			k.Set("aws:ResourceOrgID", org.ID)
		}
	}
	return k
}

// identify sets the keys of a principal.
func identify(c *world.Call, k access.Keys, who access.Who) {
	k.Set("aws:PrincipalAccount", who.Account)
	if who.Role != "" {
		k.Set("aws:PrincipalArn", who.Role)
		k.Set("aws:PrincipalType", "AssumedRole")
		k.Set("aws:userid", world.RoleID(c, who.Account, lastOf(who.Role))+":"+lastOf(who.ARN))
	} else {
		k.Set("aws:PrincipalArn", who.ARN)
		k.Set("aws:PrincipalType", "User")
		k.Set("aws:username", lastOf(who.ARN))
		k.Set("aws:userid", world.UserID(c, who.ARN))
	}
	org, ok := world.OrgOf(c, who.Account)
	if !ok {
		return
	}
	k.Set("aws:PrincipalOrgID", org.ID)
	k.Set("aws:PrincipalOrgMasterAccountId", org.Management)
	k.Set("aws:PrincipalOrgPaths", orgPath(c, org, who.Account))
}

// orgPath is o-1/r-1/ou-1/, as aws:PrincipalOrgPaths has it.
func orgPath(c *world.Call, org world.Organization, account string) string {
	a, _ := world.FindAccount(c, account)
	path := ""
	for at := a.Parent; at != "" && strings.Count(path, "/") < 8; {
		path = at + "/" + path
		u, _ := world.FindUnit(c, at)
		at = u.Parent
	}
	return org.ID + "/" + path
}

func lastOf(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }
