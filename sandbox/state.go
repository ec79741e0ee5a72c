package sandbox

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/world"
)

// Reset forgets everything but the seed and what the world began as: it begins so again, with the
// same keys and ids. start and seed, where given, are the new ones.
func (s *Sandbox) Reset(ctx context.Context, start string, seed []byte) error {
	return s.store.Update(ctx, func(tx world.Tx) error {
		if start == "" {
			start = world.Started(tx)
		}
		anew, err := ParseStart(start)
		if err != nil {
			return err
		}
		if seed == nil {
			seed = world.SeedOf(tx)
		}
		world.Clear(tx)
		return s.begin(tx, anew, seed)
	})
}

// Began says how the world began, and from which seed.
func (s *Sandbox) Began(ctx context.Context) (start string, seed []byte, err error) {
	err = s.update(ctx, func(c *world.Call) error {
		start, seed = world.Started(c.Tx), world.SeedOf(c.Tx)
		return nil
	})
	return start, seed, err
}

// Snapshot writes the whole state. It holds the sandbox's keys.
func (s *Sandbox) Snapshot(ctx context.Context, to io.Writer) error {
	if _, _, err := s.Began(ctx); err != nil { // a world that nobody used begins
		return err
	}
	return s.store.View(ctx, func(tx world.Tx) error { return world.Snapshot(tx, to) })
}

// Restore puts a snapshot in the place of the state, or changes nothing.
func (s *Sandbox) Restore(ctx context.Context, from io.Reader) error {
	err := s.store.Update(ctx, func(tx world.Tx) error { return world.Restore(tx, from) })
	if errors.Is(err, world.ErrSnapshot) {
		return document.Fail("AXLE1116", world.ErrSnapshot.Error(), "`axle sandbox snapshot FILE` makes one; the state is as it was", err)
	}
	return err
}

// Digest is a digest of the state that ids and times do not change.
func (s *Sandbox) Digest(ctx context.Context) (string, error) {
	var digest string
	err := s.update(ctx, func(c *world.Call) error {
		digest = world.StateDigest(c.Tx)
		return nil
	})
	return digest, err
}

// Covered is an operation that the sandbox answers.
type Covered struct {
	Service   string `json:"service"`
	Operation string `json:"operation"`
	Mutating  bool   `json:"mutating"`
	Token     string `json:"token,omitempty"` // the member that carries the client token
}

// Coverage are the operations that the sandbox answers, in order of their names.
func (s *Sandbox) Coverage() []Covered {
	var all []Covered
	for _, service := range s.options.Services {
		for _, op := range service.Operations {
			all = append(all, Covered{service.Name, op.Name, op.Mutating, op.Token})
		}
	}
	slices.SortFunc(all, func(a, b Covered) int {
		return strings.Compare(a.Service+" "+a.Operation, b.Service+" "+b.Operation)
	})
	return all
}
