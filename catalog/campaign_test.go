package catalog_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// runs is a spoke of two, with what it runs of vpc.
func runs(account, ring string, all ...catalog.Launched) catalog.Reading {
	for i := range all {
		all[i].ID, all[i].Product = "pp-"+all[i].Name, "prod-1"
	}
	return catalog.Reading{Spoke: catalog.Spoke{Account: account, Region: "eu-west-1", Role: "Builder", Tags: []string{"ring:" + ring}}, Launched: all}
}

func running(name, version, state string) catalog.Launched {
	return catalog.Launched{Name: name, Version: version, State: state}
}

// CAT-77: whom a campaign moves, in which wave, and what it leaves as it is and why.
func TestMuster(t *testing.T) {
	canary := catalog.Wave{Name: "canary", Spokes: &catalog.SpokeSelector{Tags: []string{"ring:canary"}}, Bake: 60}
	fleet := []catalog.Reading{
		runs(first, "canary", running("a", "1.9.0", "AVAILABLE"), running("b", "1.10.0", "AVAILABLE"), running("c", "1.10.0", "TAINTED"), running("d", "1.0.0", "ERROR")),
		runs(second, "rest", running("e", "0.9.0", "AVAILABLE"), running("f", "1.9.0", "UNDER_CHANGE")),
		{Spoke: catalog.Spoke{Account: "555555555555", Region: "eu-west-1"}, Err: errors.New("no such role")},
		{Spoke: catalog.Spoke{Account: "666666666666", Region: "eu-west-1", Why: "the account is suspended"}},
	}
	const blind = "555555555555 : it was not read: what it runs is unknown: no such role"
	cases := []struct {
		name     string
		ask      catalog.Campaign
		sel      *catalog.SpokeSelector
		enforced map[string]catalog.Enforced
		want     []string
		stays    []string
		code     string
	}{
		{name: "everybody who is behind, or TAINTED", ask: catalog.Campaign{To: "1.10.0"}, want: []string{"a 333333333333 all", "c 333333333333 all", "e 444444444444 all"},
			stays: []string{"333333333333 d: it is ERROR, and was never launched whole: terminate it", "444444444444 f: it is UNDER_CHANGE: somebody is at it", blind}},
		{name: "by waves; who is in none comes last", ask: catalog.Campaign{To: "1.10.0", From: ">=1.9", Waves: []catalog.Wave{canary}}, want: []string{"a 333333333333 canary", "c 333333333333 canary"},
			stays: []string{"333333333333 d: it is ERROR, and was never launched whole: terminate it", "444444444444 e: it has 0.9.0, which is not in >=1.9", "444444444444 f: it is UNDER_CHANGE: somebody is at it", blind}},
		{name: "the rest has a wave of its own", ask: catalog.Campaign{To: "1.10.0", Waves: []catalog.Wave{canary}}, sel: &catalog.SpokeSelector{Accounts: []document.AccountID{second}}, want: []string{"e 444444444444 rest"},
			stays: []string{"444444444444 f: it is UNDER_CHANGE: somebody is at it"}},
		{name: "what enforced would take back", ask: catalog.Campaign{To: "1.10.0"}, sel: &catalog.SpokeSelector{Tags: []string{"ring:rest"}}, enforced: enforcedBy("<1", *everySpoke),
			stays: []string{"444444444444 e: enforced net keeps it in <1, and would take it back", "444444444444 f: it is UNDER_CHANGE: somebody is at it"}},
		{name: "to a version that is not there", ask: catalog.Campaign{To: "3.0.0"}, code: "AXLE2753"},
		{name: "to a retired one", ask: catalog.Campaign{To: "0.9.0"}, code: "AXLE2754"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.ask.Product, c.ask.Name = "vpc", "vpc"
			got, err := fleetOf(c.enforced).Muster(c.ask, c.sel, fleet)
			if document.CodeOf(err) != c.code {
				t.Fatalf("%v, want %s", err, c.code)
			}
			if err != nil {
				return
			}
			var marks, stays []string
			for _, m := range got.Marks {
				marks = append(marks, m.Name+" "+m.Account+" "+got.Waves[m.Wave].Name)
			}
			for _, s := range got.Stays {
				stays = append(stays, s.Account+" "+s.Name+": "+s.Why)
			}
			equal(t, "moved", marks, c.want)
			equal(t, "left", stays, c.stays)
		})
	}
}

