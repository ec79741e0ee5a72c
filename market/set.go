package market

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Marketplace is an organization's, as its administrator sees it. A page that fails fails the
// list: half a list is none.
type Marketplace interface {
	Experiences(context.Context) ([]Experience, error)       // all that it sees: id and name
	Read(ctx context.Context, id string) (Experience, error) // with its policy and audience, all of one moment
	Revision(ctx context.Context, id string) (int, error)    // of the experience, now
}

// Changer starts change sets and looks at them. Start's error is ErrLocked, ErrStale, ErrFull or
// ErrLost where that is what happened.
type Changer interface {
	Start(context.Context, Set) (id string, err error)
	State(ctx context.Context, id string) (State, error)
	Sets(ctx context.Context, experience, name string) ([]State, error) // of the experience and that name; "": those that have not ended
}

// What a start may meet, besides failures.
var (
	ErrLocked = errors.New("another change set holds the experience")      // 423
	ErrStale  = errors.New("the experience has changed since it was read") // 422, with a newer revision
	ErrFull   = errors.New("too many change sets are open")                // 402
	ErrLost   = errors.New("the answer was lost: the change set may have started")
)

// Statuses of a change set: AWS's, and two of the journal's own.
const (
	Begun     = "" // written down, and perhaps sent
	Preparing = "PREPARING"
	Applying  = "APPLYING"
	Succeeded = "SUCCEEDED"
	Failed    = "FAILED"
	Cancelled = "CANCELLED"
	Dropped   = "DROPPED" // never arrived, and is no longer wanted
)

// State is a change set as AWS has it.
type State struct {
	ID, Name, Status string
	Code             string  // CLIENT_ERROR, SERVER_FAULT
	Text             string  // of a failure that is of no single change
	Errors           []Error // of its changes
	Made             string  // the entity of the first change: of one that makes it, the new one
}

// Ended says whether nothing happens to it any more.
func (s State) Ended() bool {
	return s.Status == Succeeded || s.Status == Failed || s.Status == Cancelled
}

// Error is why a change failed, as AWS says it.
type Error struct{ Code, Message string }

// Why is all that AWS says of a failure.
func (s State) Why() string {
	var all []string
	for _, e := range s.Errors {
		all = append(all, e.Code+": "+e.Message)
	}
	if s.Text != "" || len(all) == 0 {
		all = append(all, strings.TrimSpace(s.Code+" "+s.Text))
	}
	return strings.Join(all, "; ")
}

// Edit is one change of a set's. Entity is exp-…@6, "" where the change makes it, or names what
// another change of the set makes: $Name.Entity.Identifier.
type Edit struct {
	Type    string         `json:"type"`
	Name    string         `json:"name,omitempty"`
	Entity  string         `json:"entity,omitempty"`
	Kind    string         `json:"kind"` // Experience@1.0
	Details map[string]any `json:"details"`
}

// Set is a change set as the journal has it: written before it is sent (PMP-8).
type Set struct {
	Organization string    `json:"organization"` // its id
	Experience   string    `json:"experience"`
	Run          string    `json:"run"`
	Name         string    `json:"name"` // axle:<run>:<experience>:<n>
	Token        string    `json:"token"`
	Revision     int       `json:"revision"` // that it rests on
	Attempt      int       `json:"attempt"`
	Batches      []Batch   `json:"batches,omitempty"`
	Changes      []Edit    `json:"changes"`
	ID           string    `json:"change_set_id,omitempty"`
	Status       string    `json:"status"`
	Why          string    `json:"error,omitempty"`
	Start        time.Time `json:"start"`
	End          time.Time `json:"end,omitzero"`
	Fence        int64     `json:"fence"`          // of the lease under which it is written
	Made         string    `json:"made,omitempty"` // the experience, where it made one

	Actor    string         `json:"actor,omitempty"`
	Approval string         `json:"approval,omitempty"`
	Reasons  map[string]Why `json:"why,omitempty"` // of its products
}

