package catalog

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Wave is a group of places that a change reaches together. A visibility wave has Regions of
// the hub: what is shared by reference is seen by every spoke of a region at once (CT-13). An
// effect wave has Spokes: what is provisioned, copied or updated account by account.
type Wave struct {
	Name        string         `json:"name"`
	Regions     []string       `json:"regions,omitempty"`
	Spokes      *SpokeSelector `json:"-"`
	Bake        time.Duration  `json:"bake,omitempty"`         // watched for this long before the next wave
	MaxParallel int            `json:"max_parallel,omitempty"` // targets at a time; 0 is 10
	MaxFailures string         `json:"max_failures,omitempty"` // a count, or 2% of the wave's size; "" is 0
	Size        int            `json:"size,omitempty"`         // what a percentage is of; 0 is the number of its targets
}

// Target is one thing that a rollout does in one place. Key is the same in every run of it.
type Target struct {
	Key     string   `json:"key"`
	Account string   `json:"account"`
	Region  string   `json:"region"`
	Wave    int      `json:"wave"`            // index of its wave
	After   []string `json:"after,omitempty"` // keys of targets that must be verified before it starts
	Found   bool     `json:"found,omitempty"` // nothing to do: a failure that was seen while its wave baked
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
	Blocked  OutcomeState = "blocked"  // what it waits for has failed
	Accepted OutcomeState = "accepted" // found in a bake, and a person went on all the same
)

