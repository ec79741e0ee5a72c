package cloudformation

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/sandbox/world"
)

// afterApply stands for a value that another resource's change decides.
const afterApply = "{{changeSet:KNOWN_AFTER_APPLY}}"

// contextOf is a resource's properties as a change set tells them.
func contextOf(r resource, unsure []string) *string {
	all := maps.Clone(r.Properties)
	if all == nil {
		all = map[string]any{}
	}
	for _, name := range unsure {
		all[name] = afterApply
	}
	return aws.String(shown(jsonOf(map[string]any{"Properties": all})))
}

// unsure are the properties whose value AWS knows only once others are made or replaced.
func (a announcement) unsure(s step) []string {
	var all []string
	for name := range s.New.Properties {
		of := propertyOf(a.Template, s.id(), name)
		if slices.ContainsFunc(a.Template.References(of), func(r cfn.Reference) bool {
			is := a.step(r.LogicalID).verb
			return is == add || is == replace || is == modify && r.Attribute != ""
		}) {
			all = append(all, name)
		}
	}
	return all
}

// target is a property that changes, from what to what.
func (a announcement) target(s step, name string) sdk.ResourceTargetDefinition {
	t := sdk.ResourceTargetDefinition{Attribute: sdk.ResourceAttributeProperties, Name: &name, RequiresRecreation: recreation(s.New.Type, name),
		Path: aws.String("/Properties/" + name), AttributeChangeType: sdk.AttributeChangeTypeModify}
	before, had := s.Old.Properties[name]
	after, has := s.New.Properties[name]
	if had {
		t.BeforeValue = aws.String(plain(before))
	} else {
		t.AttributeChangeType = sdk.AttributeChangeTypeAdd
	}
	switch {
	case !has:
		t.AttributeChangeType = sdk.AttributeChangeTypeRemove
	case slices.Contains(a.unsure(s), name):
		t.AfterValue = aws.String(afterApply)
	default:
		t.AfterValue = aws.String(plain(after))
	}
	return t
}

// bare takes the values out of changes, for who has not asked for them.
func bare(all []sdk.Change) {
	for _, c := range all {
		c.ResourceChange.BeforeContext, c.ResourceChange.AfterContext = nil, nil
		for _, d := range c.ResourceChange.Details {
			d.Target.BeforeValue, d.Target.AfterValue, d.Target.Path, d.Target.AttributeChangeType = nil, nil, nil, ""
		}
	}
}

// expanded is what a stack was made of, once its transforms had run.
func (v revision) expanded(c *world.Call, at place) (*cfn.Template, error) {
	t, err := read(v.Template)
	if err != nil || !transformed(t) {
		return t, err
	}
	params, err := valuesOf(c, t, v.Parameters)
	if err != nil {
		return nil, err
	}
	p := &planner{c: c, at: at, have: v, t: t}
	return expand(t, p.environment(params))
}

// shape is a node as text: equal shapes are written alike, wherever they stand.
func shape(n *document.Node) string {
	raw, err := json.Marshal(tree(n))
	if err != nil {
		return ""
	}
	return string(raw)
}

func tree(n *document.Node) any {
	switch {
	case n == nil:
		return nil
	case n.Kind == document.Mapping:
		m := map[string]any{}
		for _, p := range n.Pairs {
			m[p.Key.Value] = tree(p.Value)
		}
		return m
	case n.Kind == document.Sequence:
		all := []any{}
		for _, i := range n.Items {
			all = append(all, tree(i))
		}
		return all
	}
	return n.Value
}
