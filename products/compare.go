package products

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

// Bump is how far a version must rise.
type Bump int

const (
	Patch Bump = iota
	Minor
	Major
)

func (b Bump) String() string { return [...]string{"patch", "minor", "major"}[b] }

// Difference is one change between two templates, and what version it needs. It stands where the
// new template has it; what is gone stands at the section that held it.
type Difference struct {
	Bump      Bump
	What      string // one clause: output VpcId is gone
	File      string
	Line, Col int
	Path      string
	Risk      bool // worth a look by whoever approves, whatever the number says
}

// Compare is the compatibility gate: every change that a user of the old template may notice,
// by place. What cannot be decided from the templates alone counts as the worse (CAT-21).
func Compare(before, after *cfn.Template) []Difference {
	c := &comparison{before: before, after: after, replaced: map[string]string{}}
	c.parameters()
	c.outputs()
	c.resources()
	c.capabilities()
	c.sections()
	slices.SortStableFunc(c.found, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col), strings.Compare(a.What, b.What))
	})
	return c.found
}

type comparison struct {
	before, after *cfn.Template
	replaced      map[string]string // logical id → why
	found         []Difference
}

// add notes a change at the deepest node of a path that the new template still has.
func (c *comparison) add(b Bump, risk bool, what string, path ...string) {
	line, col := place(c.after, path)
	c.found = append(c.found, Difference{Bump: b, Risk: risk, What: what, File: c.after.Doc.File, Line: line, Col: col, Path: strings.Join(path, ".")})
}

// place prefers a key to its value: that is where people look.
func place(t *cfn.Template, path []string) (line, col int) {
	n, line, col := t.Doc.Root, 1, 1
	for _, step := range path {
		key := n.Key(step)
		if key == nil {
			break
		}
		line, col, n = key.Line, key.Col, n.Get(step)
	}
	return line, col
}

func (c *comparison) parameters() {
	for _, old := range c.before.Parameters {
		if now := c.after.Parameter(old.Name); now != nil {
			c.parameter(old, *now)
		} else {
			c.add(Major, false, "parameter "+old.Name+" is gone", "Parameters", old.Name)
		}
	}
	for _, now := range c.after.Parameters {
		if c.before.Parameter(now.Name) != nil {
			continue
		}
		if now.Default == nil {
			c.add(Major, false, "parameter "+now.Name+" is new and has no default", "Parameters", now.Name)
		} else {
			c.add(Minor, false, "parameter "+now.Name+" is new", "Parameters", now.Name)
		}
	}
}

func (c *comparison) parameter(old, now cfn.Parameter) {
	at := func(b Bump, risk bool, key, what string) {
		c.add(b, risk, "parameter "+now.Name+" "+what, "Parameters", now.Name, key)
	}
	if old.Type != now.Type {
		at(Major, false, "Type", "was "+old.Type+" and is "+now.Type)
	}
	switch {
	case old.Default != nil && now.Default == nil:
		at(Major, false, "Default", "has lost its default")
	case old.Default == nil && now.Default != nil:
		at(Minor, false, "Default", "has a default now")
	case old.Default != nil && *old.Default != *now.Default:
		at(Minor, true, "Default", "has another default")
	}
	if old.NoEcho && !now.NoEcho {
		at(Minor, true, "NoEcho", "is shown now, and was hidden")
	}
	if old.Description != now.Description || old.ConstraintDescription != now.ConstraintDescription {
		at(Patch, false, "Description", "is described anew")
	}
	c.restrictions(old, now, at)
}

func (c *comparison) restrictions(old, now cfn.Parameter, at func(b Bump, risk bool, key, what string)) {
	switch lost, gained := without(old.AllowedValues, now.AllowedValues), without(now.AllowedValues, old.AllowedValues); {
	case old.AllowedValues == nil && now.AllowedValues != nil:
		at(Major, false, "AllowedValues", "allows only some values now")
	case now.AllowedValues == nil && old.AllowedValues != nil:
		at(Minor, false, "AllowedValues", "allows every value now")
	case len(lost) > 0:
		at(Major, false, "AllowedValues", "allows no longer "+listed(now, lost))
	case len(gained) > 0:
		at(Minor, false, "AllowedValues", "allows also "+listed(now, gained))
	}
	switch {
	case old.AllowedPattern == now.AllowedPattern:
	case now.AllowedPattern == "":
		at(Minor, false, "AllowedPattern", "takes any pattern now")
	default:
		at(Major, false, "AllowedPattern", "has another pattern")
	}
	lower(at, "MinLength", old.MinLength, now.MinLength)
	lower(at, "MinValue", old.MinValue, now.MinValue)
	upper(at, "MaxLength", old.MaxLength, now.MaxLength)
	upper(at, "MaxValue", old.MaxValue, now.MaxValue)
}

// listed names values, unless they are secret.
func listed(p cfn.Parameter, values []string) string {
	if p.NoEcho {
		return fmt.Sprintf("%d of its values", len(values))
	}
	return strings.Join(values, ", ")
}

