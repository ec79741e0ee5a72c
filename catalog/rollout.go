package catalog

import "time"

// Wave is a group of places that a change reaches together. A visibility wave has Regions of
// the hub: what is shared by reference is seen by every spoke of a region at once (CT-13). An
// effect wave has Spokes: what is provisioned, copied or updated account by account.
type Wave struct {
	Name        string
	Regions     []string
	Spokes      *SpokeSelector
	Bake        time.Duration // watched for this long before the next wave
	MaxParallel int           // targets at a time; 0 is 10
	MaxFailures string        // a count, or 2% of the wave's targets; "" is 0
}

// Target is one thing that a rollout does in one place. Key is the same in every run of it.
type Target struct {
	Key     string   `json:"key"`
	Account string   `json:"account"`
	Region  string   `json:"region"`
	Wave    int      `json:"wave"`            // index of its wave
	After   []string `json:"after,omitempty"` // keys of targets that must be verified before it starts
}

// Outcome is how far a target is.
type Outcome struct {
	State OutcomeState `json:"state"`
	At    time.Time    `json:"at"`
	Why   string       `json:"why,omitempty"` // in AWS's words
}

// OutcomeState is how far a target is. The zero value is one that was not begun.
type OutcomeState string

const (
	Pending  OutcomeState = ""
	Running  OutcomeState = "running"
	Verified OutcomeState = "verified" // seen to be as wanted: it is never done again
	Broken   OutcomeState = "failed"
	Blocked  OutcomeState = "blocked" // what it waits for has failed
)
