package sandbox

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/world"
)

// The settings that the handler itself reads.
const (
	knobThrottle      = "sandbox:throttle"
	knobTokenMemory   = "sandbox:token-memory"
	knobEmptyPages    = "sandbox:empty-pages"
	knobRepeatedPages = "sandbox:repeated-tokens"
	knobSecondPage    = "sandbox:second-page-fails"
)

// Knobs are the settings that every service has.
var Knobs = []world.Knob{
	{Name: knobThrottle, Kind: "switch", Usual: "off", Says: "calls are limited, by account, region and operation"},
	{Name: knobTokenMemory, Kind: "takes", Usual: "for ever", Says: "a client token is forgotten after this long"},
	{Name: knobEmptyPages, Kind: "switch", Usual: "off", Says: "each list begins with an empty page and a token"},
	{Name: knobRepeatedPages, Kind: "switch", Usual: "off", Says: "each list repeats its first token for ever"},
	{Name: knobSecondPage, Kind: "switch", Usual: "off", Says: "each list's second page fails with 500"},
	{Name: "servicecatalog:rate", Kind: "quota", Usual: "3", Says: "calls a second of each operation, where calls are limited"},
	{Name: "cloudformation:rate", Kind: "quota", Usual: "2", Says: "calls a second of each operation but DescribeStacks"},
	{Name: "cloudformation:rate-DescribeStacks", Kind: "quota", Usual: "5", Says: "calls a second"},
	{Name: "cloudformation:resource", Kind: "takes", Usual: "by its type", Says: "how long each resource of a stack takes to be made"},
	{Name: "organizations:rate", Kind: "quota", Usual: "5", Says: "calls a second of each operation"},
	{Name: "s3:rate", Kind: "quota", Usual: "no limit", Says: "calls a second of each operation"},
	{Name: "sts:rate", Kind: "quota", Usual: "no limit", Says: "calls a second of each operation"},
}

// Knobs are all settings by name that this sandbox takes, in order.
func (s *Sandbox) Knobs() []world.Knob {
	all := slices.Clone(Knobs)
	for _, service := range s.options.Services {
		all = append(all, service.Knobs...)
	}
	slices.SortFunc(all, func(a, b world.Knob) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Settings are those of the world as it is.
func (s *Sandbox) Settings(ctx context.Context) (world.Settings, error) {
	var its world.Settings
	err := s.update(ctx, func(c *world.Call) error {
		its = world.SettingsOf(c)
		return nil
	})
	return its, err
}

// change changes the settings in one transaction, or not at all.
func (s *Sandbox) change(ctx context.Context, change func(*world.Settings) error) error {
	return s.update(ctx, func(c *world.Call) error {
		its := world.SettingsOf(c)
		if err := change(&its); err != nil {
			return err
		}
		world.PutSettings(c.Tx, its)
		return nil
	})
}

// Set gives settings their values, by name: preset, or a knob's. "" is the usual value again.
// A preset goes first, since it takes the place of all that is set.
func (s *Sandbox) Set(ctx context.Context, values map[string]string) error {
	return s.change(ctx, func(its *world.Settings) error {
		if name, ok := values["preset"]; ok {
			if err := Preset(its, name); err != nil {
				return err
			}
		}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if name == "preset" {
				continue
			}
			if err := s.set(its, name, values[name]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Sandbox) set(its *world.Settings, name, value string) error {
	knobs := s.Knobs()
	i := slices.IndexFunc(knobs, func(k world.Knob) bool { return k.Name == name })
	if i < 0 {
		names := []string{"preset"}
		for _, k := range knobs {
			names = append(names, k.Name)
		}
		return document.Fail("AXLE1110", "the sandbox has no setting "+document.Printable(name), near(name, names)+"`axle sandbox set` lists them", nil)
	}
	if err := turn(its, knobs[i], value); err != nil {
		return document.Fail("AXLE1111", "setting "+name+" is not "+document.Printable(value), words[knobs[i].Kind], err)
	}
	return nil
}

func near(name string, names []string) string {
	if said := document.DidYouMean(name, names); said != "" {
		return said + " "
	}
	return ""
}

// words say what each kind of setting takes.
var words = map[string]string{
	"quota":  "give a whole number from 0",
	"takes":  "give a time as 90s, 5m or 2h",
	"switch": "give on or off",
}

func turn(its *world.Settings, k world.Knob, value string) error {
	switch {
	case value == "":
		delete(its.Quotas, k.Name)
		delete(its.Takes, k.Name)
		delete(its.Switches, k.Name)
	case k.Kind == "quota":
		n, err := strconv.ParseUint(value, 10, 31)
		its.Quotas = with(its.Quotas, k.Name, int(n))
		return err
	case k.Kind == "takes":
		d, err := time.ParseDuration(value)
		if err == nil && d < 0 {
			err = strconv.ErrRange
		}
		its.Takes = with(its.Takes, k.Name, world.Duration(d))
		return err
	default:
		on, known := map[string]bool{"on": true, "true": true, "off": false, "false": false}[value]
		its.Switches = with(its.Switches, k.Name, on)
		if !known {
			return strconv.ErrSyntax
		}
	}
	return nil
}

func with[V any](m map[string]V, name string, v V) map[string]V {
	if m == nil {
		m = map[string]V{}
	}
	m[name] = v
	return m
}
