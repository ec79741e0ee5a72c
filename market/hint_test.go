package market

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// events are samples in AWS's form: the name says whom they wake.
func events(t testing.TB) map[string][]byte {
	raw, err := os.ReadFile("testdata/events.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	got := map[string][]byte{}
	for name, e := range all {
		got[name] = e
	}
	return got
}

// PMP-19, LIC-3, MKA-12, MKA-28: which event shortens whose wait, and what is told of it.
func TestHearEvent(t *testing.T) {
	want := map[string]string{
		"change set succeeded": "experiences Change Set Succeeded",
		"request created":      "experiences Product Request Created: Backup for Workspaces",
		"request declined":     "experiences Product Request Declined: Backup for Workspaces",
		"agreement created":    "licences Purchase Agreement Created - Acceptor",
		"agreement ending":     "licences Purchase Agreement Ending - Acceptor",
		"tag of a unit":        "licences TagResource of ou-ab12-cdefgh34",
		"untag":                "licences UntagResource of 333333333333",
		"account made":         "licences CreateAccountResult of 444444444444",
		"account moved":        "licences MoveAccount of 333333333333",
		"account closed":       "licences CloseAccount of 333333333333",
		"account left":         "licences LeaveOrganization",
		"proposer's agreement": " ",
		"read event":           " ",
		"offer released":       " ",
		"another service":      " ",
	}
	all := events(t)
	for name, data := range all {
		if h := HearEvent(data); fmt.Sprintf("%s %s", h.Wakes, h.Text) != want[name] || h.Broken {
			t.Errorf("%s: %+v; want %q", name, h, want[name])
		}
	}
	if len(all) != len(want) {
		t.Errorf("%d events, %d expectations", len(all), len(want))
	}
}

// L8: any bytes are a hint, and most are none.
func TestHearAnything(t *testing.T) {
	for text, broken := range map[string]bool{
		"": true, "no json": true, "[1]": true, "null": true, "{": true, "\x00\xff": true, strings.Repeat("[", 100_000): true,
		"{}": false, `{"source": 7, "detail-type": []}`: false, `{"source":"aws.organizations","detail-type":"AWS API Call via CloudTrail","detail":"x"}`: false,
		`{"source":"aws.private-marketplace","detail-type":"Product Request Created"}`:                                                                          true, // of nothing
		`{"source":"aws.private-marketplace","detail-type":"Product Request Created","detail":{"requestId":"a b","product":{"id":"p"},"experienceId":"exp-1"}}`: true,
	} {
		if h := HearEvent([]byte(text)); h.Broken != broken || h.Request != nil {
			t.Errorf("%.60q: %+v", text, h)
		}
	}
	h := HearEvent([]byte(`{"source":"aws.organizations","detail-type":"AWS API Call via CloudTrail","detail":{"eventName":"TagResource","requestParameters":{"resourceId":"` +
		strings.Repeat("x", 9999) + `\u001b[31m"}}}`))
	if len(h.Text) > 300 || strings.Contains(h.Text, "\x1b") {
		t.Errorf("%q", h.Text)
	}
}

func FuzzHearEvent(f *testing.F) {
	for _, e := range events(f) {
		f.Add(e)
	}
	f.Add([]byte(`{"source":"aws.private-marketplace","detail-type":"Product Request Created","detail":{"product":{"id":null}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		h := HearEvent(data)
		if h.Wakes != "" && h.Text == "" || strings.ContainsAny(h.Text, "\n\x1b") {
			t.Errorf("%+v", h)
		}
		if r := h.Request; r != nil && (r.ID == "" || r.Product == "" || r.Experience == "" || !r.HeardAt(today).Open(today) && r.State == Asked && r.Until.IsZero() && r.Since.IsZero()) {
			t.Errorf("%+v", r)
		}
	})
}

// mouth speaks at its times.
type mouth struct {
	clock  *time.Time
	speaks map[time.Duration][]Hint // after the start
	start  time.Time
	taken  int
}

// Hear moves the clock to what is next, or by d.
func (m *mouth) Hear(_ context.Context, d time.Duration) ([]Hint, error) {
	until := m.clock.Add(d)
	next, found := until, time.Duration(-1)
	for at := range m.speaks {
		if when := m.start.Add(at); !when.After(next) {
			next, found = when, at
		}
	}
	if next.After(*m.clock) {
		*m.clock = next
	}
	hints := m.speaks[found]
	delete(m.speaks, found)
	return hints, nil
}

func (m *mouth) Taken(_ context.Context, kept bool) {
	if kept {
		m.taken++
	}
}

// PMP-19, LIC-3: a hint ends the wait; those that come within the next five seconds are the same one;
// nothing lengthens it.
func TestAlarm(t *testing.T) {
	mine, other, broken := Hint{Wakes: ForExperiences, Text: "x"}, Hint{Wakes: ForLicences, Text: "y"}, Hint{Broken: true}
	for name, c := range map[string]struct {
		speaks map[time.Duration][]Hint
		want   time.Duration
		said   string
	}{
		"nobody speaks":            {nil, time.Hour, ""},
		"one hint":                 {map[time.Duration][]Hint{10 * time.Minute: {mine}}, 10*time.Minute + settles, "hint: x"},
		"one that waited already":  {map[time.Duration][]Hint{0: {mine}}, settles, "hint: x"},
		"several are one":          {map[time.Duration][]Hint{time.Minute: {mine, mine}, time.Minute + 3*time.Second: {mine}}, time.Minute + settles, "hint: x (3 times)"},
		"the later is the next's":  {map[time.Duration][]Hint{time.Minute: {mine}, time.Minute + 6*time.Second: {mine}}, time.Minute + settles, "hint: x"},
		"others and broken ones":   {map[time.Duration][]Hint{time.Minute: {other, broken, {}}}, time.Hour, "hints passed over: 2 of other things, 1 that cannot be read"},
		"at the very end":          {map[time.Duration][]Hint{time.Hour: {mine}}, time.Hour + settles, "hint: x"},
		"a thousand do not settle": {map[time.Duration][]Hint{time.Minute: make([]Hint, 2*mostHints), 2 * time.Minute: slices.Repeat([]Hint{mine}, mostHints)}, 2 * time.Minute, fmt.Sprintf("hint: x (%d times) hints passed over: 2000 of other things, 0 that cannot be read", mostHints)},
	} {
		now := today
		var said []string
		a := Alarm{Ear: &mouth{clock: &now, start: today, speaks: c.speaks}, Loop: ForExperiences, Now: func() time.Time { return now },
			Say: func(f string, args ...any) { said = append(said, fmt.Sprintf(f, args...)) }}
		if err := a.Wait(t.Context(), time.Hour); err != nil || now.Sub(today) != c.want || strings.Join(said, " ") != c.said {
			t.Errorf("%s: %v, %v, %q", name, now.Sub(today), err, said)
		}
	}
}

// X24: a pass that fails each time, and whose failure is an event, is not followed by the next at once
// for ever: the wait grows to the interval. A hint that comes later on is as quick as ever.
func TestAlarmEchoes(t *testing.T) {
	now := today
	m := &mouth{clock: &now, start: today, speaks: map[time.Duration][]Hint{}}
	a := Alarm{Ear: m, Loop: ForExperiences, Now: func() time.Time { return now }, Say: func(string, ...any) {}}
	wait := func(after time.Duration) time.Duration {
		start := now
		m.speaks[now.Add(after).Sub(today)] = []Hint{{Wakes: ForExperiences, Text: "Change Set Failed"}}
		if err := a.Wait(t.Context(), time.Hour); err != nil {
			t.Fatal(err)
		}
		return now.Sub(start)
	}
	passes := 0
	for ; now.Before(today.Add(24 * time.Hour)); passes++ {
		wait(2 * time.Second)
	}
	if passes > 40 {
		t.Errorf("%d passes in a day, of 24", passes)
	}
	if d := wait(2 * time.Minute); d != 2*time.Minute+settles {
		t.Errorf("a hint two minutes later: %s", d)
	}
}

// What is told is bounded, however many different hints there are.
func TestManyTexts(t *testing.T) {
	var h heard
	for i := range 100 {
		h.add(Hint{Wakes: ForLicences, Text: fmt.Sprint("TagResource of ", i)}, ForLicences)
	}
	if lines := h.lines(); len(lines) != mostTexts+1 || lines[mostTexts] != "hint: and 95 more" {
		t.Error(lines)
	}
}

// E8b: a request that could not be written down is not taken: its event may come again.
func TestAlarmKeeps(t *testing.T) {
	for _, fails := range []bool{false, true} {
		now, kept := today, 0
		m := &mouth{clock: &now, start: today, speaks: map[time.Duration][]Hint{0: {{Wakes: ForExperiences, Text: "x", Request: &Request{ID: "r-1"}}}}}
		a := Alarm{Ear: m, Loop: ForExperiences, Now: func() time.Time { return now }, Say: func(string, ...any) {},
			Keep: func(context.Context, Request) error {
				kept++
				if fails {
					return os.ErrClosed
				}
				return nil
			}}
		if err := a.Wait(t.Context(), time.Hour); err != nil {
			t.Fatal(err)
		}
		a.Begun(t.Context())
		if want := map[bool]int{false: 1}[fails]; kept != 1 || m.taken != want {
			t.Errorf("fails %v: kept %d, taken %d", fails, kept, m.taken)
		}
	}
}
