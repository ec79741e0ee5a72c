package cloudformation

import (
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// Request asks for a stack on behalf of another service. Parameters that are neither given
// nor named in UsePrevious take the template's default. Without tags, an update keeps those
// the stack has.
type Request struct {
	Name, Template string
	Parameters     map[string]string
	UsePrevious    []string // update only: parameters that keep their value, NoEcho ones among them
	Tags           map[string]string
	Capabilities   []string
	RoleARN        string
}

func (r Request) inputs() inputs {
	return inputs{Template: r.Template, Parameters: r.Parameters, Previous: r.UsePrevious, Tags: r.Tags, Capabilities: r.Capabilities, RoleARN: r.RoleARN}
}

// Stack is a stack as of the call's time.
type Stack struct {
	ID, Name, Status, StatusReason string    // the reason is the last one given, also after a rollback is done
	Since                          time.Time // it has the status
	Template                       string
	Outputs                        map[string]string
	Parameters                     map[string]string // NoEcho ones read ****
	Resources                      []Resource
}

// Resource is a resource of a Stack.
type Resource struct {
	LogicalID, PhysicalID, Type, Status, Reason string
}

// Create starts a stack in the call's account and region. Its whole way, to CREATE_COMPLETE
// or through its rollback, is then settled, and Find shows as much of it as is due.
func Create(c *world.Call, r Request) (Stack, error) {
	s, err := createStack(c, r.Name, r.inputs(), "ROLLBACK", "", false)
	if err != nil {
		return Stack{}, err
	}
	return s.seen(c), nil
}

// Update starts an update of a stack. Nothing to change is ValidationError "No updates are to be performed."
func Update(c *world.Call, nameOrID string, r Request) (Stack, error) {
	s, err := updateStack(c, nameOrID, r.inputs(), "")
	if err != nil {
		return Stack{}, err
	}
	return s.seen(c), nil
}

// Delete starts the deletion of a stack. One that is not there is no error.
func Delete(c *world.Call, nameOrID string) error { return deleteStack(c, nameOrID, goodbye{}) }

// Preview tells what Create, or with a stack's name or id Update, would change. It changes nothing.
func Preview(c *world.Call, nameOrID string, r Request) ([]sdk.Change, error) {
	over := world.Over(c.Tx)
	trial := *c
	trial.Tx = over
	stack, ok := load(&trial, nameOrID)
	if !ok {
		var err error
		if stack, err = open(&trial, r.Name); err != nil {
			return nil, err
		}
	}
	s := set{}
	if err := s.announce(&trial, stack, r.inputs()); err != nil {
		return nil, err
	}
	if s.Reason != "" {
		return nil, invalid("%s", s.Reason)
	}
	bare(s.Changes)
	return s.Changes, over.Err()
}

// Find gives a stack by name, or, also after its deletion, by id.
func Find(c *world.Call, nameOrID string) (Stack, bool) {
	r, ok := load(c, nameOrID)
	if !ok {
		return Stack{}, false
	}
	return r.seen(c), true
}

func (r *record) seen(c *world.Call) Stack {
	state := r.state(c.Now)
	s := Stack{ID: r.ID, Name: r.Name, Status: state.Status, Since: state.At, StatusReason: r.reason(c.Now), Template: r.revision(c.Now).Template, Outputs: map[string]string{}, Parameters: map[string]string{}}
	for _, o := range r.outputs(c.Now) {
		s.Outputs[o.Key] = shown(o.Value)
	}
	for k, v := range r.revision(c.Now).Parameters {
		s.Parameters[k] = shown(v)
	}
	for _, e := range r.resources(c.Now) {
		s.Resources = append(s.Resources, Resource{e.LogicalID, e.PhysicalID, e.Type, e.Status, e.Reason})
	}
	return s
}

// reason is the last one that the operation under way, or done, gives for going wrong.
func (r *record) reason(now time.Time) string {
	due := r.due(now)
	for i := len(due) - 1; i >= 0; i-- {
		switch e := due[i]; {
		case !r.own(e):
		case e.Reason == initiated:
			return ""
		case e.Reason != "":
			return e.Reason
		}
	}
	return ""
}