// CAT-77 CLI-34: the token is of what was shown: another target, version or preview has another.
func TestCampaignToken(t *testing.T) {
	muster := func(change func(*catalog.Campaign), fleet ...catalog.Reading) string {
		c, err := fleetOf(nil).Muster(catalog.Campaign{Product: "vpc", To: "1.10.0"}, nil, fleet)
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(&c)
		}
		return c.Token()
	}
	one, two := runs(first, "rest", running("a", "1.9.0", "AVAILABLE")), runs(second, "rest", running("b", "1.9.0", "AVAILABLE"))
	shown := muster(nil, one, two)
	if again := muster(nil, one, two); again != shown || len(shown) != 12 {
		t.Errorf("the same: %s, then %s", shown, again)
	}
	for name, other := range map[string]string{
		"one less": muster(nil, one), "moved meanwhile": muster(nil, one, runs(second, "rest", running("b", "1.0.0", "AVAILABLE"))),
		"back to where it was": muster(nil, one, runs(second, "rest", catalog.Launched{Name: "b", Version: "1.9.0", State: "AVAILABLE", Record: "rec-2"})),
		"critical":             muster(func(c *catalog.Campaign) { c.Critical = true }, one, two),
		"a resource would be replaced": muster(func(c *catalog.Campaign) {
			c.Previews = []catalog.Preview{{Key: "x", Changes: []catalog.ResourceChange{{Action: "MODIFY", ID: "Db", Replacement: "TRUE"}}}}
		}, one, two),
	} {
		if other == shown {
			t.Errorf("%s: the same token", name)
		}
	}
}

// CAT-77: of fifty at 2 % the second that ends TAINTED stops the campaign; nothing new begins.
func TestCampaignStops(t *testing.T) {
	var all []catalog.Launched
	for i := range 50 {
		all = append(all, running(fmt.Sprintf("n%02d", i), "1.9.0", "AVAILABLE"))
	}
	c, err := fleetOf(nil).Muster(catalog.Campaign{Product: "vpc", To: "1.10.0", Waves: []catalog.Wave{{Name: "all", Spokes: everySpoke, MaxFailures: "2%", MaxParallel: 5}}}, nil, []catalog.Reading{runs(first, "rest", all...)})
	if err != nil {
		t.Fatal(err)
	}
	r := c.Rollout()
	begun := 0
	for {
		turn := r.Next(now)
		if turn.End != "" {
			if turn.End != catalog.Stopped || begun >= 50 {
				t.Errorf("%s after %d: %s", turn.End, begun, turn.Why)
			}
			return
		}
		for _, target := range turn.Start {
			begun++
			state := catalog.Verified
			if begun == 7 || begun == 13 {
				state = catalog.Broken
			}
			r.Record(target.Key, catalog.Outcome{State: state, At: now})
		}
	}
}

// Sample shows one of each region and version, or all; a launch of a mark is its own.
func TestCampaignSample(t *testing.T) {
	c := catalog.Campaign{Product: "vpc", Name: "vpc", To: "2.0.0", Marks: []catalog.Mark{
		{ID: "pp-1", Region: "eu-west-1", Version: "1.0.0", Name: "a"}, {ID: "pp-2", Region: "eu-west-1", Version: "1.0.0"}, {ID: "pp-3", Region: "eu-west-1", Version: "1.1.0"}, {ID: "pp-4", Region: "us-east-1", Version: "1.0.0"}}}
	if some, all := c.Sample(false), c.Sample(true); len(some) != 3 || len(all) != 4 {
		t.Errorf("%d of %d", len(some), len(all))
	}
	if l, ok := c.Launch(c.Marks[0].Key()); !ok || l.ID != "pp-1" || l.Version != "2.0.0" || l.Name != "a" || l.Parameters != nil {
		t.Errorf("%+v", l)
	}
	if _, ok := c.Launch("pp-9"); ok {
		t.Error("a stranger is one of it")
	}
}

