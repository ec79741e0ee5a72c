package market

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Asking is a user's open request, and what the file says of its product by now.
type Asking struct {
	Request
	Entry    string `json:"entry,omitempty"`    // of the file, that has the experience
	Days     int    `json:"days_left"`          // until AWS declines it by itself
	Decision Effect `json:"decision,omitempty"` // "": nobody has decided
	Why      *Why   `json:"why,omitempty"`
	Under    string `json:"under,omitempty"` // where a line decides it
	Allow    string `json:"allow,omitempty"` // such a line
	Deny     string `json:"deny,omitempty"`
}

// Asked are the requests that are open. seen says which entry an experience was last of: the file
// need not name it.
func (f *File) Asked(all []Request, seen []Seen, now time.Time) []Asking {
	open := []Asking{}
	for _, r := range all {
		if r.Open(now) {
			open = append(open, f.asked(r, seen, now))
		}
	}
	return open
}

func (f *File) asked(r Request, seen []Seen, now time.Time) Asking {
	a := Asking{Request: r, Days: int((r.Until.Sub(now) + 24*time.Hour - 1) / (24 * time.Hour))}
	e := f.has(r.Experience, seen)
	if e == nil {
		return a
	}
	a.Entry = e.Name
	if e.ProductsFrom == "experience" {
		return a // its console decides
	}
	w := f.wanted(*e, now)
	for effect, ids := range map[Effect][]string{Allow: w.Allow, Deny: w.Deny, Ignore: w.Ignore} {
		if slices.Contains(ids, r.Product) {
			why := w.why(r.Product)
			a.Decision, a.Why = effect, &why
			return a
		}
	}
	a.Under, a.Allow, a.Deny = r.lines(*e)
	return a
}

// has is the entry that has an experience, or nil.
func (f *File) has(id string, seen []Seen) *Entry {
	for i, e := range f.Experiences {
		if e.ID == id || slices.Contains(e.IDs, id) {
			return &f.Experiences[i]
		}
	}
	for _, s := range seen {
		if s.Experience == id {
			return f.Entry(s.Entry)
		}
	}
	return nil
}

// wanted is what the file alone says of an entry.
func (f *File) wanted(e Entry, now time.Time) Want {
	if e.Follows == "" {
		return f.WantSource(e, nil, now)
	}
	return f.WantFollower(e, f.WantSource(*f.Entry(e.Follows), nil, now), now)
}

// lines decide a request, once somebody has said why.
func (r Request) lines(e Entry) (under, allow, deny string) {
	rest := fmt.Sprintf(`reason: "say why", ticket: %s}`, strconv.Quote(cut(r.ID, 50)))
	if e.Follows != "" {
		line := func(what Effect) string {
			return fmt.Sprintf("- {product: %s, effect: %s, %s", strconv.Quote(r.Product), what, rest)
		}
		return "overrides", line(Allow), line(Deny)
	}
	if r.Title != "" {
		rest = fmt.Sprintf("title: %s, %s", strconv.Quote(cut(r.Title, 255)), rest)
	}
	line := fmt.Sprintf("- {id: %s, %s", strconv.Quote(r.Product), rest)
	return "products", line, line
}