// Of is the experience that it changed: the one that it made, if so.
func (s Set) Of() string { return cmp.Or(s.Made, s.Experience) }

// makes says whether the set is to make its experience.
func (s Set) makes() bool { return !strings.HasPrefix(s.Experience, "exp-") }

// Open says whether its end is not known yet.
func (s Set) Open() bool { return s.Status == Begun || s.Status == Preparing || s.Status == Applying }

// Content tells its changes apart from others.
func (s Set) Content() string {
	raw, _ := json.Marshal(s.Changes) // text and lists always marshal
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Prefix begins the name of every change set of axle's.
const Prefix = "axle:"

// nameOf keeps to what AWS takes in a name: at most 100 of letters, digits and _ + = . : @ - (MKA-1). The
// content is in it: by its name a set is found again, and another runner of the same plan, with a state of
// its own, may have sent something else as its nth.
func nameOf(run, experience string, n int, content string) string {
	return fmt.Sprintf("%s%s:%s:%d.%.8s", Prefix, nameable(run), nameable(experience), n, content)
}

// nameable is a text as a part of a name: what does not fit is told apart by its digest.
func nameable(text string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_.-", r) {
			return r
		}
		return '-'
	}, text)
	if plain == text && len(text) <= 35 {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return fmt.Sprintf("%.26s-%x", plain, sum[:4])
}

// tokenOf is the same for the same content at the same revision, until that has failed (MKA-31).
func tokenOf(account string, s Set) string {
	raw, _ := json.Marshal([]any{"StartChangeSet", account, "us-east-1", fmt.Sprintf("%s@%d", s.Experience, s.Revision), s.Name, s.Content(), s.Attempt})
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

const experienceKind = "Experience@1.0"

var changeOf = map[Effect]string{Allow: "AllowProductProcurement", Deny: "DenyProductProcurement"}

// productChanges are the changes of a set of batches, at most one of each effect.
func productChanges(experience string, revision int, all []Batch, notes func(Batch) []any) []Edit {
	var changes []Edit
	for _, b := range all {
		changes = append(changes, Edit{Type: changeOf[b.Effect], Entity: fmt.Sprintf("%s@%d", experience, revision), Kind: experienceKind,
			Details: map[string]any{"Products": notes(b)}})
	}
	return changes
}

// mostNotes is how long the notes of one change are together: its details end at 16,384 (MKA-1).
const mostNotes = 10_000

// notes are the products of a change, each with what the policy keeps beside it: the run, why, and who
// asked for it (PMP-11, PMP-20). Products of one reason go together.
func notes(run string, why map[string]Why) func(Batch) []any {
	return func(b Batch) []any {
		groups := map[string][]string{}
		for _, id := range b.IDs {
			text := strings.Join(slices.DeleteFunc([]string{"axle " + run, why[id].Ticket, why[id].Reason}, func(s string) bool { return s == "" }), ", ")
			groups[text] = append(groups[text], id)
		}
		var all []any
		for _, text := range slices.Sorted(maps.Keys(groups)) {
			all = append(all, map[string]any{"Ids": groups[text], "Notes": cut(text, min(256, mostNotes/len(groups)))})
		}
		return all
	}
}

// cut ends a text after n bytes at most, not within a letter.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}

// named are the ids of a batch that AWS's errors speak of.
func (s State) named(b Batch) (ids []string) {
	for _, id := range b.IDs {
		if slices.ContainsFunc(s.Errors, func(e Error) bool { return strings.Contains(e.Message, id) }) {
			ids = append(ids, id)
		}
	}
	return ids
}

// whole says whether a failure is of the experience, not of a product in it: no smaller batch
// would pass (PMP-5).
func (s State) whole() bool {
	return slices.ContainsFunc(s.Errors, func(e Error) bool {
		return e.Code == "ENTITY_NOT_FOUND" || e.Code == "CALLER_NOT_AUTHORIZED"
	})
}
