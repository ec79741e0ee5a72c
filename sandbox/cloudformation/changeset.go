package cloudformation

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// set is a change set as stored.
type set struct {
	ID, Name, StackID, StackName string
	Type                         string // CREATE, UPDATE
	Description                  string `json:",omitempty"`
	OnFailure                    string `json:",omitempty"`
	Inputs                       inputs // settled
	Changes                      []sdk.Change
	Created, Due                 time.Time // it is complete, or has failed, when due
	Reason                       string    `json:",omitempty"` // why it has failed
	Operation                    int       // the stack's, when this was made: another one makes it obsolete
	Executed                     bool      `json:",omitempty"`
}

const unchanged = "The submitted information didn't contain changes. Submit different information to create a change set."

var setName = document.NewPattern(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$`)

func createChangeSet(c *world.Call, in *cf.CreateChangeSetInput) (*cf.CreateChangeSetOutput, error) {
	name := aws.ToString(in.ChangeSetName)
	if !setName.MatchString(name) {
		return nil, invalid("1 validation error detected: Value '%s' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*", name)
	}
	r, err := subject(c, in)
	if err != nil {
		return nil, err
	}
	for _, other := range setsOf(c, r.ID) {
		if other.Name == name {
			return nil, wire.Fail("AlreadyExistsException", "ChangeSet %s already exists for stack %s", name, r.Name)
		}
	}
	want, err := wanted(c, in)
	if err != nil {
		return nil, err
	}
	id := place{Account: c.Account, Region: c.Region}.arn("cloudformation", "changeSet/"+name+"/"+c.NewUUID())
	s := set{ID: id, Name: name, StackID: r.ID, StackName: r.Name, Type: cmp.Or(string(in.ChangeSetType), "UPDATE"), Description: aws.ToString(in.Description),
		OnFailure: cmp.Or(string(in.OnStackFailure), "ROLLBACK"), Created: c.Now, Due: c.Now.Add(time.Second), Operation: r.Operations}
	if err := s.announce(c, r, want); err != nil {
		return nil, err
	}
	world.Put(c, kindChangeSet, s.ID, s)
	return &cf.CreateChangeSetOutput{Id: &s.ID, StackId: &r.ID}, nil
}

// subject is the stack a change set is for; a CREATE one makes it, in review.
func subject(c *world.Call, in *cf.CreateChangeSetInput) (*record, error) {
	name := aws.ToString(in.StackName)
	r, ok := load(c, name)
	switch in.ChangeSetType {
	case "", sdk.ChangeSetTypeUpdate:
		if !ok {
			return nil, invalid("Stack [%s] does not exist", name)
		}
		return r, r.steady(c.Now)
	case sdk.ChangeSetTypeCreate:
	default:
		return nil, missing("CreateChangeSet.ChangeSetType." + string(in.ChangeSetType))
	}
	if ok {
		if r.status(c.Now) != "REVIEW_IN_PROGRESS" {
			return nil, invalid("Stack [%s] already exists and cannot be created again with the changeSet [%s].", name, aws.ToString(in.ChangeSetName))
		}
		return r, nil
	}
	r, err := open(c, name)
	if err != nil {
		return nil, err
	}
	b := begin(c, r, aws.ToString(in.ClientToken))
	b.stack(c.Now, "REVIEW_IN_PROGRESS", initiated)
	b.close()
	return r, nil
}

func wanted(c *world.Call, in *cf.CreateChangeSetInput) (inputs, error) {
	text := ""
	if !aws.ToBool(in.UsePreviousTemplate) {
		var err error
		if text, err = body(c, in.TemplateBody, in.TemplateURL); err != nil {
			return inputs{}, err
		}
	}
	return inputsOf(text, in.Parameters, in.Tags, in.Capabilities, in.RoleARN), nil
}

// announce plans what executing the set would do.
func (s *set) announce(c *world.Call, r *record, want inputs) error {
	have := r.revision(c.Now)
	want, t, err := settle(c, r.ID, r.inherit(want, have), have.Parameters)
	if err != nil {
		return err
	}
	s.Inputs = want
	at := r.place(c)
	at.Operation++
	p, err := draft(c, at, have, want, t)
	if err != nil {
		return err
	}
	if p.Empty {
		s.Reason = unchanged
		return nil
	}
	s.Changes, err = p.changes(c, at, have)
	return err
}

func setsOf(c *world.Call, stackID string) []set {
	all := slices.DeleteFunc(world.List[set](c, kindChangeSet), func(s set) bool { return s.StackID != stackID })
	slices.SortStableFunc(all, func(a, b set) int { return a.Created.Compare(b.Created) })
	return all
}

// changeSet finds one by id, or by name and stack.
func changeSet(c *world.Call, stack, nameOrID *string) (set, error) {
	name := aws.ToString(nameOrID)
	if strings.HasPrefix(name, "arn:") {
		if s, ok := world.Get[set](c, kindChangeSet, name); ok {
			return s, nil
		}
		return set{}, noChangeSet(name)
	}
	if aws.ToString(stack) == "" {
		return set{}, invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
	}
	r, ok := load(c, aws.ToString(stack))
	if !ok {
		return set{}, invalid("Stack [%s] does not exist", aws.ToString(stack))
	}
	for _, s := range setsOf(c, r.ID) {
		if s.Name == name {
			return s, nil
		}
	}
	return set{}, noChangeSet(name)
}

func noChangeSet(name string) error {
	return wire.Fail("ChangeSetNotFound", "ChangeSet [%s] does not exist", name).With(404)
}

// status is what a set is at now, and whether it can be executed.
func (s set) status(now time.Time, r *record) (sdk.ChangeSetStatus, sdk.ExecutionStatus) {
	switch {
	case now.Before(s.Due):
		return sdk.ChangeSetStatusCreateInProgress, sdk.ExecutionStatusUnavailable
	case s.Reason != "":
		return sdk.ChangeSetStatusFailed, sdk.ExecutionStatusUnavailable
	case s.Executed:
		return sdk.ChangeSetStatusCreateComplete, s.executed(now, r)
	case r.Operations != s.Operation:
		return sdk.ChangeSetStatusCreateComplete, sdk.ExecutionStatusObsolete
	}
	return sdk.ChangeSetStatusCreateComplete, sdk.ExecutionStatusAvailable
}

func (s set) executed(now time.Time, r *record) sdk.ExecutionStatus {
	state := r.status(now)
	switch {
	case r.ChangeSetID != s.ID || r.Operations != s.Operation+1:
		return sdk.ExecutionStatusExecuteComplete
	case strings.HasSuffix(state, "IN_PROGRESS"):
		return sdk.ExecutionStatusExecuteInProgress
	case state == "CREATE_COMPLETE" || state == "UPDATE_COMPLETE":
		return sdk.ExecutionStatusExecuteComplete
	}
	return sdk.ExecutionStatusExecuteFailed
}

// forget removes a stack's change sets.
func forget(c *world.Call, stackID string) {
	for _, s := range setsOf(c, stackID) {
		world.Remove(c, kindChangeSet, s.ID)
	}
}
