package world

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Unseen is how late a new or changed object is seen: after Reads that look at it, or after For.
// It is about the eventual kinds that services name; "" is any.
type Unseen struct {
	Kind    string   `json:"kind,omitempty" yaml:"kind"`
	Account string   `json:"account,omitempty" yaml:"account,scalar"`
	Region  string   `json:"region,omitempty" yaml:"region"`
	Reads   int      `json:"reads,omitempty" yaml:"reads"`
	For     Duration `json:"for,omitempty" yaml:"-"`
	Flicker bool     `json:"flicker,omitempty" yaml:"flicker"` // meanwhile one list shows it, the next does not
	Deletes bool     `json:"deletes,omitempty" yaml:"deletes"` // what is deleted stays seen as long
}

const veilRoot = "v/"

// veil lies over an object: what is seen instead, nil for nothing, and how long.
type veil struct {
	Before  json.RawMessage `json:",omitempty"`
	Left    int             `json:",omitempty"` // reads
	Until   time.Time
	Flicker bool `json:",omitempty"`
}

// late says whether objects of a kind may be veiled in this call's world.
func (c *Call) late(kind string) (rests, ok bool) {
	if len(c.Eventual) == 0 {
		return false, false
	}
	s := c.settings()
	stale := func(f Fault) bool { return f.Kind == KindStale }
	if len(s.Unseen) == 0 && !slices.ContainsFunc(s.Faults, stale) {
		return false, false
	}
	rests, ok = c.Eventual[kindOf(kind)]
	return rests, ok
}

// kindOf is a kind without what it stands under: sc-placement of sc-placement/port-1.
func kindOf(kind string) string {
	kind, _, _ = strings.Cut(kind, "/")
	return kind
}

// veil hides what a call is about to write under a key, for as long as the settings say. The call
// itself sees it.
func (c *Call) veil(kind, key string, to []byte) {
	if _, ok := c.late(kind); !ok || !c.Mutating {
		return
	}
	its := c.shared()
	rule := c.hides(kind)
	if its.written[key] || rule == nil {
		return
	}
	its.written[key] = true
	from, _ := c.Tx.Get(key)
	if old, ok := c.veilOver(key); ok && (old.Left > 0 || c.Now.Before(old.Until)) {
		from = old.Before
	}
	if to == nil && !rule.Deletes || bytes.Equal(from, to) {
		c.Tx.Put(veilRoot+key, nil)
		return
	}
	v := veil{Before: from, Left: rule.Reads, Flicker: rule.Flicker}
	if rule.For > 0 {
		v.Until = c.Now.Add(time.Duration(rule.For))
	}
	raw, err := json.Marshal(v)
	if err != nil {
		fail(c.Tx, err)
		return
	}
	c.Tx.Put(veilRoot+key, raw)
}

// hides is the rule by which what this call writes of a kind is unseen, or nil.
func (c *Call) hides(kind string) *Unseen {
	if f := c.Struck(KindStale); f != nil {
		return &Unseen{Reads: max(f.Reads, 1)}
	}
	rules := c.settings().Unseen
	for i, u := range rules {
		if fits(u.Kind, kindOf(kind)) && fits(u.Account, c.Account) && fits(u.Region, c.Region) {
			return &rules[i]
		}
	}
	return nil
}

// look reads what this call sees under a key. A writing call sees what is there, and only what is
// new may be hidden from it: it must not write an older state back.
func (c *Call) look(kind, key string) ([]byte, bool) {
	rests, late := c.late(kind)
	if late && (rests || !c.Mutating) {
		if v, ok := c.veilOver(key); ok && (!c.Mutating || v.Before == nil) && c.hidden(key, v, false) {
			return v.Before, v.Before != nil
		}
	}
	return c.Tx.Get(key)
}

// walk gives what this call sees under a prefix, in order.
func (c *Call) walk(kind, prefix string, f func(string, []byte) bool) {
	if _, late := c.late(kind); !late || c.Mutating {
		c.Scan(prefix, f)
		return
	}
	hidden := map[string]json.RawMessage{}
	c.Scan(veilRoot+prefix, func(at string, raw []byte) bool {
		key := strings.TrimPrefix(at, veilRoot)
		var v veil
		if decode(c, at, raw, &v) && c.hidden(key, v, true) {
			hidden[key] = v.Before
		}
		return true
	})
	type row struct {
		key string
		raw []byte
	}
	var rows []row
	c.Scan(prefix, func(key string, raw []byte) bool {
		if _, ok := hidden[key]; !ok {
			rows = append(rows, row{key, raw})
		}
		return true
	})
	for key, before := range hidden {
		if before != nil {
			rows = append(rows, row{key, before})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.key, b.key) })
	for _, r := range rows {
		if !f(r.key, r.raw) {
			return
		}
	}
}

func (c *Call) veilOver(key string) (veil, bool) {
	var v veil
	raw, ok := c.Tx.Get(veilRoot + key)
	return v, ok && decode(c, veilRoot+key, raw, &v)
}

// hidden says whether a veil still hides its key from this call, and counts the look, once a call.
func (c *Call) hidden(key string, v veil, list bool) bool {
	its := c.shared()
	left, again := its.read[key]
	switch {
	case its.written[key]:
		return false
	case again:
		v.Left = left
	case v.Left <= 0 && !c.Now.Before(v.Until):
		c.kept().Put(veilRoot+key, nil)
		return false
	default:
		its.read[key] = v.Left
		c.lift(key, v)
	}
	return !list || !v.Flicker || v.Left%2 == 1
}

// lift counts one look under a veil.
func (c *Call) lift(key string, v veil) {
	if v.Left == 0 {
		return
	}
	v.Left--
	raw, err := json.Marshal(v)
	if err != nil {
		fail(c.Tx, err)
		return
	}
	c.kept().Put(veilRoot+key, raw)
}
