// Package sandbox is an AWS organization on this machine: an http.Handler that answers the
// operations axle calls, over AWS's own wire protocols. Nothing runs in it, resources are
// records, and it says so: sandbox, not AWS.
package sandbox

import (
	"context"
	"crypto/rand"
	"maps"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/world"
)

// Mode is how the sandbox's clock goes.
type Mode string

const (
	Fast   Mode = "fast"   // Sleep moves the clock and does not wait
	Real   Mode = "real"   // Sleep waits
	Manual Mode = "manual" // Sleep waits until somebody moves the clock
)

// Options say how a sandbox runs. Wall is required; Wait is required in mode real.
type Options struct {
	Wall     func() time.Time
	Wait     func(context.Context, time.Duration) error
	Mode     Mode   // of a clock that nobody has set; "": Fast
	Start    string // what a new world begins as, as ParseStart reads it; "": default
	Seed     []byte // of a new world; nil: random
	Services []world.Service
}

// Sandbox answers requests over the state in its store. It may be used concurrently.
type Sandbox struct {
	store      world.Store
	options    Options
	start      Start
	operations map[string]map[string]world.Operation
	routes     map[string]world.Route
	regions    map[string]string // of services that are in one alone
	eventual   map[string]bool
}

// New makes a sandbox over a store. The store's world is made on its first use.
func New(store world.Store, o Options) (*Sandbox, error) {
	if o.Wall == nil || o.Mode == Real && o.Wait == nil {
		return nil, document.Fail("AXLE3100", "the sandbox has no clock", "give Options.Wall, and Options.Wait in mode real", nil)
	}
	if o.Mode == "" {
		o.Mode = Fast
	}
	if o.Mode != Fast && o.Mode != Real && o.Mode != Manual {
		return nil, document.Fail("AXLE3101", "the sandbox has no clock mode "+string(o.Mode), "use fast, real or manual", nil)
	}
	start, err := ParseStart(o.Start)
	if err != nil {
		return nil, err
	}
	if o.Services == nil {
		o.Services = Services()
	}
	s := &Sandbox{store: store, options: o, start: start, operations: map[string]map[string]world.Operation{}, routes: map[string]world.Route{}, regions: map[string]string{}, eventual: map[string]bool{}}
	for _, service := range o.Services {
		s.register(service)
	}
	return s, nil
}

func (s *Sandbox) register(service world.Service) {
	s.routes[service.Name] = service.Route
	s.regions[service.Name] = service.Region
	s.operations[service.Name] = map[string]world.Operation{}
	maps.Copy(s.eventual, service.Eventual)
	for _, op := range service.Operations {
		s.operations[service.Name][op.Name] = op
	}
}

// update runs f in one transaction of a started world.
func (s *Sandbox) update(ctx context.Context, f func(*world.Call) error) error {
	return s.store.Update(ctx, func(tx world.Tx) error {
		if world.Started(tx) == "" {
			if err := s.begin(tx, s.start, s.seed()); err != nil {
				return err
			}
		}
		return f(s.call(tx))
	})
}

// call is one that nobody signed.
func (s *Sandbox) call(tx world.Tx) *world.Call {
	c := &world.Call{Tx: tx, Wall: s.options.Wall().UTC(), Eventual: s.eventual}
	c.Now = world.Tick(tx, c.Wall)
	return c
}

// begin makes a new world.
func (s *Sandbox) begin(tx world.Tx, start Start, seed []byte) error {
	c := s.call(tx)
	world.Seed(tx, seed)
	if err := start.begin(s, c); err != nil {
		return err
	}
	world.MarkStarted(tx, start.String())
	return nil
}

// seed is a new world's randomness.
func (s *Sandbox) seed() []byte {
	if s.options.Seed != nil {
		return s.options.Seed
	}
	return []byte(rand.Text())
}

// Credentials are the keys of an IAM user of the world. The user axle, in the hub account,
// is who axle is there; the user management is in the management account.
func (s *Sandbox) Credentials(ctx context.Context, user string) (world.Credential, error) {
	var k world.Credential
	err := s.update(ctx, func(c *world.Call) error {
		var ok bool
		if k, ok = world.UserCredential(c, user); !ok {
			return document.Fail("AXLE3103", "the sandbox has no user "+user, "use axle or management", nil)
		}
		return nil
	})
	return k, err
}

// EnsureRole makes a role in each account that has none of its name, and says in which it did. One
// that comes without policies may do everything.
func (s *Sandbox) EnsureRole(ctx context.Context, accounts []string, role world.Role) (made []string, err error) {
	err = s.update(ctx, func(c *world.Call) error {
		made = nil
		for _, id := range accounts {
			if _, ok := world.FindAccount(c, id); !ok {
				return document.Fail("AXLE3104", "the sandbox has no account "+id, "use an account of its organization", nil)
			}
			if _, ok := world.RoleOf(c, id, role.Name); ok {
				continue
			}
			role.Account = id
			if role.Inline == nil && role.Attached == nil {
				role.Attached = []string{everything}
			}
			world.PutRole(c, role)
			made = append(made, id)
		}
		return nil
	})
	return made, err
}

// Calls are the logged calls numbered above since, in order.
func (s *Sandbox) Calls(ctx context.Context, since int) ([]Call, error) {
	var calls []Call
	err := s.store.View(ctx, func(tx world.Tx) error {
		calls = world.LoggedSince(tx, since)
		return nil
	})
	return calls, err
}

// Call is a line of the log.
type Call = world.Logged
