package market

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// told is what a pass at that time would tell, after it has written down what its plan has it write.
func told(l *Licences, e Estate, marks map[string]Mark, now time.Time) []News {
	for _, m := range l.Plan(e, marks, Ask{}, now).Marks {
		marks[m.Key()] = m
	}
	return LicenceNews(e, marks, now)
}

// LIC-12: passes for months tell five times that a licence will end, and once of its end
// each who had it; a licence without an end is never spoken of.
func TestLicenceNewsOnce(t *testing.T) {
	l, e, marks := sharedBy(with(granted(one, "ACTIVE"), granted(two, "ACTIVE")))
	e.Members = e.Members[:3]
	e.Licences[0].Ends = noon.Add(200 * 24 * time.Hour).Format(time.RFC3339)
	e.Licences = append(e.Licences, Licence{ARN: "endless", SKU: "other", Status: "AVAILABLE", Operations: e.Licences[0].Operations})
	heard := map[string]bool{}
	var order []string
	for hour := 0; hour < 24*250; hour += 6 {
		now := noon.Add(time.Duration(hour) * time.Hour)
		for _, n := range told(l, e, marks, now) {
			if m := n.Message("o-1", "topic", now); !heard[m.ID] {
				heard[m.ID] = true
				order = append(order, fmt.Sprintf("%d %s %d %s", hour/24, n.Event, n.Days, n.Account))
			}
		}
		if hour == 24*201 { // the grants that the pass deleted
			e.Grants[0].Status, e.Grants[1].Status = "DELETED", "DELETED"
			for key, m := range marks {
				m.Step = Revoke
				marks[key] = m
			}
		}
	}
	want := "20 licence.ending 180 , 80 licence.ending 120 , 110 licence.ending 90 , 140 licence.ending 60 , 170 licence.ending 30 , 200 licence.ended 0 " + one + ", 200 licence.ended 0 " + two
	if got := strings.Join(order, ", "); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// LIC-12: who is told that a licence has ended: each who had it then, however its grant went; nobody
// who had lost it before, never had it, or has it by somebody else's grant.
func TestLicenceEndedNews(t *testing.T) {
	at := Root(one)
	had := Mark{Principal: at, Grant: "grant-" + one, Step: Activate, Sent: true}
	foreign := granted(one, "ACTIVE")
	foreign.Ours = false
	for name, c := range map[string]struct {
		grants []Grant
		mark   Mark
		want   bool
	}{
		"it has it":                   {[]Grant{granted(one, "ACTIVE")}, had, true},
		"it has it, and is not asked": {[]Grant{granted(one, "DISABLED")}, had, true},
		"its grant is being deleted":  {[]Grant{granted(one, "PENDING_DELETE")}, Mark{Principal: at, Grant: "grant-" + one, Step: Revoke, Lost: "grant-" + one}, true},
		"it was deleted by the pass":  {[]Grant{granted(one, "DELETED")}, Mark{Principal: at, Grant: "grant-" + one, Step: Revoke, Lost: "grant-" + one}, true},
		"AWS deleted it":              {[]Grant{granted(one, "DELETED")}, had, true},
		"AWS lists it no more":        {nil, had, true},
		"it lost it before":           {[]Grant{granted(one, "DELETED")}, Mark{Principal: at, Grant: "grant-" + one, Step: Revoke, Sent: true}, false},
		"it never accepted":           {[]Grant{granted(one, "PENDING_ACCEPT")}, Mark{Principal: at, Grant: "grant-" + one, Step: Make, Sent: true}, false},
		"it rejected it":              {[]Grant{granted(one, "REJECTED")}, Mark{Principal: at, Grant: "grant-" + one, Step: Make, Sent: true}, false},
		"somebody else's grant":       {[]Grant{foreign}, Mark{Principal: at}, false},
		"nothing":                     {nil, Mark{Principal: at}, false},
	} {
		l, e, marks := sharedBy(with(c.grants...), marked(c.mark))
		e.Members = e.Members[:2]
		e.Members[1].Name, e.Members[1].Tags["Owner"] = "payments", "team-a@example.com"
		for _, status := range []string{"DEACTIVATED", "EXPIRED", "DELETED"} {
			e.Licences[0].Status = status
			got := told(l, e, marks, noon)
			if (len(got) == 1) != c.want || c.want && (got[0].Event != LicenceEnded || got[0].Account != one || got[0].Owner != "team-a@example.com" || got[0].Name != "payments" || got[0].Grant != "grant-"+one) {
				t.Errorf("%s, %s: %+v", name, status, got)
			}
		}
		e.Licences[0].Status = "AVAILABLE" // it was renewed
		if got := told(l, e, marks, noon); len(got) != 0 || marks[PairKey("lic", at)].Lost != "" {
			t.Errorf("%s: renewed, and %+v %+v", name, got, marks)
		}
	}
}

// INT-30: the same news has the same id for a topic, whoever sends it and when; another end, another
// topic, or another grant of the account is other news.
func TestLicenceMessage(t *testing.T) {
	n := News{Event: LicenceEnded, Licence: "lic", SKU: "sku", Status: "EXPIRED", Ends: "2027-01-01T00:00:00Z", Principal: Root(one), Account: one, Grant: "g"}
	m := n.Message("o-1", "topic", noon)
	if m.Type != "dev.axle.licence.ended.v1" || m.Source != "/organizations/o-1" || m.Subject != one || m.SpecVersion != "1.0" {
		t.Errorf("%+v", m)
	}
	for name, c := range map[string]struct {
		change func(*News)
		topic  string
		same   bool
	}{
		"later":           {func(*News) {}, "topic", true},
		"deleted by now":  {func(n *News) { n.Status = "DELETED" }, "topic", true},
		"another owner":   {func(n *News) { n.Owner = "b" }, "topic", true},
		"another topic":   {func(*News) {}, "other", false},
		"another grant":   {func(n *News) { n.Grant = "h" }, "topic", false},
		"another end":     {func(n *News) { n.Ends = "2028-01-01T00:00:00Z" }, "topic", false},
		"another account": {func(n *News) { n.Principal = Root(two) }, "topic", false},
	} {
		other := n
		c.change(&other)
		if got := other.Message("o-1", c.topic, noon.Add(time.Hour)); (got.ID == m.ID) != c.same {
			t.Errorf("%s: %s", name, got.ID)
		}
	}
}

// LIC-12: a licence that is not listed any more has not ended by that: it is told in the plan alone, and
// who lost it before is not counted.
func TestUnlistedLicence(t *testing.T) {
	l, e, marks := sharedBy()
	for account, step := range map[string]GrantStep{one: Activate, two: Make, three: Revoke} {
		m := Mark{Licence: "gone", Principal: Root(account), Grant: "g-" + account, Step: step}
		marks[m.Key()] = m
	}
	plan := l.Plan(e, marks, Ask{}, noon)
	if len(plan.Notices) != 1 || !plan.Notices[0].Warning || !strings.Contains(plan.Notices[0].What, "gone, of which 2 grants were made") || plan.Outcome() != Clean {
		t.Errorf("%+v", plan.Notices)
	}
	if news := LicenceNews(e, marks, noon); len(news) != 0 {
		t.Errorf("%+v", news)
	}
}
