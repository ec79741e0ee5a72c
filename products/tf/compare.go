package tf

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Bump is how far a version must rise, as of a template.
type Bump int

const (
	Patch Bump = iota
	Minor
	Major
)

// Difference is one change between two configurations, and what version it needs. It stands where the new
// one has it; of what is gone, the place is the folder.
type Difference struct {
	Bump  Bump
	What  string // one clause: output url is gone
	Path  string // variable.name, output.name or a resource's address
	Place Place
	Risk  bool // worth a look by whoever approves, whatever the number says
}

// Compare is the compatibility gate of Terraform (CAT-20): every change that a user of the old
// configuration may notice, in the order of variables, outputs, resources, providers. What cannot be
// decided counts as the worse, but for whether a change replaces a resource: that only its provider
// knows, and it is a risk.
func Compare(before, now *Configuration) []Difference {
	c := &comparison{before: before, now: now}
	c.variables()
	c.outputs()
	c.resources()
	c.requirements()
	return c.found
}

// maxMoves is how often one move may lead to another; beyond it the resource counts as gone.
const maxMoves = 10

type comparison struct {
	before, now *Configuration
	found       []Difference
}

func (c *comparison) add(b Bump, risk bool, at Place, path, what string) {
	if at == (Place{}) {
		at.File = c.now.Dir
	}
	c.found = append(c.found, Difference{b, what, path, at, risk})
}

func (c *comparison) variables() {
	old := map[string]Variable{}
	for _, v := range c.before.Variables {
		old[v.Name] = v
	}
	for _, v := range c.now.Variables {
		was, there := old[v.Name]
		delete(old, v.Name)
		switch path := "variable." + v.Name; {
		case there:
			c.variable(was, v)
		case v.Required:
			c.add(Major, false, v.Place, path, "variable "+v.Name+" is new and has no default")
		default:
			c.add(Minor, false, v.Place, path, "variable "+v.Name+" is new")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		c.add(Major, false, Place{}, "variable."+name, "variable "+name+" is gone")
	}
}

func (c *comparison) variable(old, now Variable) {
	at := func(b Bump, risk bool, what string) {
		c.add(b, risk, now.Place, "variable."+now.Name, "variable "+now.Name+" "+what)
	}
	if old.Type != now.Type {
		at(Major, false, "was of type "+old.Type+" and is of "+now.Type)
	}
	switch {
	case now.Required && !old.Required:
		at(Major, false, "has lost its default")
	case old.Required && !now.Required:
		at(Minor, false, "has a default now")
	case !reflect.DeepEqual(old.Default, now.Default):
		at(Minor, true, "has another default")
	case holdsUnknown(now.Default):
		at(Minor, true, "may have another default, which is not shown")
	}
	if old.Sensitive && !now.Sensitive {
		at(Minor, true, "is shown now, and was hidden")
	}
	switch lost, gained := without(old.Validations, now.Validations), without(now.Validations, old.Validations); {
	case len(gained) > 0:
		at(Major, false, "has a validation that it had not")
	case len(lost) > 0:
		at(Minor, false, "takes what a validation refused before")
	}
	if old.Description != now.Description {
		at(Patch, false, "is described anew")
	}
}

func without(from, what []string) []string {
	return slices.DeleteFunc(slices.Clone(from), func(s string) bool { return slices.Contains(what, s) })
}

func holdsUnknown(v any) bool {
	switch v := v.(type) {
	case Unknown:
		return true
	case []any:
		return slices.ContainsFunc(v, holdsUnknown)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), holdsUnknown)
	}
	return false
}

