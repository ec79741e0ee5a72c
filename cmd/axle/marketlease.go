package main

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
)

// deskBooks are the books of this machine's state, where a lease falls with its process: whoever gets
// the lock of an organization knows that the one who had its lease is dead (PMP-8, PMP-15).
type deskBooks struct {
	sqlite.Market
	dir  string // of locks
	wait bool   // for another process that works there; else it is said
	mu   sync.Mutex
	held map[string]*disk.Lock
}

func (s *stall) deskBooks() *deskBooks {
	b := &deskBooks{Market: s.books, dir: filepath.Join(s.cloud.state.dir, "locks"), held: map[string]*disk.Lock{}}
	b.Alone = true
	return b
}

// Lease implements market.Keeper.
func (b *deskBooks) Lease(ctx context.Context, organization, holder string, now, until time.Time) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until.IsZero() {
		_, err := b.Market.Lease(ctx, organization, holder, now, until)
		if lock := b.held[organization]; lock != nil {
			err = errors.Join(err, lock.Unlock())
		}
		return 0, err
	}
	lock, err := b.lock(ctx, organization)
	if err != nil {
		return 0, err
	}
	if lock == nil {
		return 0, document.Fail(sqlite.CodeLeased, "blocked: another process works on the experiences of "+organization, "it goes on by itself; run again when it has ended", nil)
	}
	fence, err := b.Market.Lease(ctx, organization, holder, now, until)
	if err != nil {
		return 0, errors.Join(err, lock.Unlock())
	}
	b.held[organization] = lock
	return fence, nil
}

func (b *deskBooks) lock(ctx context.Context, organization string) (*disk.Lock, error) {
	for {
		lock, err := disk.TryLock(filepath.Join(b.dir, "market-"+organization))
		if lock != nil || err != nil || !b.wait {
			return lock, err
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
	}
}
