package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Digest is what an approval of these changes binds: sha256 over their canonical JSON,
// without AWS's ids and without times. The same changes give the same digest anywhere.
func Digest(changes []Change) string {
	keys := make([]string, len(changes))
	for i, c := range changes {
		keys[i] = c.key()
	}
	raw, _ := json.Marshal(keys) // a list of text always marshals
	sum := sha256.Sum256(raw)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// key is all of a change that a person judges.
func (c Change) key() string {
	c = c.withoutIDs()
	raw, _ := json.Marshal(c) // plain structs of text always marshal
	return string(raw)
}

func (c Change) withoutIDs() Change {
	if c.NewProduct != nil {
		p := *c.NewProduct
		p.ID, p.Versions = "", append([]Version(nil), p.Versions...)
		for i := range p.Versions {
			p.Versions[i].ID = ""
		}
		c.NewProduct = &p
	}
	if c.NewFolio != nil {
		p := *c.NewFolio
		p.ID = ""
		c.NewFolio = &p
	}
	if c.Version != nil {
		v := *c.Version
		v.ID = ""
		c.Version = &v
	}
	if c.Constraint != nil {
		k := *c.Constraint
		k.ID = ""
		c.Constraint = &k
	}
	return c
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
func (c Change) String() string { return c.Region + ": " + c.Words() }

// Words are String's without the region.
func (c Change) Words() string {
	s := fmt.Sprintf("%s %s %s", c.Verb, c.Kind, c.subject())
	switch {
	case c.Verb == Update:
		s += ": " + c.Before + " → " + c.After
	case c.Verb == Delete && c.Kind != KindPlacement:
		s += ": " + c.Before
	case c.Kind == KindConstraint || c.Kind == KindPrincipal || c.Kind == KindShare:
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
	case KindPlacement, KindConstraint:
		return "of " + c.Product + " in " + c.Portfolio
	}
	return c.Portfolio
}
