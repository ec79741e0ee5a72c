package world_test

import (
	"slices"
	"testing"
	"time"

	"github.com/axle-cd/axle/sandbox/world"
)

// two is a world of two organizations and an account on its own.
func two(t *testing.T, f func(*world.Call)) {
	t.Helper()
	within(t, "", func(c *world.Call) {
		world.PutOrg(c, world.Organization{ID: "o-1", Root: "r-1", Management: "1", DelegatedAdmins: map[string][]string{"a.amazonaws.com": {"2"}}})
		world.PutOrg(c, world.Organization{ID: "o-2", Root: "r-2", Management: "3"})
		for _, a := range []world.Account{{ID: "1", Org: "o-1", Parent: "r-1"}, {ID: "2", Org: "o-1", Parent: "r-1"}, {ID: "3", Org: "o-2", Parent: "r-2"}, {ID: "4"}} {
			a.State = "ACTIVE"
			world.PutAccount(c, a)
		}
		for _, u := range []world.Unit{{ID: "r-1", Org: "o-1"}, {ID: "r-2", Org: "o-2"}} {
			world.PutUnit(c, u)
		}
		f(c)
	})
}

// A call is of its account's organization, a global one of its caller's.
func TestOrg(t *testing.T) {
	two(t, func(c *world.Call) {
		for _, tt := range []struct{ account, caller, want string }{
			{"1", "3", "o-1"}, {"3", "1", "o-2"}, {"", "3", "o-2"}, {"4", "1", ""}, {"", "4", ""}, {"9", "", ""}, {"", "", "o-1"},
		} {
			at := c.In(tt.account, "")
			at.Principal.Account = tt.caller
			if org, ok := world.Org(at); org.ID != tt.want || ok != (tt.want != "") {
				t.Errorf("in %q by %q: %q", tt.account, tt.caller, org.ID)
			}
		}
	})
}

// Two accounts share an organization, if both have one.
func TestSameOrg(t *testing.T) {
	two(t, func(c *world.Call) {
		for pair, want := range map[[2]string]bool{{"1", "2"}: true, {"1", "3"}: false, {"1", "4"}: false, {"4", "4"}: true, {"9", "8"}: false} {
			if world.SameOrg(c, pair[0], pair[1]) != want {
				t.Errorf("%v: want %v", pair, want)
			}
		}
	})
}

// The management account administers all, a delegated administrator its services.
func TestAdministers(t *testing.T) {
	two(t, func(c *world.Call) {
		for _, tt := range []struct {
			caller, service string
			want            bool
		}{
			{"1", "", true}, {"1", "b.amazonaws.com", true}, {"2", "", true}, {"2", "a.amazonaws.com", true}, {"2", "b.amazonaws.com", false},
			{"3", "", true}, {"4", "", false}, {"9", "", false},
		} {
			c.Principal.Account = tt.caller
			if world.Administers(c, tt.service) != tt.want {
				t.Errorf("%s of %q: want %v", tt.caller, tt.service, tt.want)
			}
		}
	})
}

// What an account is at a time: it comes when it is due, and closes when that is. SBX-33
func TestAccountSettles(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC) }
	two(t, func(c *world.Call) {
		world.PutAccount(c, world.Account{ID: "5", Org: "o-1", Parent: "r-1", State: "PENDING_ACTIVATION", Due: at(5)})
		world.PutAccount(c, world.Account{ID: "6", Org: "o-1", Parent: "r-1", State: "PENDING_CLOSURE", Due: at(5)})
		for minute, want := range map[int][]string{
			4: {"1 ACTIVE", "2 ACTIVE", "6 PENDING_CLOSURE"},
			5: {"1 ACTIVE", "2 ACTIVE", "5 ACTIVE", "6 SUSPENDED"},
		} {
			c.Now = at(minute)
			var got, under []string
			for _, a := range world.Accounts(c, "o-1") {
				got = append(got, a.ID+" "+a.State)
			}
			for _, a := range world.AccountsUnder(c.In("1", ""), "r-1") {
				under = append(under, a.ID+" "+a.State)
			}
			if !slices.Equal(got, want) || !slices.Equal(under, want) || !slices.Equal(members(world.Members(c, "o-1")), want) {
				t.Errorf("minute %d: %v, under the root %v, listed %v", minute, got, under, world.Members(c, "o-1"))
			}
			if _, ok := world.FindAccount(c, "5"); ok != (minute == 5) {
				t.Errorf("minute %d: 5 is there: %v", minute, ok)
			}
		}
		if under := world.AccountsUnder(c.In("4", ""), "4"); under != nil {
			t.Errorf("an account on its own has %v under it", under)
		}
	})
}

func members(all []world.Member) (texts []string) {
	for _, m := range all {
		texts = append(texts, m.ID+" "+m.State)
	}
	return texts
}

// An account is listed where it stands and nowhere else, also after it has moved, left and come
// again; below a node are those of all units under it.
func TestMembers(t *testing.T) {
	two(t, func(c *world.Call) {
		world.PutUnit(c, world.Unit{ID: "ou-1", Org: "o-1", Parent: "r-1"})
		world.PutUnit(c, world.Unit{ID: "ou-2", Org: "o-1", Parent: "ou-1"})
		put := func(org, parent string) {
			world.PutAccount(c, world.Account{ID: "2", Org: org, Parent: parent, State: "ACTIVE"})
		}
		is := func(when string, want map[string][]string) {
			for node, ids := range want {
				var direct, under []string
				for _, m := range world.Members(c, node) {
					direct = append(direct, m.ID)
				}
				for _, m := range world.MembersUnder(c, "o-1", node) {
					under = append(under, m.ID)
				}
				if got := [][]string{direct, under}; !slices.Equal(append(direct, under...), ids) {
					t.Errorf("%s, %s: %v, want %v", when, node, got, ids)
				}
			}
		}
		is("at first", map[string][]string{"o-1": {"1", "2", "1", "2"}, "r-1": {"1", "2", "1", "2"}, "ou-1": nil, "2": {"2"}, "3": nil, "r-2": {"3"}})
		put("o-1", "ou-2")
		is("moved", map[string][]string{"o-1": {"1", "2", "1", "2"}, "r-1": {"1", "1", "2"}, "ou-1": {"2"}, "ou-2": {"2", "2"}})
		put("", "")
		is("left", map[string][]string{"o-1": {"1", "1"}, "r-1": {"1", "1"}, "ou-2": nil, "2": nil})
		put("o-1", "ou-1")
		is("come again", map[string][]string{"r-1": {"1", "1", "2"}, "ou-1": {"2", "2"}, "ou-2": nil})
	})
}
