package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// Digest is what an approval of these changes binds: sha256 over what they do, where and in
// which wave, without AWS's ids, reasons and estimates. The same changes give the same digest anywhere.
func Digest(changes []Change) string {
	keys := make([]string, len(changes))
	for i, c := range changes {
		keys[i] = c.key()
	}
	raw, _ := json.Marshal(keys) // a list of text always marshals
	sum := sha256.Sum256(raw)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// key is all of a change that acts.
func (c Change) key() string {
	c = c.withoutIDs()
	c.Reason, c.Calls, c.Removal, c.Reversible = "", 0, false, false
	raw, _ := json.Marshal(c) // plain structs of text always marshal
	return string(raw)
}

// unwaved is key, whatever the wave: a plan of the hub alone names none.
func (c Change) unwaved() string {
	c.Wave = ""
	return c.key()
}

func (c Change) withoutIDs() Change {
	c.ID = ""
	if c.NewProduct != nil {
		p := *c.NewProduct
		p.ID, p.Versions, p.TagOptions, p.Actions = "", slices.Clone(p.Versions), slices.Clone(p.TagOptions), slices.Clone(p.Actions)
		for i := range p.Versions {
			p.Versions[i].ID = ""
		}
		for i := range p.TagOptions {
			p.TagOptions[i].ID = ""
		}
		for i := range p.Actions {
			p.Actions[i].ID = ""
		}
		c.NewProduct = &p
	}
	c.NewFolio = anonymous(c.NewFolio, func(p *Portfolio) { p.ID = "" })
	c.Version = anonymous(c.Version, func(v *Version) { v.ID = "" })
	c.Constraint = anonymous(c.Constraint, func(k *Constraint) { k.ID = "" })
	c.TagOption = anonymous(c.TagOption, func(o *TagOption) { o.ID = "" })
	c.Action = anonymous(c.Action, func(a *Action) { a.ID = "" })
	c.Launch = anonymous(c.Launch, func(l *Launch) { l.ID, l.State, l.ProductID, l.VersionID = "", "", "", "" })
	return c
}

// anonymous is a copy of what a pointer shows, without its id.
func anonymous[T any](p *T, strip func(*T)) *T {
	if p == nil {
		return nil
	}
	alone := *p
	strip(&alone)
	return &alone
}

// Summary is a line for each change, for people.
func Summary(changes []Change) []string {
	lines := make([]string, len(changes))
	for i, c := range changes {
		lines[i] = c.String()
	}
	return lines
}

// String is the change in one line: where, what, from what to what.
func (c Change) String() string {
	if c.Account != "" {
		return c.Account + " " + c.Region + ": " + c.Words()
	}
	return c.Region + ": " + c.Words()
}

// Words are String's without the region.
func (c Change) Words() string {
	s := fmt.Sprintf("%s %s %s", c.Verb, c.Kind, c.subject())
	switch {
	case c.Verb == Update:
		s += ": " + c.Before + " → " + c.After
	case c.Verb == Delete && c.Before != "" && c.Kind != KindPlacement && c.Kind != KindImport:
		s += ": " + c.Before
	case c.Kind == KindConstraint || c.Kind == KindPrincipal || c.Kind == KindShare || c.Kind == KindAction && c.Version == nil:
		s += ": " + c.After
	}
	return s
}

func (c Change) subject() string {
	switch c.Kind {
	case KindProduct:
		if c.Verb == Create {
			return c.After
		}
		return c.Product
	case KindVersion:
		return c.Product + " " + c.Version.Name
	case KindCopy:
		return c.copied()
	case KindPlacement, KindImport, KindConstraint:
		return "of " + c.Product + " in " + c.Portfolio
	case KindTagOption, KindAction, KindBudget:
		return c.attached()
	case KindLaunch:
		return c.Launch.subject(c.Verb)
	}
	return c.Portfolio
}
