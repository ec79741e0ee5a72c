package servicecatalog

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// order is a stack to build from an offer.
type order struct {
	offer
	params   map[string]string
	previous []string // parameters that keep their value
	lookup   lookup

	set         *stackSetParameters // under a STACKSET constraint
	preferences *types.StackSetOperationPreferences
}

// create starts the stack, or fails the record with why it cannot.
func (b order) create(c *world.Call, p *provisioned, r *record) error {
	if b.Product.Type == external {
		b.external(c, p, r)
		p.Engine = r.Engine
		return nil
	}
	if b.set != nil {
		return b.createSet(c, p, r)
	}
	p.StackAccount, p.LaunchRole = b.site(c)
	r.StackAccount, r.LaunchRole = p.StackAccount, p.LaunchRole
	if why := b.fault(c, r.LaunchRole); why != "" {
		r.fail("LaunchFailed", why)
		return nil
	}
	stack, err := cloudformation.Create(c.In(p.StackAccount, c.Region), b.request(p, r))
	p.StackID, r.StackID = stack.ID, stack.ID
	return r.failOn(err)
}

// update starts the update of the stack where it stands, or fails the record.
func (b order) update(c *world.Call, p *provisioned, r *record) error {
	if b.Product.Type == external {
		b.external(c, p, r)
		return nil
	}
	if (b.set != nil) != (p.Kind == stackSetType) {
		r.fail("LaunchFailed", "The product had another STACKSET constraint when it was launched, or none: terminate it and launch anew.")
		return nil
	}
	if b.set != nil {
		return b.updateSet(c, p, r)
	}
	account, role := b.site(c)
	if account != p.StackAccount {
		r.fail("LaunchFailed", "The LAUNCH constraint now builds in account "+account+", and the stack is in account "+p.StackAccount+".")
		return nil
	}
	p.LaunchRole, r.LaunchRole = role, role
	if why := b.fault(c, role); why != "" {
		r.fail("LaunchFailed", why)
		return nil
	}
	_, err := cloudformation.Update(c.In(p.StackAccount, c.Region), p.StackID, b.request(p, r))
	if err != nil && strings.Contains(err.Error(), "No updates are to be performed") {
		r.End = &outcome{Status: succeeded} // how AWS ends such a record is unverified
		return nil
	}
	return r.failOn(err)
}

// site is the account that the stack is built in, and the role that builds it: without a
// LAUNCH constraint, the caller's own account and rights. A constraint that names a role by
// its ARN builds in that role's account (CT-10).
func (b order) site(c *world.Call) (account, role string) {
	k, ok := b.of(typeLaunch)
	if !ok {
		return c.Account, ""
	}
	var p launchParameters
	_ = json.Unmarshal([]byte(k.Parameters), &p) // checked when it was made
	account, name := c.Account, p.LocalRoleName
	if p.RoleArn != "" {
		account, name = splitRole(p.RoleArn)
	}
	r, _ := namedRole(c, account, name)
	return account, r.ARN()
}

// fault says why the launch cannot start: its role, or a TEMPLATE constraint.
func (b order) fault(c *world.Call, role string) string {
	if why := unassumable(c, role); why != "" {
		return why
	}
	for _, k := range b.Constraints {
		if k.Type != typeTemplate {
			continue
		}
		rules, err := parseRules(k.Parameters)
		if err != nil {
			return err.Error()
		}
		if why := rules.broken(b.lookup); why != "" {
			return why
		}
	}
	return ""
}

func (b order) request(p *provisioned, r *record) cloudformation.Request {
	return cloudformation.Request{
		Name: "SC-" + p.Account + "-" + p.ID, Template: string(templateBody(b.owner, b.Version)),
		Parameters: b.params, UsePrevious: b.previous, Tags: b.stackTags(p, r.Tags), RoleARN: r.LaunchRole,
		Capabilities: []string{"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"},
	}
}

// defaults looks a parameter up: as given, else the template's default.
func (o offer) defaults(given map[string]string) lookup {
	t, err := templateOf(o.owner, o.Version)
	return func(name string) (any, bool) {
		if v, ok := given[name]; ok {
			return v, true
		}
		if err != nil {
			return nil, false
		}
		p := t.Parameter(name)
		if p == nil || p.Default == nil {
			return nil, false
		}
		return *p.Default, true
	}
}

func (r *record) fail(code, why string) { r.End = &outcome{Status: failed, Code: code, Reason: why} }

// failOn fails the record with what cloudformation refused. What the sandbox cannot do at
// all stays an error of the call.
func (r *record) failOn(err error) error {
	var e *wire.Error
	if err == nil || errors.As(err, &e) && e.Status == 501 {
		return err
	}
	if e != nil {
		r.fail(e.Code, e.Message)
		return nil
	}
	return err
}
