package sqlite_test

import (
	"slices"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/products"
)

func target(account, region, name string) products.StackTarget {
	return products.StackTarget{Account: account, Region: region, Name: name}
}

// I4: a stack is open from before it is made until it is known to be gone, also for the next process.
func TestLedger(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	a, b, other := target("111111111111", "eu-west-1", "axle-r1"), target("111111111111", "us-east-1", "axle-r1"), target("111111111111", "eu-west-1", "axle-r2")
	for _, step := range []struct {
		name string
		do   func() error
		open []products.StackTarget
	}{
		{"nothing yet", func() error { return nil }, nil},
		{"opened", func() error { return l.OpenStack(t.Context(), "r1", a) }, []products.StackTarget{a}},
		{"opened again, by a resumed run", func() error { return l.OpenStack(t.Context(), "r1", a) }, []products.StackTarget{a}},
		{"another region's", func() error { return l.OpenStack(t.Context(), "r1", b) }, []products.StackTarget{a, b}},
		{"another run's", func() error { return l.OpenStack(t.Context(), "r2", other) }, []products.StackTarget{a, b}},
		{"one is gone", func() error { return l.CloseStack(t.Context(), a) }, []products.StackTarget{b}},
		{"gone again", func() error { return l.CloseStack(t.Context(), a) }, []products.StackTarget{b}},
		{"made again", func() error { return l.OpenStack(t.Context(), "r1", a) }, []products.StackTarget{a, b}},
		{"never opened", func() error { return l.CloseStack(t.Context(), target("222222222222", "eu-west-1", "axle-r1")) }, []products.StackTarget{a, b}},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		for _, reader := range []*sqlite.Log{l, openLog(t, dir)} {
			if got, err := reader.OpenStacks(t.Context(), "r1"); err != nil || !slices.Equal(got, step.open) {
				t.Errorf("%s: open are %v, %v; want %v", step.name, got, err, step.open)
			}
		}
	}
}

func published(version, digest string) products.Published {
	return products.Published{Version: version, Digest: "sha256:" + digest, Template: "sha256:t" + digest}
}

func wantPublished(t *testing.T, h sqlite.Hub, product string, want ...products.Published) {
	t.Helper()
	got, err := h.Published(t.Context(), product)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%s of %s: %v, %v; want %v", product, h.Name, got, err, want)
	}
}

// I1: a version is recorded once, and what was recorded first stands; hubs know nothing of each other.
func TestPublished(t *testing.T) {
	l := openLog(t, t.TempDir())
	box, real := sqlite.Hub{Log: l, Name: sqlite.SandboxHub}, sqlite.Hub{Log: l, Name: "profile p"}
	record := func(h sqlite.Hub, product string, v products.Published) {
		t.Helper()
		if err := h.Record(t.Context(), "r1", product, v); err != nil {
			t.Fatal(err)
		}
	}
	wantPublished(t, box, "q")
	record(box, "q", published("1.10.0", "a"))
	record(box, "q", published("1.9.0", "b"))
	record(box, "q", published("1.10.0", "a"))
	record(box, "q", published("1.10.0", "other"))
	record(box, "v", published("1.0.0", "c"))
	record(real, "q", published("1.10.0", "d"))
	wantPublished(t, box, "q", published("1.10.0", "a"), published("1.9.0", "b"))
	wantPublished(t, box, "v", published("1.0.0", "c"))
	wantPublished(t, real, "q", published("1.10.0", "d"))
}

func wantPin(t *testing.T, h sqlite.Hub, region, want string) {
	t.Helper()
	if got, err := h.Pin(t.Context(), "product", region, "q"); err != nil || got != want {
		t.Errorf("%s %s: %q, %v; want %q", h.Name, region, got, err, want)
	}
}

func TestPins(t *testing.T) {
	l := openLog(t, t.TempDir())
	box, real := sqlite.Hub{Log: l, Name: sqlite.SandboxHub}, sqlite.Hub{Log: l, Name: "profile p"}
	wantPin(t, box, "eu-west-1", "")
	for _, id := range []string{"prod-1", "prod-2"} {
		if err := box.SetPin(t.Context(), "product", "eu-west-1", "q", id); err != nil {
			t.Fatal(err)
		}
	}
	wantPin(t, box, "eu-west-1", "prod-2")
	wantPin(t, box, "us-east-1", "")
	wantPin(t, real, "eu-west-1", "")
}

// A sandbox that was thrown away is forgotten; what is known of AWS, and every run, stays.
func TestForgetSandbox(t *testing.T) {
	l := openLog(t, t.TempDir())
	run := create(t, l)
	hubs := []sqlite.Hub{{Log: l, Name: sqlite.SandboxHub}, {Log: l, Name: "profile p"}}
	for _, h := range hubs {
		if err := h.Record(t.Context(), run.ID, "q", published("1.0.0", "a")); err != nil {
			t.Fatal(err)
		}
		if err := h.SetPin(t.Context(), "product", "eu-west-1", "q", "prod-1"); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.ForgetSandbox(t.Context(), time.Time{}); err != nil {
		t.Fatal(err)
	}
	wantPublished(t, hubs[0], "q")
	wantPin(t, hubs[0], "eu-west-1", "")
	wantPublished(t, hubs[1], "q", published("1.0.0", "a"))
	wantPin(t, hubs[1], "eu-west-1", "prod-1")
	if _, err := l.Run(t.Context(), run.ID); err != nil {
		t.Error(err)
	}
}
