// Package world is the state behind the sandbox's services: accounts, roles, trust, clock,
// objects by (kind, account, region, id), client tokens and the log of calls. One request
// is one transaction, committed before its reply.
package world

import "context"

// Store keeps bytes by key. Keys sort as text.
type Store interface {
	// Update runs f in one writing transaction: all of it is kept, or, on an error, nothing.
	Update(ctx context.Context, f func(Tx) error) error
	// View runs f on one unchanging state.
	View(ctx context.Context, f func(Tx) error) error
	Close() error
}

// Tx is a transaction. A failed read or write ends the transaction: what follows reads
// nothing, and Update or View gives the error. The bytes that it takes and gives are shared with
// the store: nobody changes them.
type Tx interface {
	Get(key string) ([]byte, bool)
	Put(key string, value []byte) // a nil value removes the key
	Scan(prefix string, f func(key string, value []byte) bool)
}
