package catalog_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

const (
	first  = "333333333333" // spokes under ou-1
	second = "444444444444"
)

var everySpoke = &catalog.SpokeSelector{All: true}

// agency is a fleet of two spokes where logs is enforced before net.
func agency(change func(*catalog.File)) *catalog.File {
	f := &catalog.File{Enforced: map[string]catalog.Enforced{
		"net":  {Product: "vpc", Version: "<1.10", Spokes: everySpoke, DependsOn: []string{"logs"}, Parameters: map[string]string{"Cidr": "10.0.0.0/20"}},
		"logs": {Product: "log", Version: "*", Spokes: everySpoke, Role: "AxleLauncher"},
	}}
	if change != nil {
		change(f)
	}
	return f
}

func agencyHub() catalog.Catalog {
	return catalog.Catalog{Products: []catalog.Product{
		{Region: "eu-west-1", Key: "log", ID: "prod-2", Name: "log", Versions: []catalog.Version{{ID: "pa-1", Name: "1.0.0", Digest: "sha256:1", Active: true, Guidance: "DEFAULT"}}},
		vpc("eu-west-1"),
	}}
}

func agencySpokes() []catalog.Spoke {
	return []catalog.Spoke{
		{Account: first, Region: "eu-west-1", Role: "Builder", Tags: []string{"ring:canary"}},
		{Account: second, Region: "eu-west-1", Role: "Builder", Tags: []string{"ring:rest"}},
		{Account: "666666666666", Region: "eu-west-1", Role: "Builder", Why: "the account is suspended"},
	}
}

func enforceAgency(f *catalog.File, all ...*products.File) catalog.Enforcement {
	return catalog.Enforce(f, "", all, agencyHub(), catalog.Organization{}, agencySpokes())
}

func launchLines(all []catalog.Launch) (lines []string) {
	for _, l := range all {
		line := fmt.Sprintf("%s %s as %s %s %v", l.Key(), l.Version, l.Role, l.Name, l.Parameters)
		if len(l.After) > 0 {
			line += " after " + strings.Join(l.After, ",")
		}
		if l.Terminated {
			line += " terminated"
		}
		lines = append(lines, line)
	}
	return lines
}

func unmetLines(all []catalog.Unmet) (lines []string) {
	for _, u := range all {
		lines = append(lines, u.Code+" "+u.String())
	}
	return lines
}