// Order is what a person tells a rollout.
type Order struct {
	Verb   OrderVerb `json:"verb"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// OrderVerb is what an Order asks for. Resume begins again what failed; nothing follows an abort.
type OrderVerb string

const (
	Pause  OrderVerb = "pause"
	Resume OrderVerb = "resume"
	Abort  OrderVerb = "abort"
)

// Rollout is a change on its way, target by target: what there is to do, and what is known of it.
type Rollout struct {
	Waves   []Wave
	Targets []Target
	Done    map[string]Outcome // by key; and by Wave.baked, waves whose bake was judged
	Orders  []Order            // oldest first
}

// End is why a rollout goes no further by itself. "" is one that does.
type End string

const (
	Finished End = "finished"
	Paused   End = "paused"
	Aborted  End = "aborted"
	Stopped  End = "stopped" // more failures than its wave allows
)

// Turn is what may happen now. Where nothing starts and nothing runs, it says what to wait for
// or why it is over. What runs finishes, whatever the End.
type Turn struct {
	Wave  int               // the current one
	Start []Target          // may begin now
	Block map[string]string // targets that will never start, and why
	Until time.Time         // the wave bakes until then
	Watch bool              // the bake is over: look whether it went well, and record Baked
	End   End
	Why   string
}

// Next is the whole control flow of a rollout (CAT-61, CAT-62, CAT-81). A target starts when its
// wave is current, all that it comes after is verified, and fewer than MaxParallel run. A wave
// gives way to the next when each of its targets has ended, its bake is over and was judged, and
// no more has failed than it allows.
func (r Rollout) Next(now time.Time) Turn {
	for i := range r.Waves {
		t, over := r.wave(i, now)
		if over {
			continue
		}
		switch o := r.order(); o.Verb {
		case Pause:
			t = Turn{Wave: i, End: Paused, Why: "by " + o.By + ": " + o.Reason}
		case Abort:
			t = Turn{Wave: i, Start: r.halfDone(), End: Aborted, Why: "by " + o.By + ": " + o.Reason}
		}
		return t
	}
	return Turn{Wave: len(r.Waves), End: Finished}
}

func (r Rollout) halfDone() (all []Target) {
	for _, t := range r.Targets {
		if o := r.Done[t.Key]; o.State == Pending && o.Why == halfDone {
			all = append(all, t)
		}
	}
	return all
}

// order is the one that holds: the last, or an abort.
func (r Rollout) order() Order {
	var last Order
	for _, o := range r.Orders {
		if last.Verb != Abort {
			last = o
		}
	}
	return last
}

// Tally is how far a wave is.
type Tally struct {
	Targets, Pending, Running, Verified, Failed, Blocked int
	Allowed                                              int // failures
	last                                                 time.Time
}

// Tally counts a wave's targets, and the failures found while it baked.
func (r Rollout) Tally(wave int) Tally {
	var t Tally
	for _, target := range r.Targets {
		if target.Wave != wave {
			continue
		}
		o := r.Done[target.Key]
		if o.State == Broken {
			t.Failed++
		}
		if target.Found {
			continue
		}
		t.Targets++
		switch o.State {
		case Pending:
			t.Pending++
		case Running:
			t.Running++
		case Verified:
			t.Verified++
			if o.At.After(t.last) {
				t.last = o.At
			}
		case Blocked:
			t.Blocked++
		}
	}
	t.Allowed = r.Waves[wave].allowed(t.Targets)
	return t
}

// allowed is how many failures a wave bears: a percentage is rounded down.
func (w Wave) allowed(targets int) int {
	if w.Size > 0 {
		targets = w.Size
	}
	text, percent := strings.CutSuffix(w.MaxFailures, "%")
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n < 0:
		return 0
	case percent:
		return targets * n / 100
	}
	return n
}

// Baked is the key under which the Rollout knows that a wave's bake was judged.
func Baked(wave int) string { return "baked " + strconv.Itoa(wave) }

// wave is the turn of the first wave that is not over.
func (r Rollout) wave(i int, now time.Time) (t Turn, over bool) {
	t.Wave = i
	n, w := r.Tally(i), r.Waves[i]
	switch {
	case n.Failed > n.Allowed:
		t.End, t.Why = Stopped, fmt.Sprintf("%d failed in wave %s, and it allows %d", n.Failed, w.Name, n.Allowed)
		return t, false
	case n.Pending+n.Running > 0:
		r.start(&t, n)
		return t, false
	case w.Bake == 0 || n.Verified == 0 || r.Done[Baked(i)].State == Verified:
		return t, true
	}
	if t.Until = n.last.Add(w.Bake); !now.Before(t.Until) {
		t.Watch = true
	}
	return t, false
}

// start says which of a wave's pending targets begin, and which never will. What waits for
// something that is not ahead of it, or for itself, waits for ever: that blocks it.
func (r Rollout) start(t *Turn, n Tally) {
	free := r.Waves[t.Wave].MaxParallel
	if free == 0 {
		free = 10
	}
	if free -= n.Running; free <= 0 {
		return
	}
	t.Block = map[string]string{}
	var here map[string]bool // asked for by what comes after something
	for _, target := range r.Targets {
		if target.Wave != t.Wave || target.Found || r.Done[target.Key].State != Pending {
			continue
		}
		if here == nil && len(target.After) > 0 {
			here = r.open(t.Wave)
		}
		ready, never := r.ready(target, here)
		switch {
		case never != "":
			t.Block[target.Key] = never
		case ready:
			t.Start = append(t.Start, target)
		}
		if len(t.Start) == free {
			return
		}
	}
	if n.Running == 0 && len(t.Start) == 0 && len(t.Block) == 0 {
		for key := range here {
			t.Block[key] = "it waits for what waits for it"
		}
	}
}

// open are the keys of a wave's targets that have not ended.
func (r Rollout) open(wave int) map[string]bool {
	keys := map[string]bool{}
	for _, target := range r.Targets {
		if o := r.Done[target.Key].State; target.Wave == wave && !target.Found && (o == Pending || o == Running) {
			keys[target.Key] = true
		}
	}
	return keys
}

func (r Rollout) ready(t Target, here map[string]bool) (ready bool, never string) {
	ready = true
	for _, key := range t.After {
		switch state := r.Done[key].State; {
		case state == Verified:
		case state == Broken || state == Blocked || state == Accepted:
			return false, fmt.Sprintf("it comes after %s, which is %s", key, state)
		case here[key]:
			ready = false
		default:
			return false, fmt.Sprintf("it comes after %s, which is not of this wave or one before", key)
		}
	}
	return ready, ""
}

// Record notes an outcome.
func (r *Rollout) Record(key string, o Outcome) {
	if r.Done == nil {
		r.Done = map[string]Outcome{}
	}
	r.Done[key] = o
}

// Again is the rollout for a process that takes it on: what another had under way is to be begun
// again, even where the rollout was aborted since: nothing stays half done. here is what that
// process has under way itself.
func (r Rollout) Again(here map[string]bool) Rollout {
	for key, o := range r.Done {
		if o.State == Running && !here[key] {
			r.Done[key] = Outcome{Why: halfDone}
		}
	}
	return r
}

const halfDone = "it was under way"

// Trouble is a failure that was seen in a wave's spokes.
type Trouble struct {
	Target Target // Key says what failed, and where
	Why    string
	Unseen bool // the spoke could not be read: whether something failed there is unknown
}
