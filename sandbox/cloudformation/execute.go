package cloudformation

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func executeChangeSet(c *world.Call, in *cf.ExecuteChangeSetInput) (*cf.ExecuteChangeSetOutput, error) {
	s, err := changeSet(c, in.StackName, in.ChangeSetName)
	if err != nil {
		return nil, err
	}
	r, err := find(c, &s.StackID)
	if err != nil {
		return nil, err
	}
	if status, execution := s.status(c.Now, r); execution != sdk.ExecutionStatusAvailable {
		return nil, wire.Fail("InvalidChangeSetStatus", "ChangeSet [%s] cannot be executed in its current status of [%s] and execution status of [%s]", s.ID, status, execution)
	}
	if s.Type == "UPDATE" && aws.ToBool(in.DisableRollback) {
		return nil, missing("ExecuteChangeSet.DisableRollback")
	}
	forget(c, r.ID)
	s.Executed, r.ChangeSetID = true, s.ID
	world.Put(c, kindChangeSet, s.ID, s)
	if aws.ToBool(in.DisableRollback) {
		s.OnFailure = "DO_NOTHING"
	}
	return &cf.ExecuteChangeSetOutput{}, s.execute(c, r, aws.ToString(in.ClientRequestToken))
}

func (s set) execute(c *world.Call, r *record, token string) error {
	t, err := read(s.Inputs.Template)
	if err != nil {
		return err
	}
	if err := assumable(c, s.Inputs.RoleARN); err != nil {
		return err
	}
	have := r.revision(c.Now)
	b := begin(c, r, token)
	p, err := draft(c, r.place(c), have, s.Inputs, t)
	if err != nil {
		return err
	}
	if p, err = r.guarded(p); err != nil {
		return err
	}
	if s.Type == "CREATE" {
		r.OnFailure = s.OnFailure
		b.create(p)
	} else {
		b.update(p, have)
	}
	return nil
}

func deleteChangeSet(c *world.Call, in *cf.DeleteChangeSetInput) (*cf.DeleteChangeSetOutput, error) {
	s, err := changeSet(c, in.StackName, in.ChangeSetName)
	if err != nil {
		return &cf.DeleteChangeSetOutput{}, nil // one that is not there is deleted
	}
	r, err := find(c, &s.StackID)
	if err != nil {
		return nil, err
	}
	if _, execution := s.status(c.Now, r); execution == sdk.ExecutionStatusExecuteInProgress {
		return nil, wire.Fail("InvalidChangeSetStatus", "ChangeSet [%s] cannot be deleted while it is executed", s.ID)
	}
	world.Remove(c, kindChangeSet, s.ID)
	return &cf.DeleteChangeSetOutput{}, nil
}
