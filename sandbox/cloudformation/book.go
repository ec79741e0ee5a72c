package cloudformation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/sandbox/world"
)

// book writes the history of one operation of a stack, in whatever order it is worked out.
type book struct {
	c     *world.Call
	r     *record
	token string
	lines []event
	texts map[string]int
}

// begin opens the stack's next operation.
func begin(c *world.Call, r *record, token string) *book {
	r.Operations++
	b := &book{c: c, r: r, token: token, texts: map[string]int{}}
	for i, t := range r.PropertyTexts {
		b.texts[t] = i + 1
	}
	return b
}

func (r *record) place(c *world.Call) place {
	return place{Account: c.Account, Region: c.Region, StackName: r.Name, StackID: r.ID, Operation: r.Operations}
}

func (b *book) stack(at time.Time, status, reason string) {
	b.lines = append(b.lines, event{At: at, LogicalID: b.r.Name, PhysicalID: b.r.ID, Type: typeStack, Status: status, Reason: shown(reason), Token: b.token})
}

func (b *book) resource(at time.Time, r resource, status, reason string) {
	b.lines = append(b.lines, event{At: at, LogicalID: r.LogicalID, PhysicalID: shown(r.PhysicalID), Type: r.Type,
		Status: status, Reason: shown(reason), Properties: b.properties(r), Token: b.token})
}

// properties keeps the text once, however many events show it.
func (b *book) properties(r resource) int {
	all := r.Properties
	if all == nil {
		all = map[string]any{}
	}
	raw, err := json.Marshal(all)
	if err != nil {
		return 0
	}
	text := shown(string(raw))
	if _, ok := b.texts[text]; !ok {
		b.r.PropertyTexts = append(b.r.PropertyTexts, text)
		b.texts[text] = len(b.r.PropertyTexts)
	}
	return b.texts[text]
}

// close puts the lines behind the stack's history, in order of time, and keeps the stack.
func (b *book) close(next ...revision) {
	slices.SortStableFunc(b.lines, func(x, y event) int { return x.At.Compare(y.At) })
	b.r.Events = append(b.r.Events, b.lines...)
	now := b.r.live(b.c.Now)
	b.r.Revisions = append(now[:min(1, len(now))], next...)
	b.r.save(b.c)
}

// make writes the making of a resource and says whether it has a physical id by the end.
func (b *book) make(s slot, r resource) bool {
	unmade := r
	unmade.PhysicalID = ""
	b.resource(s.Start, unmade, "CREATE_IN_PROGRESS", "")
	begun := s.Start.Add(s.Takes / 2)
	exists := (s.Fault == "" || s.Fault == cancelled || r.Type == typeStack) && begun.Before(s.End)
	if exists {
		b.resource(begun, r, "CREATE_IN_PROGRESS", "Resource creation Initiated")
	} else {
		r = unmade
	}
	if s.Fault != "" {
		b.resource(s.End, r, "CREATE_FAILED", s.Fault)
		return exists
	}
	b.resource(s.End, r, "CREATE_COMPLETE", "")
	return true
}

// initiated is the reason of a stack's first event of an operation.
const initiated = "User Initiated"

// deletion is how resources go.
type deletion struct {
	rollback bool              // of what this operation has made
	replaced bool              // by others: the UpdateReplacePolicy decides
	faults   map[string]string // logical id → why it cannot go
}

// remove writes the removal of resources given in the order they were made, and says which
// are gone, which the stack lets go without deleting, and which stay.
func (b *book) remove(start time.Time, all []resource, how deletion) (end time.Time, gone, released, stay []resource) {
	tasks := backwards(all)
	named := byID(all)
	then := *b.c
	then.Now = start
	for i := range tasks {
		r := named[tasks[i].ID]
		tasks[i].Takes += time.Duration(len(resourcesOf(&then, r))) * removal(typeStack)
		tasks[i].Fault = how.faults[r.LogicalID]
		if r.PhysicalID == "" || how.keeps(r) {
			tasks[i].Takes, tasks[i].Fault = 0, ""
		}
	}
	slots, end := schedule(start, tasks)
	ran := map[string]bool{}
	for _, s := range slots {
		r := named[s.ID]
		ran[s.ID] = true
		switch {
		case r.PhysicalID == "":
			b.resource(s.End, r, "DELETE_COMPLETE", "")
		case how.keeps(r):
			b.resource(s.End, r, "DELETE_SKIPPED", "")
			released = append(released, r)
		case s.Fault != "":
			b.resource(s.Start, r, "DELETE_IN_PROGRESS", "")
			b.resource(s.End, r, "DELETE_FAILED", s.Fault)
			stay = append(stay, r)
		default:
			b.resource(s.Start, r, "DELETE_IN_PROGRESS", "")
			b.resource(s.End, r, "DELETE_COMPLETE", "")
			b.disband(s.Start, r)
			gone = append(gone, r)
		}
	}
	for _, r := range all {
		if !ran[r.LogicalID] {
			stay = append(stay, r)
		}
	}
	return end, gone, released, stay
}

func (d deletion) keeps(r resource) bool {
	policy := r.DeletionPolicy
	if d.replaced {
		policy = r.ReplacePolicy
	}
	return policy == "Retain" || policy == "RetainExceptOnCreate" && !d.rollback
}

// failures names, in CloudFormation's words, what failed to be created, updated or deleted.
func failures(done string, ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return fmt.Sprintf("The following resource(s) failed to %s: [%s]. ", done, strings.Join(ids, ", "))
}
