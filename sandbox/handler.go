package sandbox

import (
	"errors"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// ServeHTTP answers one request in one transaction, committed before the reply.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.control(w, r) {
		return
	}
	req, wrong := wire.Read(r)
	if route := s.routes[req.Service]; req.Protocol == wire.REST && route != nil {
		req.Operation, req.Resource = route(r)
	}
	var reply wire.Reply
	var a attempt
	err := s.update(r.Context(), func(c *world.Call) error {
		c.RequestID = world.RequestID(c.Tx)
		c.Service, c.Operation, c.Region = req.Service, req.Operation, req.Region
		a = attempt{s: s, req: req, call: c, wrong: wrong}
		var err error
		reply, err = a.run()
		return err
	})
	if err != nil {
		a.fault, a.wait = nil, 0
		reply = req.Refuse(wire.Fail("InternalFailure", "The sandbox's state cannot be used: %v", err).With(http.StatusInternalServerError), "")
	}
	if a.wait > 0 {
		_ = s.options.Wait(r.Context(), a.wait) // whoever has gone does not read the reply
	}
	s.deliver(w, r, reply, a.fault)
}

// attempt is one request on its way through the checks to its operation.
type attempt struct {
	s     *Sandbox
	req   *wire.Request
	call  *world.Call
	wrong *wire.Error // what was wrong with the request before any check
	op    world.Operation
	log   world.Logged
	fault *world.Fault  // what strikes the call
	late  time.Duration // how long it takes
	wait  time.Duration // how long that is by the wall
}

// run gives the reply and logs the call. Its error is the state's, never the caller's.
func (a *attempt) run() (wire.Reply, error) {
	c := a.call
	store := c.Tx
	over := world.Over(store)
	c.Tx, c.Kept = over, store
	reply, err := a.answer()
	var refused *wire.Error
	switch {
	case err == nil:
	case errors.As(err, &refused):
		over = world.Over(store) // nothing of a refused call is kept
		reply = a.req.Refuse(refused, c.RequestID)
		a.log.Outcome = refused.Code
	default:
		return wire.Reply{}, err
	}
	if err := over.Flush(); err != nil {
		return wire.Reply{}, err
	}
	a.wait = a.s.pass(store, c, a.late)
	a.note(store)
	return reply, nil
}

func (a *attempt) note(tx world.Tx) {
	c := a.call
	a.log.Time, a.log.Service, a.log.Operation = c.Now, c.Service, c.Operation
	a.log.Account, a.log.Region, a.log.Principal = c.Principal.Account, c.Region, c.Principal.ARN
	a.log.Mutating = a.op.Mutating
	world.Log(tx, a.log)
}

// answer checks the request and carries out its operation, or repeats the first reply.
func (a *attempt) answer() (wire.Reply, error) {
	if a.wrong != nil {
		return wire.Reply{}, a.wrong
	}
	if err := a.authenticate(); err != nil {
		return wire.Reply{}, err
	}
	if err := a.find(); err != nil {
		return wire.Reply{}, err
	}
	if err := a.strike(); err != nil {
		return wire.Reply{}, err
	}
	in := a.op.New()
	if err := a.req.Decode(in); err != nil {
		return wire.Reply{}, err
	}
	if err := a.honours(in); err != nil {
		return wire.Reply{}, err
	}
	if said := wire.Stray(in); said != "" {
		return wire.Reply{}, wire.Fail(modelCode(a.req.Service), "%s", said)
	}
	if said := lacking(a.req.Service+":"+a.req.Operation, in); said != "" {
		return wire.Reply{}, wire.Fail(modelCode(a.req.Service), "%s", said)
	}
	if err := a.permitted(in); err != nil {
		return wire.Reply{}, err
	}
	raw, err := a.req.Digested(in)
	if err != nil {
		return wire.Reply{}, err
	}
	a.log.InputDigest = world.Digest(a.call.Tx, string(raw))
	if a.log.Token = token(in, a.op.Token); a.log.Token != "" {
		return a.once(in)
	}
	return a.do(in)
}

func (a *attempt) do(in any) (wire.Reply, error) {
	out, err := a.paged(in)
	if err != nil {
		return wire.Reply{}, err
	}
	a.log.Outcome = "ok"
	return a.req.Succeed(wire.Listed(out), a.call.RequestID), nil
}

// find looks the operation up. What AWS has and the sandbox has not is 501.
func (a *attempt) find() error {
	service, name := a.req.Service, a.req.Operation
	op, ok := a.s.operations[service][name]
	if ok {
		a.op = op
		return a.inRegion()
	}
	if unknownToAWS(service, name) {
		if a.req.Protocol == wire.Query {
			return wire.Fail("InvalidAction", "Could not find operation %s", name)
		}
		return wire.Fail("UnknownOperationException", "%s has no operation %s", service, name)
	}
	return wire.NotHere(service + ":" + name)
}

// inRegion refuses a call that is signed for a region in which the service is not.
func (a *attempt) inRegion() error {
	if its := a.s.regions[a.req.Service]; its != "" && a.req.Region != its {
		return wire.Fail("InvalidSignatureException", "Credential should be scoped to a valid region, not '%s'.", a.req.Region).With(http.StatusForbidden)
	}
	return nil
}

// modelCode is a service's code for an input that its own model forbids.
func modelCode(service string) string {
	switch service {
	case "cloudformation", "iam", "sts":
		return "ValidationError"
	case "organizations":
		return "InvalidInputException"
	}
	return "ValidationException"
}

// honours refuses members that are set and that the operation would ignore.
func (a *attempt) honours(in any) error {
	if a.op.Honours == nil {
		return nil
	}
	for name, value := range wire.Members(reflect.ValueOf(in).Elem()) {
		if !value.IsZero() && !slices.Contains(a.op.Honours, name) {
			return wire.NotHere(a.req.Service + ":" + a.req.Operation + "." + name)
		}
	}
	return nil
}
