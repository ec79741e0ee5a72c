package cloudformation

import (
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Request asks for a stack on behalf of another service. Parameters that are neither given
// nor named in UsePrevious take the template's default.
type Request struct {
	Name, Template string
	Parameters     map[string]string
	UsePrevious    []string // update only: parameters that keep their value, NoEcho ones among them
	Tags           map[string]string
	Capabilities   []string
	RoleARN        string
}

// Stack is a stack as of the call's time.
type Stack struct {
	ID, Name, Status, StatusReason string
	Outputs                        map[string]string
	Parameters                     map[string]string // NoEcho ones read ****
	Resources                      []Resource
}

// Resource is a resource of a Stack.
type Resource struct {
	LogicalID, PhysicalID, Type, Status, Reason string
}

// Create starts a stack in the call's account and region.
func Create(c *world.Call, r Request) (Stack, error) { return Stack{}, soon("CreateStack") }

// Update starts an update of a stack. Nothing to change is ValidationError "No updates are to be performed."
func Update(c *world.Call, nameOrID string, r Request) (Stack, error) {
	return Stack{}, soon("UpdateStack")
}

// Delete starts the deletion of a stack. One that is not there is no error.
func Delete(c *world.Call, nameOrID string) error { return soon("DeleteStack") }

// Find gives a stack by name, or, also after its deletion, by id.
func Find(c *world.Call, nameOrID string) (Stack, bool) { return Stack{}, false }

func soon(op string) error {
	return wire.Fail("NotImplemented", "cloudformation:%s", op).With(501)
}