// CAT-80 CAT-64 S8: each active spoke that an entry selects is to have the highest active version
// in the entry's range; what others depend on comes first.
func TestEnforce(t *testing.T) {
	cases := []struct {
		name   string
		change func(*catalog.File)
		files  []*products.File
		want   []string
		unmet  []string
	}{
		{name: "two entries in two spokes, and not in the suspended one", want: []string{
			"logs 333333333333 eu-west-1 1.0.0 as AxleLauncher axle-logs map[]",
			"logs 444444444444 eu-west-1 1.0.0 as AxleLauncher axle-logs map[]",
			"net 333333333333 eu-west-1 1.9.0 as Builder axle-net map[Cidr:10.0.0.0/20] after logs",
			"net 444444444444 eu-west-1 1.9.0 as Builder axle-net map[Cidr:10.0.0.0/20] after logs"}},
		{name: "a range above all: deprecated, retired and foreign versions do not count", change: func(f *catalog.File) { f.Enforced = enforcedBy(">=2", *everySpoke) },
			unmet: []string{"AXLE2742 333333333333 eu-west-1: enforced net: no active version of vpc in eu-west-1 lies in >=2",
				"AXLE2742 444444444444 eu-west-1: enforced net: no active version of vpc in eu-west-1 lies in >=2"}},
		{name: "a product that is not published yet", change: func(f *catalog.File) {
			f.Enforced = map[string]catalog.Enforced{"dns": {Product: "dns", Version: "*", Spokes: &catalog.SpokeSelector{Accounts: []document.AccountID{first}}}}
		}, unmet: []string{"AXLE2746 333333333333 eu-west-1: enforced dns: dns is not published in eu-west-1"}},
		{name: "what it depends on is not enforced there", change: func(f *catalog.File) {
			e := f.Enforced["logs"]
			e.Spokes = &catalog.SpokeSelector{Tags: []string{"ring:canary"}}
			f.Enforced["logs"] = e
		}, want: []string{"logs 333333333333 eu-west-1 1.0.0 as AxleLauncher axle-logs map[]",
			"net 333333333333 eu-west-1 1.9.0 as Builder axle-net map[Cidr:10.0.0.0/20] after logs"},
			unmet: []string{"AXLE2741 444444444444 eu-west-1: enforced net: it depends on logs, which is not enforced there"}},
		{name: "product.yaml's fixed values go along where it is of that version", change: func(f *catalog.File) {
			f.Enforced = enforcedBy("1.9.0", catalog.SpokeSelector{Tags: []string{"ring:rest"}})
		},
			files: []*products.File{{Name: "vpc", Version: "1.9.0", Parameters: map[string]products.Parameter{"Bucket": {Fixed: new("logs")}, "Path": {Fixed: new("${ssm:/x}")}}}},
			want:  []string{"net 444444444444 eu-west-1 1.9.0 as Builder axle-net map[Bucket:logs]"}},
		{name: "terminated: those that depend on it go first", change: func(f *catalog.File) {
			for key, e := range f.Enforced {
				e.State, e.Spokes, e.Name = "terminated", &catalog.SpokeSelector{Accounts: []document.AccountID{first}}, "its-"+key
				f.Enforced[key] = e
			}
		}, want: []string{"logs 333333333333 eu-west-1  as AxleLauncher its-logs map[] after net terminated", "net 333333333333 eu-west-1  as Builder its-net map[] terminated"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := enforceAgency(agency(c.change), c.files...)
			equal(t, "launches", launchLines(got.Launches), c.want)
			equal(t, "unmet", unmetLines(got.Unmet), c.unmet)
		})
	}
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n  %s\nwant:\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// CAT-80: the version that this very plan publishes counts, and one that it retires does not.
func TestBecome(t *testing.T) {
	want := catalog.Catalog{Products: []catalog.Product{
		{Region: "eu-west-1", Key: "vpc", Versions: []catalog.Version{{Name: "1.10.0"}, {Name: "1.11.0", Digest: "sha256:9", Active: true, Guidance: "DEFAULT"}}},
		{Region: "eu-west-1", Key: "new", Versions: []catalog.Version{{Name: "1.0.0", Digest: "sha256:9", Active: true, Guidance: "DEFAULT"}, {Name: "0.1.0", Guidance: "DEPRECATED"}}},
	}}
	got := catalog.Become(want, agencyHub())
	for _, c := range []struct{ product, within, newest string }{
		{"vpc", "", "1.11.0"}, {"vpc", "<1.11", "1.9.0"}, {"vpc", "1.0.0", "1.0.0"}, {"log", "", "1.0.0"}, {"new", "", "1.0.0"},
	} {
		if is := got.Product("eu-west-1", c.product).Newest(c.within); is != c.newest {
			t.Errorf("%s %s: %q, want %q", c.product, c.within, is, c.newest)
		}
	}
	if id := got.Product("eu-west-1", "vpc").ID; id != "prod-1" {
		t.Errorf("its id is %q", id)
	}
}

// spokeHas is a reading of the first spoke.
func spokeHas(all ...catalog.Launched) catalog.Reading {
	return catalog.Reading{Spoke: agencySpokes()[0], Launched: all}
}

// CAT-80 CAT-82 CT-19: what a plan does about what a spoke has under a launch's name.
func TestPlanLaunches(t *testing.T) {
	l := catalog.Launch{Entry: "net", Account: first, Region: "eu-west-1", Role: "Builder", Product: "vpc", ProductID: "prod-1", ProductName: "vpc",
		Version: "1.9.0", VersionID: "pa-19", Name: "axle-net", Parameters: map[string]string{"Cidr": "a", "Key": "k"}}
	gone := l
	gone.Terminated = true
	has := func(change func(*catalog.Launched)) catalog.Launched {
		one := catalog.Launched{ID: "pp-1", Name: "axle-net", Product: "prod-1", ProductName: "vpc", Version: "1.9.0", VersionID: "pa-19", State: "AVAILABLE",
			Parameters: map[string]string{"Cidr": "a", "Key": "****", "Other": "x"}}
		if change != nil {
			change(&one)
		}
		return one
	}
	state := func(state string) catalog.Reading {
		return spokeHas(has(func(l *catalog.Launched) { l.State, l.Message = state, "because" }))
	}
	cases := []struct {
		name    string
		launch  catalog.Launch
		reading catalog.Reading
		want    string
	}{
		{"nothing there", l, spokeHas(), "333333333333 eu-west-1: create launch axle-net of vpc 1.9.0, Cidr=a, Key=k"},
		{"as wanted; a masked value is not compared", l, spokeHas(has(nil)), ""},
		{"a stranger of another name stays", l, spokeHas(has(func(l *catalog.Launched) { l.Name = "mine" })), "333333333333 eu-west-1: create launch axle-net of vpc 1.9.0, Cidr=a, Key=k"},
		{"another version", l, spokeHas(has(func(l *catalog.Launched) { l.Version, l.VersionID = "1.0.0", "pa-10" })), "333333333333 eu-west-1: update launch axle-net of vpc: 1.0.0 → 1.9.0"},
		{"the same name on another version id", l, spokeHas(has(func(l *catalog.Launched) { l.VersionID = "pa-x" })), "333333333333 eu-west-1: update launch axle-net of vpc: 1.9.0 → 1.9.0"},
		{"another parameter in git", l, spokeHas(has(func(l *catalog.Launched) { l.Parameters = map[string]string{"Cidr": "b", "Key": "k"} })), "333333333333 eu-west-1: update launch axle-net of vpc: Cidr=b → Cidr=a"},
		{"under change", l, state("UNDER_CHANGE"), "333333333333 eu-west-1: update launch axle-net of vpc: 1.9.0, under change → 1.9.0, Cidr=a, Key=k"},
		{"tainted", l, state("TAINTED"), "AXLE2743 333333333333 eu-west-1: enforced net: axle-net (pp-1) is TAINTED: because"},
		{"in error", l, state("ERROR"), "AXLE2743 333333333333 eu-west-1: enforced net: axle-net (pp-1) is ERROR: because"},
		{"somebody's plan", l, state("PLAN_IN_PROGRESS"), "AXLE2743 333333333333 eu-west-1: enforced net: axle-net (pp-1) is PLAN_IN_PROGRESS: because"},
		{"of another product", l, spokeHas(has(func(l *catalog.Launched) { l.Product, l.ProductName = "prod-9", "theirs" })), "AXLE2744 333333333333 eu-west-1: enforced net: axle-net (pp-1) there is of product theirs"},
		{"not read", l, catalog.Reading{Spoke: agencySpokes()[0], Err: errors.New("no such role")}, "AXLE3300 333333333333 eu-west-1: enforced net: the spoke was not read: what runs there is unknown: no such role"},
		{"of another spoke", l, catalog.Reading{Spoke: agencySpokes()[1]}, "AXLE3300 333333333333 eu-west-1: enforced net: the spoke was not read: what runs there is unknown: it was not asked"},
		{"to be gone, and there, whatever its state", gone, state("ERROR"), "333333333333 eu-west-1: delete launch axle-net of vpc: 1.9.0"},
		{"to be gone, and gone", gone, spokeHas(), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			plan := catalog.PlanLaunches(catalog.Enforcement{Launches: []catalog.Launch{c.launch}}, []catalog.Reading{c.reading})
			got := append(catalog.Summary(plan.Changes), unmetLines(plan.Unmet)...)
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "\n"), c.want)
			}
			for _, u := range plan.Unmet {
				if u.Hint == "" {
					t.Error("it does not say what to do")
				}
			}
		})
	}
}