func without(from, what []string) []string {
	return slices.DeleteFunc(slices.Clone(from), func(s string) bool { return slices.Contains(what, s) })
}

// lower compares a lower bound; nil is none.
func lower[T cmp.Ordered](at func(b Bump, risk bool, key, what string), key string, old, now *T) {
	switch {
	case now != nil && (old == nil || *now > *old):
		at(Major, false, key, fmt.Sprintf("takes no longer what is under %v", *now))
	case old != nil && (now == nil || *now < *old):
		at(Minor, false, key, "takes also what is under "+fmt.Sprint(*old))
	}
}

func upper[T cmp.Ordered](at func(b Bump, risk bool, key, what string), key string, old, now *T) {
	switch {
	case now != nil && (old == nil || *now < *old):
		at(Major, false, key, fmt.Sprintf("takes no longer what is over %v", *now))
	case old != nil && (now == nil || *now > *old):
		at(Minor, false, key, "takes also what is over "+fmt.Sprint(*old))
	}
}

func (c *comparison) outputs() {
	for _, old := range c.before.Outputs {
		i := slices.IndexFunc(c.after.Outputs, func(o cfn.Output) bool { return o.Name == old.Name })
		if i < 0 {
			c.add(Major, false, "output "+old.Name+" is gone", "Outputs", old.Name)
			continue
		}
		c.output(old, c.after.Outputs[i])
	}
	for _, now := range c.after.Outputs {
		if !slices.ContainsFunc(c.before.Outputs, func(o cfn.Output) bool { return o.Name == now.Name }) {
			c.add(Minor, false, "output "+now.Name+" is new", "Outputs", now.Name)
		}
	}
}

func (c *comparison) output(old, now cfn.Output) {
	path := func(key string) []string { return []string{"Outputs", now.Name, key} }
	switch {
	case old.Export == nil && now.Export != nil:
		c.add(Minor, false, "output "+now.Name+" is exported now", path("Export")...)
	case old.Export != nil && now.Export == nil:
		c.add(Major, false, "output "+now.Name+" is exported no longer", path("Export")...)
	case c.changed(old.Export, now.Export):
		c.add(Major, false, "output "+now.Name+" is exported under another name", path("Export")...)
	}
	if now.Condition != "" && c.conditionChanged(old.Condition, now.Condition) {
		c.add(Major, false, "output "+now.Name+" is there only on another condition", path("Condition")...)
	} else if now.Condition == "" && old.Condition != "" {
		c.add(Minor, false, "output "+now.Name+" is always there now", "Outputs", now.Name)
	}
	if c.changed(old.Value, now.Value) {
		c.add(Patch, false, "output "+now.Name+" has another value", path("Value")...)
	}
	if old.Description != now.Description {
		c.add(Patch, false, "output "+now.Name+" is described anew", path("Description")...)
	}
}

// capabilities adds what the launch role, or whoever launches, must newly allow.
func (c *comparison) capabilities() {
	for _, added := range without(c.after.Capabilities(), c.before.Capabilities()) {
		c.add(Minor, true, "needs "+added+" now", "Resources")
	}
}

// sections compares what no row speaks of by itself: rules restrict, the rest is for readers.
func (c *comparison) sections() {
	get := func(t *cfn.Template, name string) any { return t.Doc.Root.Get(name).Plain() }
	if !reflect.DeepEqual(get(c.before, "Rules"), get(c.after, "Rules")) {
		if c.after.Doc.Root.Get("Rules") == nil {
			c.add(Minor, false, "Rules are gone", "Rules")
		} else {
			c.add(Major, false, "Rules may refuse what they took before", "Rules")
		}
	}
	for _, name := range []string{"Description", "Metadata", "Mappings", "Conditions", "Transform"} {
		if !reflect.DeepEqual(get(c.before, name), get(c.after, name)) {
			c.add(Patch, false, name+" differs", name)
		}
	}
}

// changed is whether a value differs, also through the mappings and conditions that it uses.
func (c *comparison) changed(old, now *document.Node) bool {
	return !reflect.DeepEqual(whole(c.before, old), whole(c.after, now))
}

func (c *comparison) conditionChanged(old, now string) bool {
	return old != now || c.changed(c.before.Conditions.Get(old), c.after.Conditions.Get(now))
}

// whole is a value as written, with the mappings and conditions it uses.
func whole(t *cfn.Template, n *document.Node) any {
	used := map[string]any{}
	follow(t, n, used)
	return []any{n.Plain(), used}
}

func follow(t *cfn.Template, n *document.Node, used map[string]any) {
	for _, r := range t.References(n) {
		var section *document.Node
		switch r.Kind {
		case "Fn::FindInMap":
			section = t.Mappings
		case "Fn::If", "Condition":
			section = t.Conditions
		default:
			continue
		}
		at := section.Get(r.LogicalID)
		if _, done := used[r.Kind+" "+r.LogicalID]; !done {
			used[r.Kind+" "+r.LogicalID] = at.Plain()
			follow(t, at, used)
		}
	}
}
