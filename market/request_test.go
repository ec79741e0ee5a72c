package market

import (
	"math/rand/v2"
	"testing"
	"time"
)

// E8b: what an event tells of a user's request.
func TestRequestOfEvent(t *testing.T) {
	at := time.Date(2026, 11, 2, 13, 12, 22, 0, time.UTC)
	want := Request{ID: "3d4c9f9b-b809-4f5e-9fac-a9ae98b05cbb", State: Asked, Account: "111122223333", Experience: "exp-1111approved", Product: "prod-backup1",
		Title: "Backup for Workspaces", Requester: "arn:aws:iam::333333333333:user/pat", Since: at, Until: at.AddDate(0, 0, 30), Told: at}
	if got := *HearEvent(events(t)["request created"]).Request; got != want {
		t.Errorf("%+v", got)
	}
	newer := `{"source":"aws.private-marketplace","detail-type":"Product Request Cancelled","detail":{"productProcurementRequestId":"r-2","product":{"id":"p"},"experienceId":"exp-1"}}`
	if got := *HearEvent([]byte(newer)).Request; got != (Request{ID: "r-2", State: Withdrawn, Experience: "exp-1", Product: "p"}) {
		t.Errorf("%+v", got)
	}
}

// E8b, PMP-19: whichever way the events of a request come, and however often, it ends the same; what
// has ended does not open again.
func TestRequestReordered(t *testing.T) {
	at := func(day int) time.Time { return today.AddDate(0, 0, day) }
	for name, told := range map[string][]Request{
		"asked":              {{State: Asked, Title: "Scanner", Since: at(0), Until: at(30), Told: at(0)}},
		"asked and declined": {{State: Asked, Title: "Scanner", Requester: "pat", Since: at(0), Until: at(30), Told: at(0)}, {State: Declined, Told: at(2)}},
		"at one moment":      {{State: Asked, Since: at(0), Until: at(30), Told: at(0)}, {State: Lapsed, Told: at(30)}, {State: Declined, Told: at(30)}},
	} {
		var want Request
		for try := range 50 {
			r := rand.New(rand.NewPCG(uint64(try), 1)) //nolint:gosec // a seed that repeats
			var got Request
			for n, i := range append(r.Perm(len(told)), r.Perm(len(told))...) { // each twice
				if n == 0 {
					got = told[i]
				} else {
					got = got.Merge(told[i])
				}
			}
			if try == 0 {
				want = got
			}
			if got != want || got.State == Asked && len(told) > 1 {
				t.Fatalf("%s: %+v; before %+v", name, got, want)
			}
		}
		if !want.Since.Equal(at(0)) || !want.Until.Equal(at(30)) {
			t.Errorf("%s: %+v", name, want)
		}
	}
}

// A request is open until AWS, or whoever answers there, ends it; that word may be lost.
func TestRequestOpen(t *testing.T) {
	for name, c := range map[string]struct {
		r    Request
		days int // later
		want bool
	}{
		"new":                      {Request{State: Asked, Since: today, Told: today}, 0, true},
		"the 29th day":             {Request{State: Asked, Since: today, Told: today}, 29, true},
		"over, and nobody said so": {Request{State: Asked, Since: today, Told: today}, 30, false},
		"AWS says another day":     {Request{State: Asked, Since: today, Told: today, Until: today.AddDate(0, 0, 40)}, 35, true},
		"no day that can be":       {Request{State: Asked, Since: today, Told: today, Until: today.AddDate(90, 0, 0)}, 31, false},
		"from the future":          {Request{State: Asked, Told: today.AddDate(1, 0, 0)}, 31, false},
		"without a time":           {Request{State: Asked}, 29, true},
		"declined":                 {Request{State: Declined}, 0, false},
	} {
		if got := c.r.HeardAt(today).Open(today.AddDate(0, 0, c.days)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