// CAT-78: a plan that retires a version says who runs it and what moves them first; what was not
// read is unknown and not nobody.
func TestRetiring(t *testing.T) {
	retire := func(version string, active bool) catalog.Change {
		return catalog.Change{Verb: catalog.Update, Kind: catalog.KindVersion, Region: "eu-west-1", Product: "vpc", Version: &catalog.Version{Name: version, Active: active}}
	}
	many := runs(second, "rest")
	for i := range 7 {
		many.Launched = append(many.Launched, catalog.Launched{Name: fmt.Sprintf("n%d", i), Product: "prod-1", Version: "1.9.0"})
	}
	unread := catalog.Reading{Spoke: many.Spoke, Err: errors.New("down")}
	one := runs(first, "rest", running("a", "1.9.0", "AVAILABLE"), running("b", "1.10.0", "AVAILABLE"))
	const todo = "; move them first: axle campaign create --product vpc --from 1.9.0 --to VERSION"
	cases := []struct {
		name     string
		change   catalog.Change
		readings []catalog.Reading
		want     string
	}{
		{"somebody runs it", retire("1.9.0", false), []catalog.Reading{one}, "retires vpc 1.9.0, which is still run as a in 333333333333 eu-west-1" + todo},
		{"many do", retire("1.9.0", false), []catalog.Reading{many}, "retires vpc 1.9.0, which is still run as n0 in 444444444444 eu-west-1, n1 in 444444444444 eu-west-1, n2 in 444444444444 eu-west-1, n3 in 444444444444 eu-west-1, n4 in 444444444444 eu-west-1 and 2 more" + todo},
		{"nobody knows", retire("1.9.0", false), []catalog.Reading{unread}, "retires vpc 1.9.0; unknown who runs it in 444444444444 eu-west-1, which was not read" + todo},
		{"nobody runs it", retire("1.0.0", false), []catalog.Reading{one, many}, ""},
		{"it is deprecated only", retire("1.9.0", true), []catalog.Reading{one}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, r := range catalog.Retiring([]catalog.Change{c.change}, agencyHub(), c.readings) {
				got = append(got, r.What)
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "\n"), c.want)
			}
		})
	}
}

// CAT-15: a campaign under way needs the version it moves to, and those that it has yet to move from.
func TestCampaignNeeds(t *testing.T) {
	b := catalog.Begun{ID: "campaign-1", Campaign: catalog.Campaign{Product: "vpc", To: "2.0.0", Waves: []catalog.Wave{{Name: "all"}}, Marks: []catalog.Mark{{ID: "a", Version: "1.0.0"}, {ID: "b", Version: "1.1.0"}}}}
	half := b.Rollout()
	half.Record(b.Marks[0].Key(), catalog.Outcome{State: catalog.Verified, At: now})
	done := b.Rollout()
	for _, m := range b.Marks {
		done.Record(m.Key(), catalog.Outcome{State: catalog.Verified, At: now})
	}
	for _, c := range []struct {
		name, product, version string
		rollout                catalog.Rollout
		want                   string
	}{
		{"to it", "vpc", "2.0.0", half, "campaign-1 moves to it"},
		{"from it", "vpc", "1.1.0", half, "campaign-1 moves from it"},
		{"all of it has moved", "vpc", "1.0.0", half, ""},
		{"another product", "log", "2.0.0", half, ""},
		{"finished", "vpc", "2.0.0", done, ""},
	} {
		if got := b.Needs(c.product, c.version, c.rollout); got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