// CAT-82: an entry that leaves enforced leaves what it launched.
func TestEntryRemoved(t *testing.T) {
	running := spokeHas(catalog.Launched{ID: "pp-1", Name: "axle-net", Product: "prod-1", Version: "1.9.0", State: "AVAILABLE"})
	f := agency(func(f *catalog.File) { f.Enforced = nil })
	if plan := catalog.PlanLaunches(enforceAgency(f), []catalog.Reading{running}); len(plan.Changes)+len(plan.Unmet) > 0 {
		t.Errorf("%+v", plan)
	}
}

// CAT-81: what a launch waits for, by account and region; a failure holds back its dependants there
// and nothing else, also where another run sees to it.
func TestEffect(t *testing.T) {
	f := agency(nil)
	readings := []catalog.Reading{{Spoke: agencySpokes()[0]},
		{Spoke: agencySpokes()[1], Launched: []catalog.Launched{{ID: "pp-2", Name: "axle-logs", Product: "prod-2", Version: "1.0.0", VersionID: "pa-1", State: "ERROR"}}}}
	waves := []catalog.Wave{{Name: "canary", Spokes: &catalog.SpokeSelector{Tags: []string{"ring:canary"}}}}
	plan := func(product string, readings ...catalog.Reading) catalog.LaunchPlan {
		return catalog.PlanLaunches(catalog.Enforce(f, product, nil, agencyHub(), catalog.Organization{}, agencySpokes()), readings)
	}
	logged := spokeHas(catalog.Launched{Name: "axle-logs", State: "AVAILABLE"})
	cases := []struct {
		name string
		plan catalog.LaunchPlan
		want []string
	}{
		{"all", plan("", readings...), []string{"start logs 333333333333 eu-west-1", "then net 333333333333 eu-west-1",
			"block net 444444444444 eu-west-1: it comes after logs 444444444444 eu-west-1, which is failed"}},
		{"a run of vpc: logs are another's to launch", plan("vpc", readings...), []string{
			"block net 333333333333 eu-west-1: it comes after logs 333333333333 eu-west-1, which is failed",
			"block net 444444444444 eu-west-1: it comes after logs 444444444444 eu-west-1, which is failed"}},
		{"a run of vpc, where logs stand in one spoke", plan("vpc", logged, readings[1]), []string{"start net 333333333333 eu-west-1",
			"block net 444444444444 eu-west-1: it comes after logs 444444444444 eu-west-1, which is failed"}},
		{"a run of log", plan("log", readings...), []string{"start logs 333333333333 eu-west-1"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			equal(t, "steps", carryOut(c.plan.Effect(waves, catalog.Organization{}, agencySpokes())), c.want)
		})
	}
}

