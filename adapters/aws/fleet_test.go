package aws_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// fleetBed is a hub with so many spokes, in two regions.
func fleetBed(t *testing.T, start string) *bed {
	t.Helper()
	s, err := sandbox.New(world.Memory(), sandbox.Options{Wall: time.Now, Seed: []byte(start), Start: start})
	if err != nil {
		t.Fatal(err)
	}
	b := newBed(t)
	b.sandbox, b.wire = s, &wire{next: s.Transport()}
	b.session = b.newSession()
	b.files.Hub.Regions = []string{"eu-west-1", "us-east-1"}
	b.files.Spokes = []catalog.SpokeFile{{OrganizationalUnit: "ou-ab12-11111111"}}
	return b
}

// CAT-75: of 100 spokes in two regions one cannot be read: it is unknown there, the others are
// as they are, and each costs one call a region.
func TestFleetOfAHundred(t *testing.T) {
	b := fleetBed(t, "fleet 100x2")
	have := b.publish(b.want("1.0.0")).Have
	org, err := aws.NewOrganization(b.session, hubAccount, "CatalogHubPublisher").Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var members []string
	for _, a := range org.Accounts {
		if strings.HasPrefix(a.Name, "spoke-") {
			members = append(members, a.ID)
		}
	}
	b.files.Spokes = append(b.files.Spokes, catalog.SpokeFile{Account: document.AccountID(members[7]), Role: "Absent"})
	all, err := catalog.Spokes(b.files, org)
	if err != nil || len(all) != 200 {
		t.Fatalf("%d spokes, %v", len(all), err)
	}
	user := catalog.User{Account: members[3], Role: "CatalogBuilder", Region: "us-east-1"}
	if _, err := aws.NewLauncher(b.session).Launch(t.Context(), catalog.LaunchRequest{User: user, Product: "bucket", Version: "1.0.0", Name: "mine"}); err != nil {
		t.Fatal(err)
	}
	mark := b.mark()
	fleet := aws.NewFleet(b.session)
	readings, err := fleet.Read(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]int{}
	for _, r := range (catalog.Fleet{File: b.files, Have: have, Org: org, Now: fleet.Now()}).Rows(readings) {
		words[r.Word]++
		if (r.Word == catalog.Unknown) != (r.Account == members[7]) {
			t.Errorf("%+v", r)
		}
		if r.Word == catalog.UpToDate && (r.Account != user.Account || r.Provisioned != "mine" || r.State != "AVAILABLE" || !strings.HasSuffix(r.Owner, "role/CatalogBuilder")) {
			t.Errorf("%+v", r)
		}
	}
	if words[catalog.Unknown] != 2 || words[catalog.UpToDate] != 1 || words[catalog.None] != 197 {
		t.Errorf("rows: %v", words)
	}
	calls := map[string]int{}
	for _, c := range b.since(mark) {
		calls[c.Operation]++
	}
	if calls["SearchProvisionedProducts"] != 198 || len(calls) != 2 {
		t.Errorf("calls: %v", calls)
	}
}

// CT-17: a spoke's list goes on over pages; where one of them fails there is no list, half of it is
// not what the spoke has.
func TestFleetByPages(t *testing.T) {
	first := fault{status: 200, body: `{"ProvisionedProducts":[{"Id":"pp-1","Name":"one","Status":"AVAILABLE"}],"NextPageToken":"2"}`}
	last := fault{status: 200, body: `{"ProvisionedProducts":[{"Id":"pp-2","Name":"two","Status":"TAINTED","StatusMessage":"why"}]}`}
	cases := []struct {
		name  string
		pages []fault
		names string
		code  string
	}{
		{"two pages", []fault{first, last}, "one two", ""},
		{"the second is refused", []fault{first, {status: 400, code: "AccessDeniedException"}}, "", "AXLE4200"},
		{"the same page again and again", []fault{first, first, first}, "", "AXLE3208"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBed(t)
			b.wire.set(func(op string, nth int) fault {
				if op == "SearchProvisionedProducts" {
					return c.pages[nth-1]
				}
				return fault{}
			})
			spokes := []catalog.Spoke{{Account: builder.Account, Role: builder.Role, Region: builder.Region}, {Account: "666666666666", Why: "the account is suspended"}}
			got, err := aws.NewFleet(b.session).Read(t.Context(), spokes)
			if err != nil || len(got) != 2 || got[1].Err != nil || got[1].Launched != nil {
				t.Fatalf("%+v, %v", got, err)
			}
			var names []string
			for _, l := range got[0].Launched {
				names = append(names, l.Name)
			}
			if strings.Join(names, " ") != c.names || document.CodeOf(got[0].Err) != c.code {
				t.Errorf("%v, %v", names, got[0].Err)
			}
		})
	}
}

// E10, E13: what was done in a spoke is all of its records, over pages of twenty; a spoke whose list
// cannot be read has none and says why, and where nothing runs nobody has to be asked.
func TestFleetRemembers(t *testing.T) {
	b := fleetBed(t, "fleet 3x1")
	b.files.Hub.Regions = []string{"eu-west-1"}
	b.publish(b.want("1.0.0"))
	org, err := aws.NewOrganization(b.session, hubAccount, "CatalogHubPublisher").Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all, err := catalog.Spokes(b.files, org)
	if err != nil || len(all) < 3 {
		t.Fatalf("%d spokes, %v", len(all), err)
	}
	const launches = 21
	for n := range launches {
		user := catalog.User{Account: all[0].Account, Role: "CatalogBuilder", Region: "eu-west-1"}
		if _, err := aws.NewLauncher(b.session).Launch(t.Context(), catalog.LaunchRequest{User: user, Product: "bucket", Version: "1.0.0", Name: fmt.Sprint("mine-", n)}); err != nil {
			t.Fatal(err)
		}
	}
	fleet := aws.NewFleet(b.session)
	all[1].Role = "Absent"
	for running, calls := range map[bool]int{true: 2, false: 3} {
		readings := []catalog.Reading{{Spoke: all[0], Launched: make([]catalog.Launched, launches)}, {Spoke: all[1], Launched: make([]catalog.Launched, 1)}, {Spoke: all[2]}}
		mark := b.mark()
		if err := fleet.Remember(t.Context(), readings, running); err != nil {
			t.Fatal(err)
		}
		asked := 0
		for _, c := range b.since(mark) {
			if c.Operation == "ListRecordHistory" {
				asked++
			}
		}
		if asked != calls {
			t.Errorf("only what runs %t: %d calls, want %d", running, asked, calls)
		}
		names := map[string]bool{}
		for _, r := range readings[0].Past {
			names[r.Name] = true
			if r.Type != "PROVISION_PRODUCT" || r.Status != "SUCCEEDED" || r.Artifact == "" || r.Product == "" || r.Created.IsZero() || r.Updated.Before(r.Created) {
				t.Errorf("%+v", r)
			}
		}
		if len(names) != launches || readings[1].Err == nil || readings[1].Past != nil || readings[2].Err != nil || len(readings[2].Past) != 0 {
			t.Errorf("%d names, %v, %v", len(names), readings[1].Err, readings[2])
		}
	}
}
