package world

import (
	"fmt"
	"slices"
	"strings"
)

// Orphans says what the nouns of the world point to and is not there, a sentence each: an
// account that owns something, an organization, a unit, a bucket.
func Orphans(c *Call) []string {
	c = everywhere(c)
	return slices.Concat(ownerless(c), homeless(c), headless(c))
}

// ownerless are the records in the namespace of an account, or of a bucket, that is not there.
func ownerless(c *Call) []string {
	there := map[string]bool{"": true}
	for _, a := range List[Account](c, KindAccount) {
		there[a.ID] = true
	}
	for _, b := range List[Bucket](c, KindBucket) {
		there[b.Name] = there[b.Account]
	}
	var all []string
	c.Scan("o/", func(key string, _ []byte) bool {
		if owner := ownerOf(key); !there[owner] {
			all = append(all, fmt.Sprintf("%s: its owner %s is not there", key, owner))
		}
		return true
	})
	return all
}

// inBuckets are the kinds whose owner is a bucket.
var inBuckets = []string{KindObject, "version", "versions", "upload", "part"}

// ownerOf is the part of a record's key that names its owner: o/kind/owner/region/id. A kind of
// what belongs to something has that thing's id in it: sc-share/port-….
func ownerOf(key string) string {
	parts := strings.Split(key, "/")
	if slices.Contains(inBuckets, parts[1]) {
		return parts[2]
	}
	for _, p := range parts[2:] {
		if p == "" || isAccount(p) {
			return p
		}
	}
	return parts[2]
}

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// homeless are the accounts and units that do not stand in the tree of their organization.
func homeless(c *Call) []string {
	var all []string
	stands := func(what, org, parent string) {
		if _, ok := Get[Organization](c, KindOrganization, org); !ok {
			all = append(all, fmt.Sprintf("%s: its organization %q is not there", what, org))
		}
		if u, ok := FindUnit(c, parent); !ok || u.Org != org {
			all = append(all, fmt.Sprintf("%s: its parent %q is not there", what, parent))
		}
	}
	for _, a := range List[Account](c, KindAccount) {
		if a.Org != "" || a.Parent != "" {
			stands("account "+a.ID, a.Org, a.Parent)
		}
	}
	for _, u := range List[Unit](c, KindUnit) {
		if u.Parent == "" {
			u.Parent = u.ID // the root
		}
		stands("unit "+u.ID, u.Org, u.Parent)
	}
	return all
}

// headless are the organizations without a root or management account, and delegated
// administrators that are no members.
func headless(c *Call) []string {
	var all []string
	for _, o := range List[Organization](c, KindOrganization) {
		members := []string{o.Management}
		for _, ids := range o.DelegatedAdmins {
			members = append(members, ids...)
		}
		for _, id := range members {
			if a, _ := Get[Account](c, KindAccount, id); a.Org != o.ID {
				all = append(all, fmt.Sprintf("organization %s: %s, of which it needs to be a member, is none", o.ID, id))
			}
		}
		if u, ok := FindUnit(c, o.Root); !ok || u.Org != o.ID {
			all = append(all, fmt.Sprintf("organization %s: its root %s is not there", o.ID, o.Root))
		}
	}
	return all
}
