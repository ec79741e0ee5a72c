package sandbox

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/world"
)

// Rules are how calls go wrong, late and unseen, as a file gives them.
type Rules struct {
	Faults  []world.Fault   `json:"faults,omitempty" yaml:"faults"`
	Latency []world.Latency `json:"latency,omitempty" yaml:"latency"`
	Unseen  []world.Unseen  `json:"unseen,omitempty" yaml:"unseen"`
}

// SetRules puts rules in the place of those that were. One that says nothing, or what the sandbox
// has not, is refused with its path, faults[0], and then none is set.
func (s *Sandbox) SetRules(ctx context.Context, r Rules) error {
	if at, said, hint := s.wrong(r); said != "" {
		refused := document.Fail("AXLE1112", "this rule "+said, hint, nil)
		refused.Path = at
		return refused
	}
	return s.change(ctx, func(its *world.Settings) error {
		its.Faults, its.Latency, its.Unseen = r.Faults, r.Latency, r.Unseen
		return nil
	})
}

// wrong says which rule is wrong, and how.
func (s *Sandbox) wrong(r Rules) (at, said, hint string) {
	for i, f := range r.Faults {
		if said, hint := s.wrongFault(f); said != "" {
			return fmt.Sprintf("faults[%d]", i), said, hint
		}
	}
	for i, l := range r.Latency {
		if said, hint := s.unknownOperation(l.Service, l.Operation); said != "" {
			return fmt.Sprintf("latency[%d]", i), said, hint
		}
		if l.Min < 0 || l.Max != 0 && l.Max < l.Min {
			return fmt.Sprintf("latency[%d]", i), "has no range of time", "give min, or min and a greater max"
		}
	}
	for i, u := range r.Unseen {
		if _, ok := s.eventual[u.Kind]; u.Kind != "" && !ok {
			return fmt.Sprintf("unseen[%d]", i), "is about kind " + document.Printable(u.Kind) + ", which is never seen late",
				near(u.Kind, slices.Sorted(maps.Keys(s.eventual))) + "without kind it is about all that are"
		}
		if u.Reads <= 0 && u.For <= 0 {
			return fmt.Sprintf("unseen[%d]", i), "says not how long", "give reads or for"
		}
	}
	return "", "", ""
}

func (s *Sandbox) wrongFault(f world.Fault) (said, hint string) {
	if !slices.Contains(world.FaultKinds, f.Kind) {
		return "has no kind " + document.Printable(f.Kind), near(f.Kind, world.FaultKinds) + fmt.Sprint("use one of ", world.FaultKinds)
	}
	if said, hint := s.unknownOperation(f.Service, f.Operation); said != "" {
		return said, hint
	}
	ways := 0
	for _, given := range []bool{f.Nth != 0, f.Every != 0, f.Probability != 0} {
		if given {
			ways++
		}
	}
	switch {
	case ways > 1:
		return "has more than one of nth, every and probability", "give one of them, or none: then it strikes each call"
	case f.Nth < 0 || f.Every < 0 || f.Times < 0 || f.Reads < 0 || f.For < 0:
		return "has a number below 0", "numbers count from 1"
	case f.Probability < 0 || f.Probability > 1:
		return "has a probability that is none", "give a number from 0 to 1"
	case f.Kind == world.KindError && f.Code == "":
		return "is an error without a code", "give code: the code that AWS would send"
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return "has a status that is no error's", "give 400 to 599"
	case f.Kind == world.KindHTTP && !slices.Contains([]int{500, 502, 503, 504}, f.Status):
		return "has no status", "give status: 500, 502, 503 or 504"
	case f.Kind == world.KindResourceFail && f.Resource == "":
		return "names no resource", "give resource: the logical id that fails"
	}
	return "", ""
}

const lists = "`axle sandbox coverage` lists what is here"

// unknownOperation says that a rule is about what the sandbox has not: it would never strike.
func (s *Sandbox) unknownOperation(service, operation string) (said, hint string) {
	if service != "" && s.operations[service] == nil {
		return "is about service " + document.Printable(service) + ", which is not here", near(service, slices.Sorted(maps.Keys(s.operations))) + lists
	}
	if operation == "" {
		return "", ""
	}
	var names []string
	for at, operations := range s.operations {
		if _, ok := operations[operation]; ok && (service == "" || at == service) {
			return "", ""
		}
		if service == "" || at == service {
			names = slices.AppendSeq(names, maps.Keys(operations))
		}
	}
	slices.Sort(names)
	return "is about operation " + document.Printable(operation) + ", which is not here", near(operation, names) + lists
}
