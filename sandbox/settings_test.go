package sandbox_test

import (
	"maps"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// Every setting says what it is, once, under its service's name. SBX-34, SBX-39
func TestKnobs(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	name := regexp.MustCompile(`^(sandbox|[a-z0-9-]+):[A-Za-z0-9-]+$`)
	seen := map[string]bool{}
	for _, k := range s.Knobs() {
		if seen[k.Name] || !name.MatchString(k.Name) || !slices.Contains([]string{"quota", "takes", "switch"}, k.Kind) || k.Says == "" || k.Usual == "" {
			t.Errorf("%+v", k)
		}
		seen[k.Name] = true
	}
}

// What is set, how it is unset, and what is refused; nothing of a refused change is kept.
func TestSet(t *testing.T) {
	cases := []struct {
		name   string
		values map[string]string
		code   string
	}{
		{"a quota", map[string]string{"servicecatalog:rate": "7"}, ""},
		{"a time", map[string]string{"sandbox:token-memory": "90s"}, ""},
		{"a switch", map[string]string{"sandbox:throttle": "on"}, ""},
		{"a preset, and one setting beside it", map[string]string{"servicecatalog:rate": "8", "preset": "storm"}, ""},
		{"a name that is none", map[string]string{"sandbox:throtle": "on"}, "AXLE1110"},
		{"a preset that is none", map[string]string{"preset": "gale"}, "AXLE1113"},
		{"no number", map[string]string{"servicecatalog:rate": "many"}, "AXLE1111"},
		{"below 0", map[string]string{"servicecatalog:rate": "-1"}, "AXLE1111"},
		{"no time", map[string]string{"sandbox:token-memory": "soon"}, "AXLE1111"},
		{"a time back", map[string]string{"sandbox:token-memory": "-1s"}, "AXLE1111"},
		{"neither on nor off", map[string]string{"sandbox:throttle": "maybe"}, "AXLE1111"},
		{"one right, one wrong", map[string]string{"sandbox:throttle": "on", "sandbox:throtle": "on"}, "AXLE1110"},
	}
	for _, c := range cases {
		s := newSandbox(t, sandbox.Options{})
		if err := s.Set(t.Context(), c.values); document.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
		its, err := s.Settings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range s.Knobs() {
			value, ok := its.Value(k)
			given := c.values[k.Name]
			if k.Kind == "takes" && given == "90s" {
				given = "1m30s"
			}
			if c.code != "" && ok || c.code == "" && c.values[k.Name] != "" && value != given {
				t.Errorf("%s: %s is %q", c.name, k.Name, value)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(c.values)) {
			if c.code == "" && name != "preset" {
				set(t, s, map[string]string{name: ""})
			}
		}
		if its, _ = s.Settings(t.Context()); len(its.Quotas)+len(its.Takes) > 0 {
			t.Errorf("%s: not unset: %+v", c.name, its)
		}
	}
}

// Each preset takes the place of all that was set. SBX-54
func TestPresetsAreWhole(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	for _, preset := range []string{"storm", "eventual", "calm"} {
		set(t, s, map[string]string{"preset": preset})
		its, err := s.Settings(t.Context())
		if err != nil || its.Preset != preset || (len(its.Faults) > 0) != (preset == "storm") || (len(its.Unseen) > 0) != (preset == "eventual") {
			t.Errorf("%s: %+v, %v", preset, its, err)
		}
		chance := 0.0
		for _, f := range its.Faults {
			chance += f.Probability
		}
		if preset == "storm" && (chance < 0.0499 || chance > 0.0501) {
			t.Errorf("a storm strikes %v of the calls", chance)
		}
		if err := s.SetRules(t.Context(), sandbox.Rules{Faults: its.Faults, Unseen: its.Unseen}); err != nil {
			t.Errorf("%s: its own rules are refused: %v", preset, err)
		}
	}
}

// Tokens are kept for ever, unless a setting forgets them. SBX-30
func TestTokenMemory(t *testing.T) {
	wall := &stopped{at: time.Now()}
	s := newSandbox(t, sandbox.Options{Wall: wall.now})
	c := catalogOf(config(t, s, "axle"))
	first, _ := createPortfolio(t, c, "t")
	move := func(d time.Duration) {
		if err := s.Advance(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	move(10000 * time.Hour)
	if again, _ := createPortfolio(t, c, "t"); again != first {
		t.Error("a year later the token was forgotten")
	}
	set(t, s, map[string]string{"sandbox:token-memory": "1h"})
	later, _ := createPortfolio(t, c, "t")
	if later == first {
		t.Error("the token was not forgotten")
	}
	move(59 * time.Minute)
	if again, _ := createPortfolio(t, c, "t"); again != later {
		t.Error("it was forgotten within the hour")
	}
}

// What a call begins that is stuck lasts as long as the fault says, else for ever. SBX-34
func TestStuck(t *testing.T) {
	c := &world.Call{Tx: tx(t), Mutating: true}
	for _, k := range []struct {
		faults []world.Fault
		want   time.Duration
	}{
		{nil, time.Second},
		{[]world.Fault{{Kind: "stuck", For: world.Duration(time.Minute)}}, time.Minute},
		{[]world.Fault{{Kind: "stuck"}}, 100 * 365 * 24 * time.Hour},
	} {
		world.PutSettings(c.Tx, world.Settings{Faults: k.faults})
		d := &world.Call{Tx: c.Tx, Mutating: true}
		world.Strike(d)
		if got := world.Takes(d.In("333333333333", "eu-west-1"), "servicecatalog:share", time.Second); got != k.want {
			t.Errorf("%+v: %v", k.faults, got)
		}
	}
}

// tx is a transaction that a test may keep.
func tx(t *testing.T) world.Tx {
	t.Helper()
	var kept world.Tx
	if err := world.Memory().Update(t.Context(), func(tx world.Tx) error { kept = tx; return nil }); err != nil {
		t.Fatal(err)
	}
	return kept
}
