package cloudformation

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

var stackName = document.NewPattern(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$`)

// open makes the record of a stack whose name is free.
func open(c *world.Call, name string) (*record, error) {
	if !stackName.MatchString(name) {
		return nil, invalid("1 validation error detected: Value '%s' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*, and have length less than or equal to 128", name)
	}
	if r, ok := load(c, name); ok {
		return nil, wire.Fail("AlreadyExistsException", "Stack [%s] already exists", r.Name)
	}
	id := place{Account: c.Account, Region: c.Region}.arn("cloudformation", "stack/"+name+"/"+c.NewUUID())
	world.Put(c, kindStackName, name, id)
	return &record{ID: id, Name: name, Created: c.Now}, nil
}

// createStack plans a new stack to its end.
func createStack(c *world.Call, name string, in inputs, onFailure, token string, protected bool) (*record, error) {
	r, err := open(c, name)
	if err != nil {
		return nil, err
	}
	in, t, err := settle(c, r.ID, in, nil)
	if err != nil {
		return nil, err
	}
	r.OnFailure, r.Protected = onFailure, protected
	b := begin(c, r, token)
	p, err := draft(c, r.place(c), revision{}, in, t)
	if err != nil {
		return nil, err
	}
	b.create(p)
	return r, nil
}

// create writes the making of a whole stack, to its end or through its rollback.
func (b *book) create(p plan) {
	b.r.adopt(p.Inputs)
	b.stack(b.c.Now, "CREATE_IN_PROGRESS", initiated)
	slots, end := schedule(b.c.Now, tasksOf(p.Steps))
	slots, end, failed := halt(slots, end)
	made := b.makeAll(slots, p)
	next := p.revision(b.c.Now)
	next.Resources = byID(made)
	reason := failures("create", failed)
	if reason == "" && p.Fault != "" {
		reason = p.Fault + ". "
	}
	switch {
	case reason == "":
		b.stack(end, "CREATE_COMPLETE", "")
		b.keepAll(made)
		b.close(next)
	case b.r.OnFailure == "DO_NOTHING":
		b.stack(end, "CREATE_FAILED", reason)
		made = slices.DeleteFunc(made, func(r resource) bool { return r.PhysicalID == "" })
		next.Outputs, next.Imports, next.Resources = nil, nil, byID(made)
		b.keepAll(made)
		b.close(next)
	default:
		retained, stay, end := b.undo(end, made, reason)
		next.Outputs, next.Imports = nil, nil
		left := next
		left.From, left.Resources = end, byID(stay)
		b.keepAll(append(retained, stay...))
		b.close(next, left)
	}
}

// makeAll writes the makings; what did not come so far has no physical id.
func (b *book) makeAll(slots []slot, p plan) []resource {
	var made []resource
	for _, s := range slots {
		b.embed(s, p.step(s.ID), time.Time{})
		r := p.step(s.ID).New
		if !b.make(s, r) {
			r.PhysicalID = ""
		}
		made = append(made, r)
	}
	return made
}

func (b *book) keepAll(all []resource) {
	for _, r := range all {
		keep(b.c, b.r.ID, r)
	}
}

func byID(all []resource) map[string]resource {
	out := make(map[string]resource, len(all))
	for _, r := range all {
		out[r.LogicalID] = r
	}
	return out
}

// undo rolls a creation back; what it retains outlives the stack, what stays it could not delete.
func (b *book) undo(at time.Time, made []resource, reason string) (retained, stay []resource, end time.Time) {
	started, ended, who := "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE", "Rollback requested by user."
	if b.r.OnFailure == "DELETE" {
		started, ended, who = "DELETE_IN_PROGRESS", "DELETE_COMPLETE", "Delete requested by user."
	}
	b.stack(at, started, reason+who)
	how := deletion{rollback: true, faults: map[string]string{}}
	first := slices.IndexFunc(made, func(r resource) bool { return r.PhysicalID != "" })
	if first >= 0 && world.Switched(b.c, rollbackFails) {
		how.faults[made[first].LogicalID] = switchedOn
	}
	end, _, retained, stay = b.remove(at, made, how)
	why := ""
	if len(stay) > 0 {
		ended, why = strings.Replace(ended, "COMPLETE", "FAILED", 1), failures("delete", slices.Sorted(maps.Keys(how.faults)))
	}
	b.stack(end, ended, why)
	return retained, stay, end
}

// adopt takes over what a stack keeps of an operation's inputs.
func (r *record) adopt(in inputs) {
	r.Capabilities = in.Capabilities
	if in.RoleARN != "" {
		r.RoleARN = in.RoleARN
	}
}

// revision is what the plan makes of the stack.
func (p plan) revision(from time.Time) revision {
	v := revision{From: from, Template: p.Inputs.Template, Description: p.Template.Description, Parameters: p.Inputs.Parameters, Tags: p.Inputs.Tags,
		Outputs: p.Outputs, Imports: p.Imports, Resources: map[string]resource{}}
	for _, s := range p.Steps {
		if s.verb != remove {
			v.Resources[s.id()] = s.New
		}
	}
	return v
}

func (p plan) step(id string) step {
	for _, s := range p.Steps {
		if s.id() == id {
			return s
		}
	}
	return step{}
}

// tasksOf are the makings and changes of a plan, in its order.
func tasksOf(steps []step) []task {
	var tasks []task
	for _, s := range steps {
		if s.verb != remove && s.verb != leave {
			tasks = append(tasks, task{ID: s.id(), After: s.New.After, Takes: s.lasts(), Fault: s.Fault})
		}
	}
	return tasks
}
