// Package organizations answers AWS Organizations: accounts, units, tags, delegated
// administrators, trusted access. Only the management account changes an organization; it and
// delegated administrators read it, and whom its resource policy lets.
package organizations

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Service is AWS Organizations.
func Service() world.Service {
	return world.Service{Name: "organizations", Knobs: Knobs, Operations: slices.Concat(
		treeOperations(), unitOperations(), accountOperations(), membershipOperations(),
		tagOperations(), delegationOperations(), resourcePolicyOperations(), policyOperations(),
	)}
}

// read is a world.Read for those who administer.
func read[I, O any](name string, do func(*world.Call, *I) (*O, error)) world.Operation {
	return world.Read(name, func(c *world.Call, in *I) (*O, error) {
		org, ok := world.OrgOf(c, c.Principal.Account)
		switch {
		case !ok:
			return nil, notInUse()
		case !world.Administers(c, "") && !delegates(c, org, name):
			return nil, denied()
		}
		return do(global(c), in)
	})
}

// write is a world.Write for the management account. It is given the organization as it stands.
func write[I, O any](name string, do func(*world.Call, world.Organization, *I) (*O, error)) world.Operation {
	return world.Write(name, "", func(c *world.Call, in *I) (*O, error) {
		org, ok := world.OrgOf(c, c.Principal.Account)
		switch {
		case !ok:
			return nil, notInUse()
		case c.Principal.Account != org.Management:
			return nil, denied()
		}
		if err := changeable(c, org); err != nil {
			return nil, err
		}
		out, err := do(global(c), org, in)
		if err != nil {
			return nil, err
		}
		changed(c)
		return out, nil
	})
}

// changeable refuses a change that comes too soon after the last one, where the switch says so.
func changeable(c *world.Call, org world.Organization) error {
	if world.Switched(c, oneAtATime) && c.Now.Before(org.Changed.Add(world.Takes(c, change, changing))) {
		return wire.Fail("ConcurrentModificationException", "The target of the operation is currently being modified by a different request. Try again later.")
	}
	return nil
}

func changed(c *world.Call) {
	if org, ok := world.OrgOf(c, c.Principal.Account); ok {
		org.Changed = c.Now
		world.PutOrg(c, org)
	}
}

func notInUse() error {
	return wire.Fail("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
}

func denied() error {
	return wire.Fail("AccessDeniedException", "You don't have permissions to access this resource.")
}

func missing(code, what string) error {
	return wire.Fail(code, "You specified %s that doesn't exist.", what)
}

func invalid(reason types.InvalidInputExceptionReason, format string, args ...any) error {
	return wire.Fail("InvalidInputException", format, args...).Because(string(reason))
}

func violation(reason types.ConstraintViolationExceptionReason, format string, args ...any) error {
	return wire.Fail("ConstraintViolationException", format, args...).Because(string(reason))
}

// global is the call where the organization's records stand.
func global(c *world.Call) *world.Call { return c.In("", "") }

// member is an account of the caller's organization.
func member(c *world.Call, org world.Organization, id *string) (world.Account, error) {
	if id != nil {
		if a, ok := world.FindAccount(c, *id); ok && a.Org == org.ID {
			return a, nil
		}
	}
	return world.Account{}, missing("AccountNotFoundException", "an account")
}

// treeNode is the root or a unit of an organization.
func treeNode(c *world.Call, org world.Organization, id *string) (world.Unit, bool) {
	if id == nil {
		return world.Unit{}, false
	}
	u, ok := world.FindUnit(c, *id)
	return u, ok && u.Org == org.ID
}