func (c *comparison) outputs() {
	old := map[string]Output{}
	for _, o := range c.before.Outputs {
		old[o.Name] = o
	}
	for _, o := range c.now.Outputs {
		was, there := old[o.Name]
		delete(old, o.Name)
		path := "output." + o.Name
		switch {
		case !there:
			c.add(Minor, false, o.Place, path, "output "+o.Name+" is new")
			continue
		case was.Sensitive && !o.Sensitive:
			c.add(Minor, true, o.Place, path, "output "+o.Name+" is shown now, and was hidden")
		case !reflect.DeepEqual(was.Value, o.Value):
			c.add(Patch, false, o.Place, path, "output "+o.Name+" has another value")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		c.add(Major, false, Place{}, "output."+name, "output "+name+" is gone")
	}
}

// requirements are what runs the configuration.
func (c *comparison) requirements() {
	if c.before.Terraform != c.now.Terraform {
		c.add(Minor, true, Place{}, "terraform", "needs another version of Terraform")
	}
	old := map[string]Provider{}
	for _, p := range c.before.Providers {
		old[p.Name] = p
	}
	for _, p := range c.now.Providers {
		was, there := old[p.Name]
		switch path := "provider." + p.Name; {
		case !there:
			c.add(Minor, true, p.Place, path, "needs provider "+p.Name+" now")
		case was.Source != p.Source:
			c.add(Minor, true, p.Place, path, "takes provider "+p.Name+" from elsewhere")
		case was.Version != p.Version:
			c.add(Patch, true, p.Place, path, "takes another version of provider "+p.Name)
		}
	}
}

// resources are compared by address, once moved blocks have said what is called otherwise now.
func (c *comparison) resources() {
	now := map[string]Resource{}
	for _, r := range c.now.Resources {
		now[r.Address] = r
	}
	met := map[string]bool{}
	for _, old := range c.before.Resources {
		if old.Mode != "managed" {
			continue
		}
		address := c.now.follow(old.Address, now)
		r, there := now[address]
		if met[address] = there; there {
			c.resource(old, r)
		} else {
			c.lost(old, Place{}, old.Type+" "+old.Address+" is gone")
		}
	}
	for _, r := range c.now.Resources {
		if r.Mode == "managed" && !met[r.Address] {
			c.add(Minor, false, r.Place, r.Address, r.Type+" "+r.Address+" is new")
		}
	}
}

// follow is the address that a resource has now. Without a moved block, one that gets a count, or
// loses it, stays the same one, as Terraform has it.
func (now *Configuration) follow(address string, there map[string]Resource) string {
	for range maxMoves {
		before := address
		for _, m := range now.Moved {
			rest, ok := strings.CutPrefix(address, m.From)
			if ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
				address = m.To + rest
			}
		}
		if address == before {
			break
		}
	}
	for _, other := range []string{address, address + "[0]", strings.TrimSuffix(address, "[0]")} {
		if _, ok := there[other]; ok {
			return other
		}
	}
	return address
}

// lost grades a resource that goes, or is made anew: with data, or prevent_destroy, it is major.
func (c *comparison) lost(old Resource, at Place, what string) {
	switch {
	case Stateful(old.Type):
		c.add(Major, true, at, old.Address, what+", and it holds data")
	case old.Kept:
		c.add(Major, true, at, old.Address, what+", and it was not to be destroyed")
	default:
		c.add(Minor, true, at, old.Address, what)
	}
}

func (c *comparison) resource(old, now Resource) {
	if old.Type != now.Type {
		c.lost(old, now.Place, now.Address+" was "+old.Type+" and is "+now.Type)
		return
	}
	if old.Kept && !now.Kept {
		c.add(Major, true, now.Place, now.Address, now.Address+" may be destroyed now: prevent_destroy is gone")
	}
	for _, name := range names(old.Values, now.Values) {
		if reflect.DeepEqual(old.Values[name], now.Values[name]) {
			continue
		}
		at, known := now.Places[name]
		if !known {
			at = now.Place
		}
		what := now.Address + "." + name + " differs"
		if !Stateful(now.Type) || name == "tags" {
			c.add(Patch, false, at, now.Address+"."+name, what)
			continue
		}
		c.add(Minor, true, at, now.Address+"."+name, what+", and only its provider knows whether that replaces it and its data")
	}
}

// names are the keys of two mappings, sorted.
func names(a, b map[string]any) []string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}