// carryOut goes through a rollout in which everything that starts is verified, and tells its steps.
func carryOut(r catalog.Rollout) (steps []string) {
	word := "start "
	for {
		turn := r.Next(now)
		if len(turn.Start)+len(turn.Block) == 0 {
			return steps
		}
		for _, target := range turn.Start {
			r.Record(target.Key, catalog.Outcome{State: catalog.Verified, At: now})
			steps, word = append(steps, word+target.Key), "then "
		}
		for key, why := range turn.Block {
			r.Record(key, catalog.Outcome{State: catalog.Blocked, Why: why})
			steps = append(steps, "block "+key+": "+why)
		}
	}
}

// CAT-50 CAT-64: what was approved may be done, also by a run that goes on after a crash; what
// arrived since is withheld; what differs is refused with both digests.
func TestPermitted(t *testing.T) {
	launch := func(account, version string) catalog.Change {
		l := &catalog.Launch{Entry: "net", Account: account, Region: "eu-west-1", Product: "vpc", Version: version, Name: "axle-net"}
		return catalog.Change{Verb: catalog.Create, Kind: catalog.KindLaunch, Account: account, Region: "eu-west-1", Product: "vpc", Launch: l}
	}
	again := launch(first, "1.9.0")
	again.Verb, again.Launch.ID, again.Launch.State = catalog.Update, "pp-1", "UNDER_CHANGE"
	approved := []catalog.Change{{Verb: catalog.Create, Kind: catalog.KindPortfolio, Portfolio: "net"}, launch(first, "1.9.0")}
	cases := []struct {
		name          string
		plan          []catalog.Change
		may, withheld int
		code          string
	}{
		{"the same", []catalog.Change{launch(first, "1.9.0")}, 1, 0, ""},
		{"begun, and interrupted", []catalog.Change{again}, 1, 0, ""},
		{"done", nil, 0, 0, ""},
		{"an account that arrived since", []catalog.Change{launch(first, "1.9.0"), launch(second, "1.9.0")}, 1, 1, ""},
		{"another version", []catalog.Change{launch(first, "1.10.0")}, 0, 0, "AXLE2748"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			may, withheld, err := catalog.Permitted(approved, c.plan)
			if len(may) != c.may || len(withheld) != c.withheld || document.CodeOf(err) != c.code {
				t.Errorf("%d, %d, %v", len(may), len(withheld), err)
			}
		})
	}
}

