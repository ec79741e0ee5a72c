package world

import (
	"maps"
	"slices"
	"strings"
)

// Overlay holds writes over a transaction until Flush. What an operation wrote before it
// failed is dropped with it, while its line in the log of calls still goes in.
type Overlay struct {
	under   Tx
	pending map[string][]byte
	err     error
}

// Over makes an Overlay.
func Over(tx Tx) *Overlay { return &Overlay{under: tx, pending: map[string][]byte{}} }

func (o *Overlay) Get(key string) ([]byte, bool) {
	if v, ok := o.pending[key]; ok {
		return v, v != nil
	}
	return o.under.Get(key)
}

func (o *Overlay) Put(key string, value []byte) { o.pending[key] = value }

// Fail ends the transaction.
func (o *Overlay) Fail(err error) {
	if o.err == nil {
		o.err = err
	}
}

// Err is why the transaction ended, or nil.
func (o *Overlay) Err() error { return o.err }

// Scan gives keys in order, those written here and those below.
func (o *Overlay) Scan(prefix string, f func(string, []byte) bool) {
	var mine []string
	for k := range o.pending {
		if strings.HasPrefix(k, prefix) {
			mine = append(mine, k)
		}
	}
	slices.Sort(mine)
	snapshot := make(map[string][]byte, len(mine))
	for _, k := range mine {
		snapshot[k] = o.pending[k]
	}
	stopped := false
	give := func(k string, v []byte) bool {
		stopped = stopped || v != nil && !f(k, v)
		return !stopped
	}
	o.under.Scan(prefix, func(k string, v []byte) bool {
		for len(mine) > 0 && mine[0] < k {
			if !give(mine[0], snapshot[mine[0]]) {
				return false
			}
			mine = mine[1:]
		}
		if len(mine) > 0 && mine[0] == k {
			v, mine = snapshot[k], mine[1:]
		}
		return give(k, v)
	})
	for i := 0; i < len(mine) && !stopped; i++ {
		give(mine[i], snapshot[mine[i]])
	}
}

// Flush writes what is held into the transaction below, or gives why that must not be.
func (o *Overlay) Flush() error {
	if o.err != nil {
		return o.err
	}
	for _, k := range slices.Sorted(maps.Keys(o.pending)) {
		o.under.Put(k, o.pending[k])
	}
	clear(o.pending)
	return nil
}

// fail ends the transaction that tx is, so that a record that cannot be written or read is
// never taken for one that is not there.
func fail(tx Tx, err error) {
	if f, ok := tx.(interface{ Fail(error) }); ok {
		f.Fail(err)
	}
}
