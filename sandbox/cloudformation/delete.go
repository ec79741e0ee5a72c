package cloudformation

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/axle-cd/axle/sandbox/world"
)

// goodbye asks for a deletion.
type goodbye struct {
	Retain []string // logical ids to let go, of a stack whose deletion has failed
	Force  bool     // let go what cannot be deleted, likewise
	Token  string
}

// deleteStack plans a deletion to its end. A stack that is not there, or is going, is no error.
func deleteStack(c *world.Call, nameOrID string, how goodbye) error {
	r, ok := load(c, nameOrID)
	if !ok {
		return nil
	}
	status := r.status(c.Now)
	switch {
	case strings.HasPrefix(status, "DELETE_IN") || status == "DELETE_COMPLETE":
		return nil
	case r.Protected:
		return invalid("Stack [%s] cannot be deleted while TerminationProtection is enabled", r.Name)
	case strings.HasPrefix(status, "UPDATE") && strings.HasSuffix(status, "IN_PROGRESS"):
		return invalid("Stack [%s] cannot be deleted while in status %s", r.Name, status)
	case (len(how.Retain) > 0 || how.Force) && status != "DELETE_FAILED":
		return invalid("Invalid operation on stack [%s]. RetainResources and FORCE_DELETE_STACK are for a stack in state DELETE_FAILED", r.Name)
	}
	if err := r.spoken(c.Now); err != nil {
		return err
	}
	have := r.cut(c)
	for _, id := range how.Retain {
		if _, ok := have.Resources[id]; !ok {
			return invalid("The specified resource %s does not exist in stack %s", id, r.Name)
		}
	}
	forget(c, r.ID)
	begin(c, r, how.Token).delete(have, how)
	return nil
}

// cut ends what is under way: events to come never come, what had not begun is not there,
// and what is gone already is not deleted again.
func (r *record) cut(c *world.Call) revision {
	have := r.revision(c.Now)
	have.Resources = maps.Clone(have.Resources)
	have.Outputs = r.outputs(c.Now)
	if r.Unrolled != nil {
		for _, made := range r.Unrolled.Made {
			if _, there := have.Resources[made.LogicalID]; !there {
				have.Resources[made.LogicalID] = made
			}
		}
		r.Unrolled = nil
	}
	status := map[string]string{}
	r.Events = slices.Clone(r.due(c.Now))
	for _, s := range r.resources(c.Now) {
		status[s.LogicalID] = s.Status
	}
	for id, res := range have.Resources {
		switch status[id] {
		case "":
			if res.Type == typeStack {
				retract(c, res.PhysicalID, c.Now)
			}
			drop(c, r.ID, res)
			delete(have.Resources, id)
		case "DELETE_COMPLETE", "DELETE_SKIPPED":
			delete(have.Resources, id)
		}
	}
	return have
}

func (b *book) delete(have revision, how goodbye) {
	b.stack(b.c.Now, "DELETE_IN_PROGRESS", initiated)
	have.From = b.c.Now
	if reason := exportFault(b.c, b.r.ID, have.Outputs, nil); reason != "" {
		b.stack(b.c.Now, "DELETE_FAILED", reason)
		b.close(have)
		return
	}
	all, faults := ordered(have.Resources), map[string]string{}
	t, _ := read(have.Template) // it was read when the stack was made
	by := actorOf(b.c, t, b.r.RoleARN)
	for i, r := range all {
		fault := cmp.Or(undeletable(b.c, r), by.forbidden(r, taking))
		if slices.Contains(how.Retain, r.LogicalID) || how.Force && fault != "" {
			all[i].DeletionPolicy = "Retain"
		} else if fault != "" {
			faults[r.LogicalID] = fault
		}
	}
	end, gone, _, stay := b.remove(b.c.Now, all, deletion{faults: faults})
	for _, r := range gone {
		drop(b.c, b.r.ID, r)
	}
	next := have
	next.From, next.Resources = end, byID(stay)
	if len(stay) > 0 {
		b.stack(end, "DELETE_FAILED", failures("delete", slices.Sorted(maps.Keys(faults))))
	} else {
		next.Outputs, next.Imports = nil, nil
		b.stack(end, "DELETE_COMPLETE", "")
	}
	b.close(have, next)
}
