package market

import (
	"cmp"
	"time"
)

// What has become of a user's request, in AWS's words. All but the first are the end of it.
const (
	Asked     = "Created"
	Approved  = "Approved"
	Declined  = "Declined"
	Withdrawn = "Cancelled"
	Lapsed    = "Expired"
)

// Request is a user's wish for a product, as events tell of it: AWS has no call that lists them (MKA-5).
type Request struct {
	ID         string    `json:"id"`
	State      string    `json:"state"`
	Account    string    `json:"account"` // whose event it was
	Experience string    `json:"experience"`
	Product    string    `json:"product"`
	Title      string    `json:"title,omitempty"`
	Requester  string    `json:"requester,omitempty"` // is shown, and never acted upon
	Since      time.Time `json:"since,omitzero"`
	Until      time.Time `json:"until,omitzero"` // when AWS declines it by itself
	Told       time.Time `json:"told,omitzero"`  // by the last event
}

// requestLasts is how long AWS waits for an answer.
const requestLasts = 30 * 24 * time.Hour

// request is what an event tells of one; nil where it does not say which.
func (e event) request(state string) *Request {
	r := Request{State: state, Account: e.text("account"), Experience: e.text("detail", "experienceId"),
		ID:      e.first([]string{"detail", "requestId"}, []string{"detail", "productProcurementRequestId"}),
		Product: e.text("detail", "product", "id"), Title: e.text("detail", "product", "title"), Requester: e.text("detail", "requesterArn"),
		Told: e.at("time")}
	for _, id := range []string{r.ID, r.Product, r.Experience} {
		if id == "" || !plain(id) {
			return nil
		}
	}
	if state == Asked {
		r.Since, r.Until = r.Told, e.at("detail", "expirationDate")
	}
	return &r
}

// Merge is what two events, in whichever order they came, tell of one request: what has ended stays
// so, and what one of them does not say the other does.
func (r Request) Merge(o Request) Request {
	last, first := r, o
	if o.State != Asked && (r.State == Asked || o.Told.After(r.Told) || o.Told.Equal(r.Told) && o.State < r.State) {
		last, first = o, r
	}
	last.Account, last.Experience, last.Product = cmp.Or(last.Account, first.Account), cmp.Or(last.Experience, first.Experience), cmp.Or(last.Product, first.Product)
	last.Title, last.Requester = cmp.Or(last.Title, first.Title), cmp.Or(last.Requester, first.Requester)
	last.Since, last.Until = earlier(last.Since, first.Since), earlier(last.Until, first.Until)
	return last
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Open says whether it still waits for an answer. AWS may have ended it without a word that arrived.
func (r Request) Open(now time.Time) bool { return r.State == Asked && now.Before(r.Until) }

// HeardAt fills in what the event does not say.
func (r Request) HeardAt(now time.Time) Request {
	if r.Told.IsZero() || r.Told.After(now) {
		r.Told = now.UTC().Truncate(time.Second)
	}
	if r.State == Asked {
		r.Since = earlier(r.Since, r.Told)
		if r.Until.IsZero() || r.Until.After(r.Since.Add(2*requestLasts)) {
			r.Until = r.Since.Add(requestLasts)
		}
	}
	return r
}
