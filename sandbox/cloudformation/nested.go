package cloudformation

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// A nested stack is a stack of its own. Its plan is made with its parent's, so that what is
// wrong in it is said at once, and is carried out when its parent's schedule comes to it.

const (
	maxDepth  = 5   // of stacks in stacks
	maxNested = 100 // of one operation
)

// family is what the stacks of one operation share while they are planned.
type family struct {
	stacks  int
	exports map[string]output // that they will have
}

// child is what an operation does to a nested stack.
type child struct {
	plan plan
	have revision
}

// lasts is how long a step takes.
func (s step) lasts() time.Duration {
	if s.Late > 0 {
		return s.Late
	}
	if s.Child == nil {
		return takes(s.New.Type)
	}
	slots, end := schedule(time.Time{}, tasksOf(s.Child.plan.Steps))
	_, end, _ = halt(slots, end)
	return end.Sub(time.Time{}) + time.Second
}

// nest plans the stack that a step's resource is.
func (p *planner) nest(s *step) error {
	if s.New.Type != typeStack || misfit(s.New) != "" {
		return nil
	}
	if p.at.family.stacks++; p.at.depth >= maxDepth || p.at.family.stacks > maxNested {
		return invalid("Template error: nested stack %s: stacks nested deeper than %d, or more than %d of them, are not in the sandbox", s.New.LogicalID, maxDepth, maxNested)
	}
	next, err := p.nested(s)
	if e, ok := errors.AsType[*wire.Error](err); ok && e.Status == http.StatusNotImplemented {
		return err
	}
	if err != nil {
		return invalid("Template error: nested stack %s: %s", s.New.LogicalID, said(err))
	}
	if s.verb == leave && !next.plan.Empty {
		s.verb = modify
	}
	if s.verb == add || !next.plan.Empty {
		s.Child = next
	}
	p.given[s.New.LogicalID] = next.plan.Outputs
	for _, o := range next.plan.Outputs {
		if o.Export != "" {
			p.at.family.exports[o.Export] = o
		}
	}
	return nil
}

func (p *planner) nested(s *step) (*child, error) {
	url := text(s.New, "TemplateURL")
	template, err := world.ObjectByURL(p.c, url)
	if err != nil {
		return nil, fmt.Errorf("TemplateURL %s: %w", shown(url), err)
	}
	at := place{Account: p.at.Account, Region: p.at.Region, StackName: nestedName(s.New.PhysicalID), StackID: s.New.PhysicalID, Operation: 1, depth: p.at.depth + 1, family: p.at.family}
	var have revision
	if r, ok := load(p.c, s.New.PhysicalID); ok {
		have, at.Operation = r.revision(p.c.Now), r.Operations+1
	}
	in, t, err := settle(p.c, at.StackID, p.passed(s.New, string(template.Body)), have.Parameters)
	if err != nil {
		return nil, err
	}
	next, err := draft(p.c, at, have, in, t)
	return &child{next, have}, err
}

// passed are the inputs of a nested stack: its own parameters and tags, its parent's tags and
// capabilities.
func (p *planner) passed(r resource, template string) inputs {
	in := inputs{Template: template, Parameters: map[string]string{}, Tags: maps.Clone(p.in.Tags), Capabilities: p.in.Capabilities}
	given, _ := r.Properties["Parameters"].(map[string]any)
	for name, v := range given {
		if all, list := v.([]any); list {
			v = commas(all)
		}
		in.Parameters[name] = fmt.Sprint(v)
	}
	if in.Tags == nil {
		in.Tags = map[string]string{}
	}
	for _, t := range items(r.Properties["Tags"]) {
		tag, _ := t.(map[string]any)
		in.Tags[fmt.Sprint(tag["Key"])] = fmt.Sprint(tag["Value"])
	}
	return in
}

func commas(all []any) string {
	var texts []string
	for _, v := range all {
		texts = append(texts, fmt.Sprint(v))
	}
	return strings.Join(texts, ",")
}

// nestedName is the name in a stack's id: arn:…:stack/Name/uuid.
func nestedName(id string) string {
	parts := strings.Split(id, "/")
	return parts[min(1, len(parts)-1)]
}

// failure is why the nested stack will not come about, "" if it will.
func (n *child) failure(id string) string {
	if n == nil {
		return ""
	}
	slots, end := schedule(time.Time{}, tasksOf(n.plan.Steps))
	_, _, failed := halt(slots, end)
	switch {
	case len(failed) > 0:
		return "Embedded stack " + id + " was not successfully created: " + strings.TrimSpace(failures("create", failed))
	case n.plan.Fault != "":
		return "Embedded stack " + id + " was not successfully created: " + n.plan.Fault
	}
	return ""
}

// embed carries out what a step does to a nested stack, from the step's start on. doomed is
// when the parent's update will be rolled back, zero if it will not: then the nested one is too.
func (b *book) embed(s slot, of step, doomed time.Time) {
	if of.Child == nil {
		return
	}
	c := *b.c
	c.Now = s.Start
	r, ok := load(&c, of.New.PhysicalID)
	if !ok {
		r = &record{ID: of.New.PhysicalID, Name: nestedName(of.New.PhysicalID), Created: s.Start, OnFailure: "ROLLBACK", Parent: b.r.ID, Root: cmp.Or(b.r.Root, b.r.ID)}
		world.Put(&c, kindStackName, r.Name, r.ID)
		begin(&c, r, b.token).create(of.Child.plan)
		return
	}
	begin(&c, r, b.token).updateUntil(of.Child.plan, of.Child.have, doomed)
}

// disband deletes the nested stack that a resource is.
func (b *book) disband(at time.Time, r resource) {
	if r.Type != typeStack || r.PhysicalID == b.r.ID {
		return
	}
	c := *b.c
	c.Now = at
	if nested, ok := load(&c, r.PhysicalID); ok {
		have := nested.cut(&c)
		forget(&c, nested.ID)
		begin(&c, nested, b.token).delete(have, goodbye{})
	}
}

// resourcesOf are what a nested stack holds.
func resourcesOf(c *world.Call, r resource) []resource {
	nested, ok := load(c, r.PhysicalID)
	if r.Type != typeStack || !ok {
		return nil
	}
	return ordered(nested.revision(c.Now).Resources)
}

// outputOf is an output of a nested stack by the name GetAtt uses: Outputs.Name.
func (p *planner) outputOf(id, attribute string) (any, bool) {
	name, ok := strings.CutPrefix(attribute, "Outputs.")
	i := slices.IndexFunc(p.given[id], func(o output) bool { return o.Key == name })
	if !ok || i < 0 {
		return nil, false
	}
	return p.given[id][i].Value, true
}
