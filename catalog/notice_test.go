package catalog_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/products"
)

// INT-30: a notice is a CloudEvent 1.0 in structured JSON; its id is the same whenever it is sent.
func TestNoticeIsACloudEvent(t *testing.T) {
	n := catalog.News{Event: "update.available", Product: "vpc", Version: "1.9.0", Newest: "1.10.0", Severity: "normal", Account: "333333333333", Region: "eu-west-1", Provisioned: "mine", ProvisionedID: "pp-1"}
	at := time.Date(2027, 3, 10, 13, 0, 0, 0, time.FixedZone("", 3600))
	got := n.Notice("house", "arn:t", at)
	text, err := json.Marshal(got)
	want := `{"specversion":"1.0","id":"` + got.ID + `","source":"/pipelines/house","type":"dev.axle.update.available.v1","subject":"pp-1","time":"2027-03-10T12:00:00Z","datacontenttype":"application/json",` +
		`"data":{"product":"vpc","version":"1.9.0","newest":"1.10.0","severity":"normal","account":"333333333333","region":"eu-west-1","provisioned_product":"mine","provisioned_product_id":"pp-1"}}`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
	same := n
	same.Deadline, same.Owner = "2027-04-01", "somebody"
	if same.Notice("house", "arn:t", at.Add(time.Hour)).ID != got.ID {
		t.Error("the same news has two ids")
	}
	for name, change := range map[string]func(*catalog.News){
		"a newer version":   func(n *catalog.News) { n.Newest = "1.11.0" },
		"another product":   func(n *catalog.News) { n.Product = "vpc2" },
		"somebody else's":   func(n *catalog.News) { n.ProvisionedID = "pp-2" },
		"another event":     func(n *catalog.News) { n.Event = "version.deprecated" },
		"in another region": func(n *catalog.News) { n.Region = "us-east-1" },
	} {
		other := n
		change(&other)
		if other.Notice("house", "arn:t", at).ID == got.ID {
			t.Errorf("%s is told under the same id", name)
		}
	}
	if n.Notice("house", "arn:u", at).ID == got.ID {
		t.Error("two topics share an id: one would not be told")
	}
}

// S15: who runs an older version than it may is told, with the date it has; what enforced keeps in
// a range is told of that range's newest alone.
func TestUpdates(t *testing.T) {
	for _, c := range []struct {
		name, version, changes, within string
		newest, severity, deadline     string
	}{
		{name: "the newest", version: "1.10.0"},
		{name: "an older one", version: "1.9.0", changes: "Faster\nmore", newest: "1.10.0", severity: "normal"},
		{name: "a security fault is mended", version: "1.9.0", changes: "security: CVE", newest: "1.10.0", severity: "security"},
		{name: "deprecated, with its date", version: "1.0.0", newest: "1.10.0", severity: "normal", deadline: "2027-03-31"},
		{name: "enforced: it may run no other", version: "1.9.0", within: "<1.10"},
		{name: "enforced: the newest of its range, of which changes say nothing", version: "1.0.0", changes: "Security: CVE", within: "<1.10", newest: "1.9.0", severity: "normal", deadline: "2027-03-31"},
		{name: "newer than what was published", version: "5.0.0"},
		{name: "no version", version: "latest"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fleetOf(nil)
			if c.within != "" {
				f = fleetOf(enforcedBy(c.within, catalog.SpokeSelector{All: true}))
			}
			p := *f.Products[0]
			p.Version, p.Changes = "1.10.0", c.changes
			rows := f.Rows([]catalog.Reading{{Spoke: catalog.Spoke{Account: "333333333333", Region: "eu-west-1"}, Launched: []catalog.Launched{{ID: "pp-1", Name: "mine", Product: "prod-1", ProductName: "vpc", Version: c.version, State: "AVAILABLE"}}}})
			var got catalog.News
			for _, n := range catalog.Updates(rows, &p) {
				got = n
			}
			if got.Newest != c.newest || got.Severity != c.severity || got.Deadline != c.deadline {
				t.Errorf("%+v", got)
			}
		})
	}
}

// A version that product.yaml itself takes back is no news; one that is deprecated in two regions is one.
func TestPublicationAndDeprecations(t *testing.T) {
	p := &products.File{Name: "vpc", Version: "1.10.0"}
	if n := catalog.Publication(p); len(n) != 1 || n[0].Version != "1.10.0" {
		t.Errorf("%+v", n)
	}
	hub := catalog.Catalog{Products: []catalog.Product{vpc("eu-west-1"), vpc("us-east-1")}}
	p.Lifecycle.Deprecated = []products.Deprecated{{Version: "1.0.0", Reason: "old", Successor: "1.10.0", Until: "2027-03-31"}}
	want := catalog.News{Event: "version.deprecated", Product: "vpc", Version: "1.0.0", Newest: "1.10.0", Severity: "normal", Reason: "old", Deadline: "2027-03-31"}
	if n := catalog.Deprecations(hub, p); len(n) != 1 || n[0] != want {
		t.Errorf("%+v", n)
	}
	p.Lifecycle.Retired = []string{"1.10.0"}
	if n := catalog.Publication(p); n != nil {
		t.Errorf("%+v", n)
	}
	p.Lifecycle.Retired, p.Lifecycle.Deprecated = nil, []products.Deprecated{{Version: "1.10.0"}}
	if n := catalog.Publication(p); n != nil {
		t.Errorf("%+v", n)
	}
}
