package catalog

import (
	"fmt"
	"slices"
	"time"
)

// States of a version. Unsure is one that was begun to be changed, and of which nothing says how
// far that came.
const (
	StateActive     = "active"
	StateDeprecated = "deprecated"
	StateRetired    = "retired"
	StateDeleted    = "deleted"
	StateUnsure     = "unknown"
)

// State is where a version is in its life, in one word.
func (v Version) State() string {
	switch {
	case !v.Active:
		return StateRetired
	case v.Guidance == "DEPRECATED":
		return StateDeprecated
	}
	return StateActive
}

// Moment is what the record says of a version from some time on. A Region of "" is each that the
// record has it in. Begun is that it was about to be so: whether it came to it is not said.
type Moment struct {
	At              time.Time
	Version, Region string
	State           string
	Begun           bool
	Seen            bool // it was seen to be where a change of before wanted it: nothing is unsure any more
	Run, Commit     string
	Digest          string // of what the run published: where that is not "", it did
	Why             string
}

// Stood is a version in one region as it was at an instant.
type Stood struct {
	Version   string    `json:"version"`
	Region    string    `json:"region"` // "": where is not on record
	State     string    `json:"state"`
	Since     time.Time `json:"since,omitzero"` // it has the state
	Published time.Time `json:"published_at,omitzero"`
	Run       string    `json:"run,omitempty"` // that published it
	Digest    string    `json:"digest,omitempty"`
	Commit    string    `json:"commit,omitempty"`
	Why       string    `json:"why,omitempty"`

	meant string // the state that was begun to be made, while it is unsure
}

// AsOf is how each version stood at an instant, by the moments in the order of the record: versions
// by their order, then regions. What came later is as if it had never been.
func AsOf(record []Moment, at time.Time) []Stood {
	var all []Stood
	for _, m := range record {
		if !m.At.After(at) {
			all = m.onto(all)
		}
	}
	slices.SortStableFunc(all, func(a, b Stood) int {
		if n := byVersion(a.Version, b.Version); n != 0 {
			return n
		}
		return order(a.Region, b.Region)
	})
	return all
}

// onto adds the moment to what was before. One of a region takes the place of one of no region.
func (m Moment) onto(all []Stood) []Stood {
	of := func(s Stood) bool {
		return s.Version == m.Version && (m.Region == "" || s.Region == m.Region || s.Region == "")
	}
	if !slices.ContainsFunc(all, of) {
		all = append(all, Stood{Version: m.Version, Region: m.Region})
	}
	for i := range all {
		if of(all[i]) {
			m.change(&all[i])
		}
	}
	return all
}

func (m Moment) change(s *Stood) {
	if s.Region == "" {
		s.Region = m.Region
	}
	switch {
	case m.Begun && s.State != m.State:
		s.State, s.meant, s.Since, s.Why = StateUnsure, m.State, m.At, m.Why
	case m.Begun:
	case m.Seen && s.State == StateUnsure && s.meant != "":
		s.State, s.Since, s.meant, s.Why = s.meant, m.At, "", ""
	case m.Seen && s.State != "":
	case s.State != m.State:
		s.State, s.Since, s.meant, s.Why = m.State, m.At, "", m.Why
	}
	if m.Digest != "" && s.State != StateUnsure && s.Digest == "" {
		s.Digest, s.Commit, s.Run, s.Published = m.Digest, m.Commit, m.Run, m.At
	}
}

// Moments are what a plan's changes do to the versions of a product in the hub, each as m has it.
func Moments(changes []Change, product string, m Moment) (all []Moment) {
	for _, c := range changes {
		v := c.Version
		if c.Kind == KindProduct && c.NewProduct != nil && len(c.NewProduct.Versions) > 0 {
			v = &c.NewProduct.Versions[0]
		}
		if c.Product != product || c.Account != "" || v == nil || c.Kind != KindVersion && c.Kind != KindProduct {
			continue
		}
		at := m
		at.Version, at.Region, at.State = v.Name, c.Region, v.State()
		switch c.Verb {
		case Create:
			at.Digest = v.Digest
		case Delete:
			at.State = StateDeleted
		}
		if at.Begun {
			at.Why = fmt.Sprintf("run %s began to make it %s, and nothing says how far that came", m.Run, at.State)
		}
		all = append(all, at)
	}
	return all
}
