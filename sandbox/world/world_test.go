package world_test

import (
	"errors"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/sandbox/world"
)

// within runs f in a transaction of a new world with a seed.
func within(t *testing.T, seed string, f func(*world.Call)) {
	t.Helper()
	err := world.Memory().Update(t.Context(), func(tx world.Tx) error {
		world.Seed(tx, []byte(seed))
		f(&world.Call{Tx: tx, Account: "333333333333", Region: "eu-west-1", Principal: world.Principal{Account: "333333333333"}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Ids have AWS's form and come from seed and counter. SBX-59
func TestIDs(t *testing.T) {
	make3 := func(seed string) (ids []string) {
		within(t, seed, func(c *world.Call) {
			ids = []string{c.NewID("port-", 13, world.Lower), c.NewID("port-", 13, world.Lower), c.NewUUID()}
		})
		return ids
	}
	one, again, other := make3("a"), make3("a"), make3("b")
	if !reflect.DeepEqual(one, again) || one[0] == one[1] || one[0] == other[0] {
		t.Errorf("%v, again %v, of another seed %v", one, again, other)
	}
	for i, form := range []string{`^port-[a-z0-9]{13}$`, `^port-[a-z0-9]{13}$`, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$`} {
		if !regexp.MustCompile(form).MatchString(one[i]) {
			t.Errorf("%s is not %s", one[i], form)
		}
	}
}

// A session token is drawn to its last letter.
func TestLongID(t *testing.T) {
	within(t, "a", func(c *world.Call) {
		if id := c.NewID("", 356, world.Mixed); len(id) != 356 || strings.HasSuffix(id, "AAAA") {
			t.Errorf("%d letters, ending in %q", len(id), id[340:])
		}
	})
}

func TestARN(t *testing.T) {
	within(t, "", func(c *world.Call) {
		for want, got := range map[string]string{
			"arn:aws:catalog:eu-west-1:333333333333:portfolio/port-1": c.ARN("catalog", "portfolio/port-1"),
			"arn:aws:iam::333333333333:role/R":                        c.ARN("iam", "role/R"),
			"arn:aws:sts::333333333333:assumed-role/R/S":              c.ARN("sts", "assumed-role/R/S"),
			"arn:aws:s3:::bucket":                                     c.ARN("s3", "bucket"),
		} {
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	})
}

// Each (account, region) is a namespace. SBX-20
func TestNamespaces(t *testing.T) {
	within(t, "", func(c *world.Call) {
		places := []*world.Call{c, c.In("333333333333", "us-east-1"), c.In("444444444444", "eu-west-1"), c.In("", "")}
		for i, at := range places {
			world.Put(at, "thing", "same", i)
		}
		world.Remove(places[3], "thing", "same")
		for i, at := range places {
			got, ok := world.Get[int](at, "thing", "same")
			if ok != (i < 3) || ok && got != i {
				t.Errorf("place %d: %d, %v", i, got, ok)
			}
		}
		if all := world.ListAll[int](c, "thing"); len(all) != 3 {
			t.Errorf("in all places: %v", all)
		}
		if here := world.List[int](c, "thing"); len(here) != 1 {
			t.Errorf("here: %v", here)
		}
	})
}

// What an operation wrote before it failed is not in the transaction below. SBX-56
func TestOverlay(t *testing.T) {
	within(t, "", func(c *world.Call) {
		world.Put(c, "thing", "a", 1)
		over := world.Over(c.Tx)
		trial := *c
		trial.Tx = over
		world.Put(&trial, "thing", "a", 2)
		world.Put(&trial, "thing", "b", 2)
		if seen := world.List[int](&trial, "thing"); !reflect.DeepEqual(seen, []int{2, 2}) {
			t.Errorf("the trial sees %v", seen)
		}
		if below := world.List[int](c, "thing"); !reflect.DeepEqual(below, []int{1}) {
			t.Errorf("before the flush: %v", below)
		}
		if err := over.Flush(); err != nil {
			t.Fatal(err)
		}
		if below := world.List[int](c, "thing"); !reflect.DeepEqual(below, []int{2, 2}) {
			t.Errorf("after the flush: %v", below)
		}
	})
}

// The clock is the wall's and what was skipped; it never goes back. SBX-55
func TestClock(t *testing.T) {
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	within(t, "", func(c *world.Call) {
		for i, step := range []struct{ wall, until, want time.Duration }{
			{0, 0, 0},
			{time.Second, 0, time.Second},
			{time.Second, time.Hour, time.Hour},
			{2 * time.Second, 0, time.Hour + time.Second},
			{2 * time.Second, time.Minute, time.Hour + time.Second},
			{-time.Hour, 0, time.Hour + time.Second},
		} {
			world.AdvanceTo(c.Tx, noon.Add(step.wall), noon.Add(step.until))
			if got := world.Tick(c.Tx, noon.Add(step.wall)).Sub(noon); got != step.want {
				t.Errorf("step %d: %v, want %v", i, got, step.want)
			}
		}
	})
}

func TestFindRole(t *testing.T) {
	within(t, "", func(c *world.Call) {
		world.PutRole(c, world.Role{Name: "Plain", Account: "1", TrustServices: []string{"cloudformation.amazonaws.com"}})
		world.PutRole(c, world.Role{Name: "Deep", Path: "/a/b/", Account: "1"})
		for arn, want := range map[string]bool{
			"arn:aws:iam::1:role/Plain": true, "arn:aws:iam::1:role/a/b/Deep": true,
			"arn:aws:iam::1:role/Deep": false, "arn:aws:iam::1:role/a/Plain": false, "arn:aws:iam::2:role/Plain": false,
			"arn:aws:iam::1:user/Plain": false, "arn:aws:sts::1:role/Plain": false, "Plain": false, "": false,
		} {
			if role, ok := world.FindRole(c, arn); ok != want || ok && role.ARN() != arn {
				t.Errorf("%s: %v, %s", arn, ok, role.ARN())
			}
		}
		role, _ := world.RoleOf(c, "1", "Plain")
		if want := `{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["cloudformation.amazonaws.com"]}}],"Version":"2012-10-17"}`; role.TrustPolicy() != want {
			t.Error("trust is not what was stored")
		}
	})
}

// A bucket stands in the host or in the path.
func TestSplitBucket(t *testing.T) {
	cases := []struct{ host, path, bucket, key string }{
		{"b.s3.eu-west-1.amazonaws.com", "/k/l", "b", "k/l"},
		{"my.dotted.s3.eu-west-1.amazonaws.com", "/k", "my.dotted", "k"},
		{"b.s3.amazonaws.com", "/k", "b", "k"},
		{"b.s3-eu-west-1.amazonaws.com", "/k", "b", "k"},
		{"b.s3.dualstack.eu-west-1.amazonaws.com", "/k", "b", "k"},
		{"s3.eu-west-1.amazonaws.com", "/b/k/l", "b", "k/l"},
		{"s3.amazonaws.com", "/b", "b", ""},
		{"127.0.0.1:4566", "/b/k", "b", "k"},
		{"[::1]:80", "/b/k", "b", "k"},
		{"localhost", "/b/k", "b", "k"},
		{"example.com", "/b/k", "-", ""},
		{"sts.eu-west-1.amazonaws.com", "/b/k", "-", ""},
	}
	for _, c := range cases {
		bucket, key, ok := world.SplitBucket(c.host, c.path)
		if !ok {
			bucket = "-"
		}
		if bucket != c.bucket || key != c.key {
			t.Errorf("%s%s: %s, %s", c.host, c.path, bucket, key)
		}
	}
}

// A template is read by URL only by who may read it.
func TestObjectByURL(t *testing.T) {
	within(t, "", func(c *world.Call) {
		for _, b := range []world.Bucket{{Name: "own", Account: "333333333333"}, {Name: "shared", Account: "9", OrgReadable: true}, {Name: "secret", Account: "9"}} {
			world.Put(c.In("", ""), world.KindBucket, b.Name, b)
			world.PutObject(c, world.Object{Bucket: b.Name, Key: "a/t.yaml", Body: []byte(b.Name)})
		}
		world.PutOrg(c, world.Organization{ID: "o-1"})
		for _, id := range []string{"333333333333", "9"} {
			world.PutAccount(c, world.Account{ID: id, Org: "o-1"})
		}
		c.Judge = func(_ *world.Call, a world.Ask) string {
			if a.Owner != a.By.Account && a.Policy == "" {
				return "because no resource-based policy allows it"
			}
			return ""
		}
		for url, want := range map[string]error{
			"https://own.s3.eu-west-1.amazonaws.com/a/t.yaml":      nil,
			"https://s3.eu-west-1.amazonaws.com/shared/a/t.yaml":   nil,
			"http://127.0.0.1:9/own/a/t.yaml":                      nil,
			"https://secret.s3.amazonaws.com/a/t.yaml":             world.ErrDenied,
			"https://own.s3.amazonaws.com/none":                    world.ErrNoObject,
			"https://nobodys.s3.amazonaws.com/a":                   world.ErrNoBucket,
			"https://own.s3.amazonaws.com/":                        world.ErrNotS3,
			"https://example.com/own/a/t.yaml":                     world.ErrNotS3,
			"t.yaml":                                               world.ErrNotS3,
			"https://s3.eu-west-1.amazonaws.com/own/a/t.yaml?x=%z": nil,
			"://": world.ErrNotS3,
		} {
			o, err := world.ObjectByURL(c, url)
			if !errors.Is(err, want) || err == nil && string(o.Body) != o.Bucket {
				t.Errorf("%s: %q, %v", url, o.Body, err)
			}
		}
		world.RemoveObject(c, "own", "a/t.yaml")
		if _, ok := world.GetObject(c, "own", "a/t.yaml"); ok {
			t.Error("a removed object is read")
		}
	})
}

func FuzzSplitBucket(f *testing.F) {
	f.Add("b.s3.eu-west-1.amazonaws.com", "/k")
	f.Add("[", "")
	f.Add(".amazonaws.com", "//")
	f.Fuzz(func(t *testing.T, host, path string) {
		if bucket, key, ok := world.SplitBucket(host, path); !ok && bucket+key != "" {
			t.Errorf("%q%q: %q %q", host, path, bucket, key)
		}
	})
}

// An organization's node holds the accounts below it, at any depth.
func TestAccountsUnder(t *testing.T) {
	within(t, "", func(c *world.Call) {
		world.PutOrg(c, world.Organization{ID: "o-1", Root: "r-1"})
		for _, u := range []world.Unit{{ID: "r-1"}, {ID: "ou-a", Parent: "r-1"}, {ID: "ou-b", Parent: "ou-a"}, {ID: "ou-loop", Parent: "ou-loop"}} {
			world.Put(c.In("", ""), world.KindUnit, u.ID, u)
		}
		for id, parent := range map[string]string{"1": "r-1", "2": "ou-a", "3": "ou-b", "4": "ou-loop"} {
			world.PutAccount(c, world.Account{ID: id, Org: "o-1", Parent: parent})
		}
		for node, want := range map[string]string{"o-1": "1234", "r-1": "123", "ou-a": "23", "ou-b": "3", "2": "2", "none": ""} {
			got := ""
			for _, a := range world.AccountsUnder(c.In("1", ""), node) {
				got += a.ID
			}
			if got != want {
				t.Errorf("under %s: %s, want %s", node, got, want)
			}
		}
	})
}
