package market

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
)

// Hint is an event of AWS, as far as the wait for the next pass is shorter by it. What it says is
// told, and decides nothing: the pass reads everything anew (PMP-19, LIC-3, L7).
type Hint struct {
	Wakes   Loop     // "": neither; it is counted, and passed over
	Text    string   // what is told of it
	Broken  bool     // no event at all
	Request *Request // that it speaks of
}

// Loop is one of the two that events shorten the wait of.
type Loop string

const (
	ForExperiences Loop = "experiences"
	ForLicences    Loop = "licences"
)

const (
	sourceRequests = "aws.private-marketplace"
	requestPrefix  = "Product Request "
	viaTrail       = "AWS API Call via CloudTrail"
	byAWS          = "AWS Service Event via CloudTrail"
)

// Known are the events that wake a loop: by their source, the detail-types (MKA-12, MKA-28), of
// those that CloudTrail delivers the event names (LIC-3). docs/marketplace-events.yaml asks for them.
var Known = map[string]struct {
	Wakes  Loop
	Types  []string
	Events []string // none: the detail-type says enough
}{
	"aws.marketplacecatalog":    {ForExperiences, []string{"Change Set Succeeded", "Change Set Failed", "Change Set Cancelled"}, nil},
	sourceRequests:              {ForExperiences, []string{requestPrefix + Asked, requestPrefix + Approved, requestPrefix + Declined, requestPrefix + Withdrawn, requestPrefix + Lapsed}, nil},
	"aws.agreement-marketplace": {ForLicences, acceptor("Created", "Amended", "Ended", "Ending", "Renewal Terms Finalized", "Renewal Upcoming"), nil},
	"aws.organizations": {ForLicences, []string{viaTrail, byAWS},
		[]string{"TagResource", "UntagResource", "CreateAccountResult", "MoveAccount", "RemoveAccountFromOrganization", "LeaveOrganization", "CloseAccount"}},
}

func acceptor(what ...string) (all []string) {
	for _, w := range what {
		all = append(all, "Purchase Agreement "+w+" - Acceptor")
	}
	return all
}

// HearEvent reads one event. Whatever the bytes are, it is a hint; most are none that wakes.
func HearEvent(data []byte) Hint {
	var e event
	if json.Unmarshal(data, &e) != nil || e == nil {
		return Hint{Broken: true}
	}
	source, kind := e.text("source"), e.text("detail-type")
	known, ok := Known[source]
	if !ok || !slices.Contains(known.Types, kind) {
		return Hint{}
	}
	h := Hint{Wakes: known.Wakes, Text: kind}
	if known.Events != nil {
		name := e.text("detail", "eventName")
		if !slices.Contains(known.Events, name) {
			return Hint{}
		}
		h.Text = e.of(name)
	}
	if source == sourceRequests {
		h.Request = e.request(strings.TrimPrefix(kind, requestPrefix))
		if h.Broken = h.Request == nil; !h.Broken && h.Request.Title != "" {
			h.Text += ": " + h.Request.Title
		}
	}
	return h
}

// event is any JSON object.
type event map[string]any

// text is what stands there, if that is text; printable, and short.
func (e event) text(at ...string) string {
	var v any = map[string]any(e)
	for _, key := range at {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	s, _ := v.(string)
	return document.Printable(cut(s, 255))
}

func (e event) first(paths ...[]string) string {
	for _, at := range paths {
		if s := e.text(at...); s != "" {
			return s
		}
	}
	return ""
}

// of is what was done to whom, as the event has it.
func (e event) of(name string) string {
	whom := e.first([]string{"detail", "requestParameters", "resourceId"}, []string{"detail", "requestParameters", "accountId"},
		[]string{"detail", "serviceEventDetails", "createAccountStatus", "accountId"})
	if whom == "" {
		return name
	}
	return name + " of " + whom
}

// at is a time of the event's; zero where there is none.
func (e event) at(path ...string) time.Time {
	t, err := time.Parse(time.RFC3339, e.text(path...))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// heard are hints, counted by what they say.
type heard struct {
	wakes         int
	texts         map[string]int
	other, broken int
}

// mostTexts is how many different hints are told one by one.
const mostTexts = 5

func (h *heard) add(hint Hint, loop Loop) {
	switch {
	case hint.Broken:
		h.broken++
	case hint.Wakes != loop:
		h.other++
	default:
		h.wakes++
		if h.texts == nil {
			h.texts = map[string]int{}
		}
		if h.texts[hint.Text] > 0 || len(h.texts) < mostTexts {
			h.texts[hint.Text]++
		}
	}
}

func (h *heard) lines() (lines []string) {
	told := 0
	for text, n := range h.texts {
		line := "hint: " + text
		if n > 1 {
			line += fmt.Sprintf(" (%d times)", n)
		}
		lines, told = append(lines, line), told+n
	}
	slices.Sort(lines)
	if rest := h.wakes - told; rest > 0 {
		lines = append(lines, fmt.Sprintf("hint: and %d more", rest))
	}
	if h.other+h.broken > 0 {
		lines = append(lines, fmt.Sprintf("hints passed over: %d of other things, %d that cannot be read", h.other, h.broken))
	}
	return lines
}
