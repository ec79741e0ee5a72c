package cloudformation

import (
	"cmp"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/sandbox/world"
)

// changes is a plan as a change set tells it. What a reference to another changed resource
// gives is known here, and still told as Dynamic, as AWS would.
func (p plan) changes(c *world.Call, at place, have revision) ([]sdk.Change, error) {
	was := &cfn.Template{}
	if have.Template != "" {
		var err error
		if was, err = have.expanded(c, at); err != nil {
			return nil, err
		}
	}
	a := announcement{plan: p, have: have, was: was}
	var all []sdk.Change
	for _, s := range p.Steps {
		if s.verb != leave {
			all = append(all, sdk.Change{Type: sdk.ChangeTypeResource, ResourceChange: a.change(s)})
		}
	}
	slices.SortStableFunc(all, func(x, y sdk.Change) int {
		return cmp.Compare(*x.ResourceChange.LogicalResourceId, *y.ResourceChange.LogicalResourceId)
	})
	return all, nil
}

type announcement struct {
	plan
	have revision
	was  *cfn.Template
}

func (a announcement) change(s step) *sdk.ResourceChange {
	id := s.id()
	switch s.verb {
	case add:
		return &sdk.ResourceChange{Action: sdk.ChangeActionAdd, LogicalResourceId: &id, ResourceType: &s.New.Type, AfterContext: contextOf(s.New, a.unsure(s))}
	case remove:
		return &sdk.ResourceChange{Action: sdk.ChangeActionRemove, LogicalResourceId: &id, ResourceType: &s.Old.Type,
			PhysicalResourceId: opt(shown(s.Old.PhysicalID)), PolicyAction: policyAction("", s.Old.DeletionPolicy), BeforeContext: contextOf(s.Old, nil)}
	}
	c := &sdk.ResourceChange{Action: sdk.ChangeActionModify, LogicalResourceId: &id, ResourceType: &s.New.Type, PhysicalResourceId: opt(shown(s.Old.PhysicalID))}
	c.BeforeContext, c.AfterContext = contextOf(s.Old, nil), contextOf(s.New, a.unsure(s))
	c.Details = a.details(s)
	for _, d := range c.Details {
		if !slices.Contains(c.Scope, d.Target.Attribute) {
			c.Scope = append(c.Scope, d.Target.Attribute)
		}
	}
	c.Replacement = replacement(c.Details)
	if c.Replacement == sdk.ReplacementTrue {
		c.PolicyAction = policyAction("ReplaceAnd", s.Old.ReplacePolicy)
	}
	return c
}

func policyAction(prefix, policy string) sdk.PolicyAction {
	switch policy {
	case "Retain", "RetainExceptOnCreate":
		return sdk.PolicyAction(prefix + "Retain")
	case "Snapshot":
		return sdk.PolicyAction(prefix + "Snapshot")
	}
	return sdk.PolicyAction(prefix + "Delete")
}

func (a announcement) details(s step) []sdk.ResourceChangeDetail {
	var all []sdk.ResourceChangeDetail
	for _, name := range s.Properties {
		target := a.target(s, name)
		for _, d := range a.causes(s.id(), name) {
			d.Target = &target
			all = append(all, d)
		}
	}
	direct := func(attribute sdk.ResourceAttribute) sdk.ResourceChangeDetail {
		return sdk.ResourceChangeDetail{ChangeSource: sdk.ChangeSourceDirectModification, Evaluation: sdk.EvaluationTypeStatic,
			Target: &sdk.ResourceTargetDefinition{Attribute: attribute, RequiresRecreation: sdk.RequiresRecreationNever}}
	}
	if s.Metadata {
		all = append(all, direct(sdk.ResourceAttributeMetadata))
	}
	if s.Tags {
		all = append(all, direct(sdk.ResourceAttributeTags))
	}
	return all
}

// causes are why a property changes: a parameter, another resource, or the template itself.
func (a announcement) causes(id, property string) []sdk.ResourceChangeDetail {
	now, before := propertyOf(a.Template, id, property), propertyOf(a.was, id, property)
	var all []sdk.ResourceChangeDetail
	for _, ref := range a.Template.References(now) {
		d := sdk.ResourceChangeDetail{CausingEntity: &ref.LogicalID, Evaluation: sdk.EvaluationTypeDynamic}
		verb := a.step(ref.LogicalID).verb
		switch {
		case a.Template.Parameter(ref.LogicalID) != nil:
			if a.Inputs.Parameters[ref.LogicalID] == a.have.Parameters[ref.LogicalID] {
				continue
			}
			d.ChangeSource, d.Evaluation = sdk.ChangeSourceParameterReference, sdk.EvaluationTypeStatic
		case ref.Attribute != "" && (verb == modify || verb == replace || verb == add):
			entity := ref.LogicalID + "." + ref.Attribute
			d.ChangeSource, d.CausingEntity = sdk.ChangeSourceResourceAttribute, &entity
		case ref.Attribute == "" && (verb == replace || verb == add):
			d.ChangeSource = sdk.ChangeSourceResourceReference
		default:
			continue
		}
		all = append(all, d)
	}
	if len(all) == 0 || shape(now) != shape(before) {
		all = append(all, sdk.ResourceChangeDetail{ChangeSource: sdk.ChangeSourceDirectModification, Evaluation: sdk.EvaluationTypeStatic})
	}
	return all
}

func propertyOf(t *cfn.Template, id, property string) *document.Node {
	if r := t.Resource(id); r != nil {
		return r.Properties.Get(property)
	}
	return nil
}

func recreation(typ, property string) sdk.RequiresRecreation {
	switch {
	case createOnly(typ, property):
		return sdk.RequiresRecreationAlways
	case conditionally(typ, property):
		return sdk.RequiresRecreationConditionally
	}
	return sdk.RequiresRecreationNever
}

// replacement is what the weightiest detail asks for.
func replacement(details []sdk.ResourceChangeDetail) sdk.Replacement {
	out := sdk.ReplacementFalse
	for _, d := range details {
		switch {
		case d.Target.RequiresRecreation == sdk.RequiresRecreationAlways && d.Evaluation == sdk.EvaluationTypeStatic:
			return sdk.ReplacementTrue
		case d.Target.RequiresRecreation != sdk.RequiresRecreationNever:
			out = sdk.ReplacementConditional
		}
	}
	return out
}
