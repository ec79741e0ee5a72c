package cloudformation

import (
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/sandbox/world"
)

const (
	kindStack     = "stack"          // by id
	kindStackName = "stack-name"     // name → id of the newest stack of that name
	kindChangeSet = "stack-changes"  // by id
	kindRow       = "stack-resource" // type/physical id → who holds it
)

// record is a stack as stored. Events and revisions may lie in the future; a reader sees
// those that are due.
type record struct {
	ID, Name      string
	Created       time.Time
	Capabilities  []string `json:",omitempty"`
	RoleARN       string   `json:",omitempty"`
	Notify        []string `json:",omitempty"`
	OnFailure     string   `json:",omitempty"` // ROLLBACK, DELETE, DO_NOTHING
	Protected     bool     `json:",omitempty"`
	ChangeSetID   string   `json:",omitempty"` // the last one executed
	Parent, Root  string   `json:",omitempty"` // ids, of a nested one
	Operations    int      // begun so far; makes the ids of what they create
	Revisions     []revision
	Events        []event   // in order of time
	PropertyTexts []string  // what events point to
	Policy        string    `json:",omitempty"` // what updates may do, as text
	Unrolled      *unrolled `json:",omitempty"` // of an update whose rollback has failed
	Drifts        []mark    `json:",omitempty"` // the last detection that is done, and one under way
}

// revision is what a stack is made of from a moment on.
type revision struct {
	From                  time.Time
	Template, Description string
	Parameters            map[string]string   // as text; NoEcho ones are sealed
	Tags                  map[string]string   `json:",omitempty"`
	Outputs               []output            `json:",omitempty"`
	Imports               []string            `json:",omitempty"` // names of exports it reads
	Resources             map[string]resource `json:",omitempty"`
}

// resource is a record of a stack: what stands, and from what it was made.
type resource struct {
	LogicalID, PhysicalID, Type string
	Properties                  map[string]any `json:",omitempty"`
	Metadata                    string         `json:",omitempty"`
	DeletionPolicy              string         `json:",omitempty"`
	ReplacePolicy               string         `json:",omitempty"`
	After                       []string       `json:",omitempty"` // logical ids it depends on
}

type output struct {
	Key, Value, Description, Export string
}

// event is a line of a stack's history. The stack's own lines carry its id as physical id.
type event struct {
	At                    time.Time
	LogicalID, PhysicalID string
	Type, Status, Reason  string
	Properties            int    `json:",omitempty"` // 1-based into record.PropertyTexts
	Token                 string `json:",omitempty"` // of the request
}

const typeStack = "AWS::CloudFormation::Stack"

func (r *record) own(e event) bool { return e.Type == typeStack && e.PhysicalID == r.ID }

// due gives the events up to now, oldest first.
func (r *record) due(now time.Time) []event {
	n := len(r.Events)
	for n > 0 && r.Events[n-1].At.After(now) {
		n--
	}
	return r.Events[:n]
}

// state gives the stack's own last event that is due.
func (r *record) state(now time.Time) event {
	due := r.due(now)
	for i := len(due) - 1; i >= 0; i-- {
		if r.own(due[i]) {
			return due[i]
		}
	}
	return event{}
}

func (r *record) status(now time.Time) string { return r.state(now).Status }

// revision gives what the stack is made of at now.
func (r *record) revision(now time.Time) revision {
	var last revision
	for _, v := range r.Revisions {
		if !v.From.After(now) {
			last = v
		}
	}
	return last
}

// outputs are there once an operation has completed.
func (r *record) outputs(now time.Time) []output {
	if s := r.status(now); strings.HasPrefix(s, "CREATE_IN") || s == "CREATE_FAILED" || strings.HasPrefix(s, "ROLLBACK") || s == "DELETE_COMPLETE" {
		return nil
	}
	return r.revision(now).Outputs
}

// last gives the time of the stack's last own event with that status, zero if there is none.
func (r *record) last(now time.Time, status string) time.Time {
	due := r.due(now)
	for i := len(due) - 1; i >= 0; i-- {
		if r.own(due[i]) && due[i].Status == status {
			return due[i].At
		}
	}
	return time.Time{}
}

// standing is a resource as its last event tells it.
type standing struct {
	event
	Since time.Time
}

// resources folds the events that are due: one line a logical id, in the order they came.
// The removal of what an update has replaced says nothing of what stands in its place, and
// what an update has removed is gone.
func (r *record) resources(now time.Time) []standing {
	var all []standing
	at := map[string]int{}
	cleanup := false
	for _, e := range r.due(now) {
		if r.own(e) {
			cleanup = strings.HasSuffix(e.Status, "CLEANUP_IN_PROGRESS")
			continue
		}
		i, seen := at[e.LogicalID]
		switch {
		case !seen:
			at[e.LogicalID] = len(all)
			all = append(all, standing{e, e.At})
		case strings.HasPrefix(e.Status, "DELETE_") && all[i].PhysicalID != e.PhysicalID:
		case cleanup && (e.Status == "DELETE_COMPLETE" || e.Status == "DELETE_SKIPPED"):
			all[i].LogicalID = ""
			delete(at, e.LogicalID)
		default:
			if e.PhysicalID == "" {
				e.PhysicalID = all[i].PhysicalID
			}
			all[i] = standing{e, e.At}
		}
	}
	return slices.DeleteFunc(all, func(s standing) bool { return s.LogicalID == "" })
}

func load(c *world.Call, nameOrID string) (*record, bool) {
	id := nameOrID
	if !strings.HasPrefix(nameOrID, "arn:") {
		var ok bool
		if id, ok = world.Get[string](c, kindStackName, nameOrID); !ok {
			return nil, false
		}
	}
	r, ok := world.Get[record](c, kindStack, id)
	if !ok || r.Created.After(c.Now) || id != nameOrID && r.status(c.Now) == "DELETE_COMPLETE" {
		return nil, false
	}
	return &r, true
}

func (r *record) save(c *world.Call) { world.Put(c, kindStack, r.ID, *r) }
