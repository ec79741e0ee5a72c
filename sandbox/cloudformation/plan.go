package cloudformation

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/sandbox/world"
)

// verb is what an operation does to a resource.
type verb string

const (
	leave   verb = ""
	add     verb = "add"
	modify  verb = "modify"
	replace verb = "replace"
	remove  verb = "remove"
)

// step is what an operation does to one resource.
type step struct {
	verb
	Old, New   resource
	Properties []string      // that change, sorted
	Metadata   bool          // changes
	Tags       bool          // of the stack change, and the type takes them
	Fault      string        // why it will fail
	Late       time.Duration `json:",omitempty"` // how long it takes, where settings or a fault say
	Child      *child        // of a nested stack, where something is done to it
}

func (s step) id() string {
	if s.verb == remove {
		return s.Old.LogicalID
	}
	return s.New.LogicalID
}

// plan is all that an operation would do, as values: a change set shows it, executing it
// carries it out.
type plan struct {
	Inputs   inputs
	Template *cfn.Template
	Steps    []step // what is made and changed in order of dependency, then what is removed, in the order it was made
	Outputs  []output
	Imports  []string
	Fault    string // of the outputs: the stack fails when its resources are done
	Empty    bool   // nothing changes
}

// planner evaluates a template against what stands.
type planner struct {
	c       *world.Call
	at      place
	have    revision
	t       *cfn.Template
	env     cfn.Env
	in      inputs
	actor   *actor
	made    map[string]resource
	given   map[string][]output // of nested stacks
	refused error               // an attribute that is not there
	imports map[string]bool
	absent  []string // exports that are not there
}

// draft plans the way from what a stack has to what inputs want. inputs are settled.
func draft(c *world.Call, at place, have revision, in inputs, t *cfn.Template) (plan, error) {
	if at.family == nil {
		at.family = &family{exports: map[string]output{}}
	}
	p := &planner{c: c, at: at, have: have, t: t, in: in, made: map[string]resource{}, given: map[string][]output{}, imports: map[string]bool{}}
	params, err := valuesOf(c, t, in.Parameters)
	if err != nil {
		return plan{}, err
	}
	p.env = p.environment(params)
	if p.t, err = expand(t, p.env); err != nil {
		return plan{}, err
	}
	p.actor = actorOf(c, p.t, in.RoleARN)
	if err := acknowledged(p.t, in.Capabilities); err != nil {
		return plan{}, err
	}
	if err := ruled(p.t, p.env); err != nil {
		return plan{}, err
	}
	out := plan{Inputs: in, Template: p.t}
	if out.Steps, err = p.steps(!maps.Equal(have.Tags, in.Tags)); err != nil {
		return plan{}, err
	}
	if out.Outputs, err = p.outputs(); err != nil {
		return plan{}, err
	}
	if len(p.absent) > 0 {
		return plan{}, invalid("No export named %s found.", p.absent[0])
	}
	out.Imports = slices.Sorted(maps.Keys(p.imports))
	out.Fault = exportFault(c, at.StackID, have.Outputs, out.Outputs)
	out.Empty = !slices.ContainsFunc(out.Steps, func(s step) bool { return s.verb != leave }) &&
		maps.Equal(have.Tags, in.Tags) && slices.Equal(have.Outputs, out.Outputs)
	return out, nil
}

func (p *planner) environment(params map[string]any) cfn.Env {
	return cfn.Env{
		Params: params, Partition: partition(p.at.Region), AccountID: p.at.Account, Region: p.at.Region,
		StackName: p.at.StackName, StackID: p.at.StackID, URLSuffix: suffix(p.at.Region),
		Ref: func(id string) (any, bool) {
			r, ok := p.made[id]
			return refOf(p.at, r), ok
		},
		GetAtt: func(id, attribute string) (any, bool) {
			r, ok := p.made[id]
			if !ok {
				return nil, false
			}
			return p.attribute(r, attribute)
		},
		Import: p.imported,
		AZs: func(region string) []string {
			if region == "" {
				region = p.at.Region
			}
			return zones(region)
		},
	}
}

// attribute answers GetAtt. What a resource has not, nothing can be made of.
func (p *planner) attribute(r resource, name string) (any, bool) {
	if r.Type == typeStack && strings.HasPrefix(name, "Outputs.") {
		v, ok := p.outputOf(r.LogicalID, name)
		if !ok && p.refused == nil {
			p.refused = invalid("Template error: nested stack %s has no output %s", r.LogicalID, strings.TrimPrefix(name, "Outputs."))
		}
		return v, ok
	}
	return attributeOf(p.at, r, name)
}

func (p *planner) imported(name string) (any, bool) {
	if e, ok := exported(p.c, name); ok && e.stackID != p.at.StackID {
		p.imports[name] = true
		return e.Value, true
	}
	if e, ok := p.at.family.exports[name]; ok {
		p.imports[name] = true
		return e.Value, true
	}
	p.absent = append(p.absent, name)
	return "", true
}

func (p *planner) steps(tags bool) ([]step, error) {
	order, err := p.t.Order()
	if err != nil {
		return nil, faulty(err)
	}
	conditions, err := p.t.EvalConditions(p.env)
	if err != nil {
		return nil, faulty(err)
	}
	var steps []step
	var changedType []string
	for _, id := range order {
		r := p.t.Resource(id)
		if r == nil || r.Condition != "" && conditions[r.Condition] != true {
			continue
		}
		s, err := p.step(r, tags)
		if err != nil {
			return nil, err
		}
		if s.Old.Type != "" && s.Old.Type != s.New.Type {
			changedType = append(changedType, id)
		}
		steps = append(steps, s)
	}
	if len(changedType) > 0 {
		return nil, invalid("Update of resource type is not permitted. The new template modifies resource type of the following resources: [%s]", strings.Join(changedType, ", "))
	}
	if len(steps) == 0 {
		return nil, invalid("Template format error: At least one Resources member must be defined.")
	}
	for _, old := range ordered(p.have.Resources) {
		if _, ok := p.made[old.LogicalID]; !ok {
			steps = append(steps, step{verb: remove, Old: old})
		}
	}
	return steps, nil
}

func (p *planner) step(r *cfn.Resource, tags bool) (step, error) {
	next, err := p.evaluate(r)
	if err != nil {
		return step{}, err
	}
	old, exists := p.have.Resources[r.LogicalID]
	s := step{Old: old}
	switch {
	case !exists:
		s.verb = add
	default:
		s.Properties = changed(old.Properties, next.Properties)
		s.Metadata = old.Metadata != next.Metadata
		s.Tags = tags && taggable(r.Type)
		s.verb = judge(r.Type, s)
	}
	next.PhysicalID = old.PhysicalID
	if s.verb == add || s.verb == replace {
		next.PhysicalID = identify(p.at, next)
	}
	s.New = next
	if err := p.nest(&s); err != nil {
		return step{}, err
	}
	s.Fault = cmp.Or(p.fault(s), s.Child.failure(next.PhysicalID))
	s.Late = world.Takes(p.c, "cloudformation:resource", 0)
	p.made[r.LogicalID] = next
	return s, nil
}

func judge(typ string, s step) verb {
	switch {
	case slices.ContainsFunc(s.Properties, func(n string) bool { return createOnly(typ, n) }):
		return replace
	case len(s.Properties) > 0 || s.Metadata || s.Tags:
		return modify
	}
	return leave
}
