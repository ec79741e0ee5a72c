package cloudformation

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

const (
	kindStackSet     = "stackset"           // of the administrator's account and region, by id
	kindStackSetName = "stackset-name"      // name → id
	kindInstance     = "stackset-instance/" // and the set's id: by account/region
	kindSetOperation = "stackset-operation/"
)

// Who stack sets with service-managed permissions act as.
const (
	stackSetsPrincipal = "member.org.stacksets.cloudformation.amazonaws.com"
	serviceManaged     = string(sdk.PermissionModelsServiceManaged)
)

// stackSet is a stack set as stored.
type stackSet struct {
	ID, Name, Description    string
	Inputs                   inputs // settled; NoEcho parameters are sealed
	Model                    string // SELF_MANAGED, SERVICE_MANAGED
	AdminRole, ExecutionRole string
	Auto                     *sdk.AutoDeployment `json:",omitempty"`
	Managed                  bool                // operations wait for each other
	Created                  time.Time
	Deleted                  bool
	Targets                  map[string][]string `json:",omitempty"` // organizational unit → regions, of automatic deployment
}

func (s stackSet) arn(c *world.Call) string { return c.ARN("cloudformation", "stackset/"+s.ID) }

func (s stackSet) put(c *world.Call) {
	world.Put(c, kindStackSet, s.ID, s)
	s.follow(c)
}

var setForm = document.NewPattern(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$`)

// administrator is the call where the stack sets are that the caller means: its own account,
// or, for a delegated administrator, the organization's management account.
func administrator(c *world.Call, as sdk.CallAs) (*world.Call, error) {
	if as != sdk.CallAsDelegatedAdmin {
		return c, nil
	}
	org, ok := world.OrgOf(c, c.Account)
	if !ok || !slices.Contains(org.DelegatedAdmins[stackSetsPrincipal], c.Account) {
		return nil, invalid("Account used is not a delegated administrator")
	}
	return c.In(org.Management, c.Region), nil
}

// governs says why an account cannot work with service-managed permissions, nil if it can.
func governs(c *world.Call) error {
	org, ok := world.OrgOf(c, c.Account)
	switch {
	case !ok || org.Management != c.Account:
		return invalid("You must be the management account or delegated admin account of an organization before operating a SERVICE_MANAGED stack set")
	case !slices.Contains(org.TrustedServices, stackSetsPrincipal):
		return invalid("You must enable organizations access to operate a service managed stack set")
	}
	return nil
}

// stackSetOf finds a stack set by its name, id or ARN.
func stackSetOf(c *world.Call, as sdk.CallAs, nameOrID *string) (*world.Call, stackSet, error) {
	c, err := administrator(c, as)
	if err != nil {
		return nil, stackSet{}, err
	}
	name := aws.ToString(nameOrID)
	id := name
	if _, after, ok := strings.Cut(name, ":stackset/"); ok {
		id = after
	} else if !strings.Contains(name, ":") {
		id, _ = world.Get[string](c, kindStackSetName, name)
	}
	s, ok := world.Get[stackSet](c, kindStackSet, id)
	if !ok || s.Deleted && id != name {
		return nil, s, wire.Fail("StackSetNotFoundException", "StackSet %s not found", name).With(http.StatusNotFound)
	}
	if as == sdk.CallAsDelegatedAdmin && s.Model != serviceManaged {
		return nil, s, wire.Fail("StackSetNotFoundException", "StackSet %s not found", name).With(http.StatusNotFound)
	}
	return c, s, nil
}

// living is stackSetOf for what changes it: not one that is deleted.
func living(c *world.Call, as sdk.CallAs, nameOrID *string) (*world.Call, stackSet, error) {
	c, s, err := stackSetOf(c, as, nameOrID)
	switch {
	case err != nil:
	case s.Deleted:
		err = wire.Fail("StackSetNotFoundException", "StackSet %s not found", s.Name).With(http.StatusNotFound)
	case s.Model == serviceManaged:
		err = governs(c)
	}
	return c, s, err
}

// instance is a place where a stack set has, or is to have, a stack.
type instance struct {
	Account, Region string
	Unit            string            `json:",omitempty"` // the organizational unit that it was chosen by
	StackID         string            `json:",omitempty"`
	Overrides       map[string]string `json:",omitempty"`
	Stages          []stage           // in order of time, the first is due
	Drift           *instanceDrift    `json:",omitempty"`
}

// stage is what an instance is from a moment on.
type stage struct {
	At                       time.Time
	Status, Detailed, Reason string
	Operation, StackID       string
	Gone                     bool
}

func (i instance) key() string { return i.Account + "/" + i.Region }

func (i instance) put(c *world.Call, s stackSet) { world.Put(c, kindInstance+s.ID, i.key(), i) }

// at gives the stage that an instance is in, and whether it is there.
func (i instance) at(now time.Time) (stage, bool) {
	var is stage
	for _, s := range i.Stages {
		if !s.At.After(now) {
			is = s
		}
	}
	return is, is.Status != "" && !is.Gone
}

// becomes puts stages behind the one that stands at now.
func (i *instance) becomes(now time.Time, next ...stage) {
	is, there := i.at(now)
	i.Stages = nil
	if there {
		i.Stages = []stage{is}
	}
	i.Stages = append(i.Stages, next...)
}

// instances are those that are there, in order of account and region.
func (s stackSet) instances(c *world.Call) []instance {
	return slices.DeleteFunc(world.List[instance](c, kindInstance+s.ID), func(i instance) bool {
		_, there := i.at(c.Now)
		return !there
	})
}
