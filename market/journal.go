package market

import (
	"context"
	"time"
)

// Journal keeps change sets, each before it is sent and after each news of it; what happened to
// which product goes into the audit in the same step.
type Journal interface {
	Sets(ctx context.Context, organization, experience string) ([]Set, error) // oldest first
	Keep(ctx context.Context, s Set, happened ...Audit) error                 // by its name; refused where its lease is another's by now
	Durations(ctx context.Context) ([]time.Duration, error)                   // of sets that succeeded
}

// Hospital keeps products that no change set takes.
type Hospital interface {
	Poisons(ctx context.Context, organization, experience string) ([]Poison, error)
	Poison(context.Context, Poison) error
}

// Keeper keeps who runs and how each experience was when it was last looked at.
type Keeper interface {
	Lease(ctx context.Context, organization, holder string, now, until time.Time) (fence int64, err error) // until: zero gives it back
	Note(context.Context, Seen) error
	Tell(ctx context.Context, happened ...Audit) error
}

// Books are all that is kept of experiences.
type Books interface {
	Journal
	Hospital
	Keeper
}

// Poison is a product that AWS refuses in one experience. It is tried again, ever more seldom.
type Poison struct {
	Organization string    `json:"organization"`
	Experience   string    `json:"experience"`
	Product      string    `json:"product"`
	Effect       Effect    `json:"effect"`
	Code         string    `json:"code"`
	Message      string    `json:"message"`
	Tries        int       `json:"tries"`
	First        time.Time `json:"first_seen"`
	Next         time.Time `json:"next_try"`
	Healed       bool      `json:"healed,omitempty"` // it went through since; it still goes apart
}

// again is the poison after one more refusal: next_try = 1 h · 2ⁿ, at most 7 days (PMP-5).
func (p Poison) again(now time.Time) Poison {
	wait := time.Hour << min(p.Tries, 8)
	p.Next = now.Add(min(wait, 7*24*time.Hour))
	p.Tries++
	if p.First.IsZero() {
		p.First = now
	}
	p.Healed = false
	return p
}

// Seen is how an experience was when it was last tried (PMP-12).
type Seen struct {
	Organization string    `json:"organization"`
	Entry        string    `json:"entry"`
	Experience   string    `json:"experience"`
	Attempt      time.Time `json:"last_attempt"`
	Success      time.Time `json:"last_success,omitzero"`
	Error        string    `json:"last_error,omitempty"`
	Outcome      string    `json:"outcome"`
	Allowed      int       `json:"allowed"`
	Denied       int       `json:"denied"`
	Quarantined  []string  `json:"quarantined"`
	Unread       bool      `json:"-"` // it was not looked at: what was counted before still counts
}

// Fresh says whether it was brought in line within so long.
func (s Seen) Fresh(now time.Time, age time.Duration) bool {
	return !s.Success.IsZero() && now.Sub(s.Success) <= age
}

// Audit is what happened to one product, or was refused (PMP-11).
type Audit struct {
	Run          string    `json:"run"`
	Actor        string    `json:"actor,omitempty"`
	Approval     string    `json:"approval,omitempty"`
	Ticket       string    `json:"ticket,omitempty"`
	Organization string    `json:"organization"`
	Experience   string    `json:"experience"`
	Product      string    `json:"product,omitempty"`
	Principal    string    `json:"principal,omitempty"` // whom a licence is granted to; its Product is the SKU
	Grant        string    `json:"grant,omitempty"`
	Effect       string    `json:"effect"`
	Why          string    `json:"why"`
	ChangeSet    string    `json:"change_set,omitempty"`
	Before       int       `json:"revision_before,omitempty"`
	Status       string    `json:"status"`
	Error        string    `json:"error,omitempty"`
	Start        time.Time `json:"start"`
	End          time.Time `json:"end,omitzero"`
}
