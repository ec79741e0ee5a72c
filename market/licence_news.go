package market

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Events of licences that topics are told of (LIC-12).
const (
	LicenceEnding = "licence.ending" // at 180, 120, 90, 60 and 30 days before
	LicenceEnded  = "licence.ended"  // to the owner of each account that had it
)

// News is what is told of a licence: that it will end, or that it has ended and whose grant went.
type News struct {
	Event     string `json:"-"`
	Licence   string `json:"licence"`
	SKU       string `json:"sku"`
	Product   string `json:"product"`
	Status    string `json:"status"`
	Ends      string `json:"ends,omitempty"`
	Days      int    `json:"days,omitempty"`      // it ends in no more than so many
	Grants    int    `json:"grants,omitempty"`    // that go then
	Principal string `json:"principal,omitempty"` // whose grant went
	Account   string `json:"account,omitempty"`
	Name      string `json:"account_name,omitempty"`
	Owner     string `json:"owner,omitempty"` // what the account's tag owner says
	Grant     string `json:"grant,omitempty"`
}

// Message is news for one topic: a CloudEvent 1.0 in structured JSON. Its ID is the same for the same
// news to the same topic, whoever sends it and when.
type Message struct {
	SpecVersion string    `json:"specversion"`
	ID          string    `json:"id"`
	Source      string    `json:"source"`
	Type        string    `json:"type"`
	Subject     string    `json:"subject"`
	Time        time.Time `json:"time"`
	ContentType string    `json:"datacontenttype"`
	Data        News      `json:"data"`
}

// Message is the news as a topic gets it of an organization.
func (n News) Message(organization, topic string, at time.Time) Message {
	sum := sha256.Sum256([]byte(strings.Join([]string{topic, n.Event, n.Licence, n.Ends, strconv.Itoa(n.Days), n.Principal, n.Grant}, "\n")))
	return Message{SpecVersion: "1.0", ID: hex.EncodeToString(sum[:16]), Source: "/organizations/" + organization, Type: "dev.axle." + n.Event + ".v1",
		Subject: cmp.Or(n.Account, n.Principal, n.SKU), Time: at.UTC(), ContentType: "application/json", Data: n}
}

// LicenceNews is all that is to be told now. What was told before is in it again, by the same ID: a
// grant that went with its licence stands in its mark until the licence is good again.
func LicenceNews(e Estate, marks map[string]Mark, now time.Time) (all []News) {
	for _, lic := range e.Licences {
		n := News{Licence: lic.ARN, SKU: lic.SKU, Product: lic.Product, Status: lic.Status, Ends: lic.Ends}
		if !lic.Over(now) {
			if n.Days = lic.Ending(now); n.Days > 0 {
				n.Event, n.Grants = LicenceEnding, e.given(lic.ARN)
				all = append(all, n)
			}
			continue
		}
		for _, m := range marks {
			if m.Licence == lic.ARN && m.Lost != "" {
				all = append(all, n.lost(m, e))
			}
		}
	}
	slices.SortFunc(all, func(a, b News) int {
		return cmp.Or(strings.Compare(a.Licence, b.Licence), strings.Compare(a.Principal, b.Principal))
	})
	return all
}

// lost is the news to whom a licence's end takes its grant.
func (n News) lost(m Mark, e Estate) News {
	n.Event, n.Principal, n.Account, n.Grant = LicenceEnded, m.Principal, AccountOf(m.Principal), m.Lost
	if is := e.member(n.Account); is != nil {
		n.Name = is.Name
		for key, value := range is.Tags {
			if strings.EqualFold(key, "owner") {
				n.Owner = max(n.Owner, value) // of two keys the same, whatever the order
			}
		}
	}
	return n
}

// given is how many grants of a licence axle made and keeps.
func (e Estate) given(licence string) (n int) {
	for _, g := range e.Grants {
		if g.Licence == licence && g.Parent == "" && g.Ours && g.lives() {
			n++
		}
	}
	return n
}

// lost is the grant that a pair had when its licence ended, "" while the licence is good. It is
// written down before the grant is deleted, so that whoever had it is told whatever happens then.
func lost(pair Pair, m Mark) string {
	switch {
	case !pair.Over:
		return ""
	case pair.Grant != nil && slices.Contains([]string{"ACTIVE", "DISABLED", "WORKFLOW_COMPLETED", "WORKFLOW_COMPLETE"}, pair.Grant.Status):
		return pair.Grant.ARN
	case pair.Grant == nil && m.Grant != "" && m.Step != Revoke && m.Lost == "":
		return m.Grant // AWS took it
	}
	return m.Lost
}
