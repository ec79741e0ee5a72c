package world_test

import (
	"encoding/json"
	"testing"

	"github.com/axle-cd/axle/sandbox/world"
)

// Calls are numbered in order, and read from any number on. SBX-60
func TestLog(t *testing.T) {
	within(t, "", func(c *world.Call) {
		first := world.RequestID(c.Tx)
		for _, op := range []string{"A", "B", "C"} {
			world.Log(c.Tx, world.Logged{Operation: op})
		}
		if world.RequestID(c.Tx) == first {
			t.Error("two requests have one id")
		}
		for since, want := range map[int]string{0: "ABC", 1: "BC", 3: "", 99: ""} {
			got := ""
			for _, l := range world.LoggedSince(c.Tx, since) {
				got += l.Operation
			}
			if got != want {
				t.Errorf("since %d: %q, want %q", since, got, want)
			}
		}
	})
}

// A token is its operation's, account's and region's. SBX-30
func TestReplay(t *testing.T) {
	within(t, "", func(c *world.Call) {
		c.Service, c.Operation = "servicecatalog", "CreatePortfolio"
		world.Remember(c, "t", world.Replay{InputDigest: "d", Reply: json.RawMessage(`{"Status":200}`)})
		other := *c
		other.Operation = "CreateProduct"
		for name, k := range map[string]struct {
			call  *world.Call
			token string
			want  bool
		}{
			"the same": {c, "t", true}, "another token": {c, "u", false}, "another operation": {&other, "t", false},
			"another region": {c.In(c.Account, "us-east-1"), "t", false}, "another account": {c.In("1", c.Region), "t", false},
		} {
			if r, ok := world.Replayed(k.call, k.token); ok != k.want || ok && r.InputDigest != "d" {
				t.Errorf("%s: %v, %+v", name, ok, r)
			}
		}
	})
}

// A digest can be compared within its world, and not be made outside: a short password in an
// input cannot be guessed from the log. SBX-60
func TestDigest(t *testing.T) {
	digest := func(seed, text string) (d string) {
		within(t, seed, func(c *world.Call) { d = world.Digest(c.Tx, text) })
		return d
	}
	if again := digest("a", "x"); again != digest("a", "x") || digest("a", "x") == digest("a", "y") || digest("a", "x") == digest("b", "x") {
		t.Error("a digest is not of its world and text alone")
	}
}

// A user's key is found by the user's name, and by its id.
func TestUsers(t *testing.T) {
	within(t, "", func(c *world.Call) {
		k := world.NewUser(c, "999999999999", "axle")
		byName, ok := world.UserCredential(c, "axle")
		byID, found := world.FindCredential(c, k.AccessKeyID)
		if !ok || !found || byName != k || byID != k || k.Principal.ARN != "arn:aws:iam::999999999999:user/axle" {
			t.Errorf("%+v, by name %+v, by id %+v", k.Principal, byName.Principal, byID.Principal)
		}
		if _, ok := world.UserCredential(c, "nobody"); ok {
			t.Error("a user nobody made")
		}
	})
}