// Whom a run reads for what is enforced: nobody, where nothing of its product is; else the spokes of
// its launches, and of those that they may come after.
func TestSpokesOfEnforcement(t *testing.T) {
	elsewhere := agency(func(f *catalog.File) {
		e := f.Enforced["net"]
		e.Spokes = &catalog.SpokeSelector{Accounts: []document.AccountID{second}}
		f.Enforced["net"] = e
	})
	for product, want := range map[string][]string{"vpc": {first, second}, "log": {first, second}, "other": nil} {
		e := catalog.Enforce(elsewhere, product, nil, agencyHub(), catalog.Organization{}, agencySpokes())
		var got []string
		for _, s := range e.Spokes(agencySpokes()) {
			got = append(got, s.Account)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", product, got, want)
		}
	}
}

// An end user of a spoke is whoever launches the product there: of what is enforced, the entry's role.
func TestLaunchedAs(t *testing.T) {
	spokes := agencySpokes()
	for product, role := range map[string]string{"log": "AxleLauncher", "vpc": "Builder", "other": "Builder"} {
		if got := agency(nil).LaunchedAs(catalog.Organization{}, spokes, product)[0].Role; got != role {
			t.Errorf("%s is launched as %s, want %s", product, got, role)
		}
	}
	if spokes[0].Role != "Builder" {
		t.Error("it has changed what it was given")
	}
}

// CAT-80: what waits for a version is nobody's fault; what a spoke has of its own is named without an entry.
func TestUnmet(t *testing.T) {
	waits := catalog.Unmet{Entry: "net", Account: first, Region: "eu-west-1", Code: "AXLE2746", Why: "vpc is not published"}
	if !waits.Waits() || waits.String() != first+" eu-west-1: enforced net: vpc is not published" {
		t.Errorf("%v: %s", waits.Waits(), waits)
	}
	have := catalog.Catalog{Locals: []catalog.Local{{Account: first, Region: "eu-west-1"}, {Account: second, Region: "eu-west-1", Err: document.Fail("AXLE3210", "no role", "", nil)}}}
	unread := catalog.UnreadLocals(have)
	if len(unread) != 1 || unread[0].Code != "AXLE3210" || unread[0].Waits() || !strings.HasPrefix(unread[0].String(), second+" eu-west-1: ") {
		t.Errorf("unread %v", unread)
	}
}
