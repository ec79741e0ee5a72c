package cloudformation

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/sandbox/world"
)

func validateTemplate(c *world.Call, in *cf.ValidateTemplateInput) (*cf.ValidateTemplateOutput, error) {
	text, err := body(c, in.TemplateBody, in.TemplateURL)
	if err != nil {
		return nil, err
	}
	t, err := validated(text)
	if err != nil {
		return nil, err
	}
	required, why := needs(t)
	out := &cf.ValidateTemplateOutput{Description: opt(t.Description), Capabilities: enums[sdk.Capability](required), CapabilitiesReason: opt(why), DeclaredTransforms: t.Transforms}
	for _, p := range t.Parameters {
		out.Parameters = append(out.Parameters, sdk.TemplateParameter{ParameterKey: aws.String(p.Name), DefaultValue: preset(p), Description: opt(p.Description), NoEcho: aws.Bool(p.NoEcho)})
	}
	return out, nil
}

// preset is a parameter's default as a reader may see it.
func preset(p cfn.Parameter) *string {
	if p.NoEcho && p.Default != nil {
		return aws.String("****")
	}
	return p.Default
}

func getTemplate(c *world.Call, in *cf.GetTemplateInput) (*cf.GetTemplateOutput, error) {
	stages := []sdk.TemplateStage{sdk.TemplateStageOriginal, sdk.TemplateStageProcessed}
	if aws.ToString(in.ChangeSetName) != "" {
		s, err := changeSet(c, in.StackName, in.ChangeSetName)
		if err != nil {
			return nil, err
		}
		return &cf.GetTemplateOutput{TemplateBody: &s.Inputs.Template, StagesAvailable: stages}, nil
	}
	r, err := find(c, in.StackName)
	if err != nil {
		return nil, err
	}
	v := r.revision(c.Now)
	text, err := v.processed(c, r.place(c), in.TemplateStage)
	return &cf.GetTemplateOutput{TemplateBody: opt(text), StagesAvailable: stages}, err
}

// processed is the template as it was given, or as its transforms have made it.
func (v revision) processed(c *world.Call, at place, stage sdk.TemplateStage) (string, error) {
	if stage != sdk.TemplateStageProcessed || v.Template == "" {
		return v.Template, nil
	}
	given, err := read(v.Template)
	if err != nil || !transformed(given) {
		return v.Template, err
	}
	made, err := v.expanded(c, at)
	if err != nil {
		return "", err
	}
	return shown(shape(made.Doc.Root)), nil
}

func getTemplateSummary(c *world.Call, in *cf.GetTemplateSummaryInput) (*cf.GetTemplateSummaryOutput, error) {
	text, err := summarized(c, in)
	if err != nil {
		return nil, err
	}
	t, err := read(text)
	if err != nil {
		return nil, err
	}
	required, why := needs(t)
	out := &cf.GetTemplateSummaryOutput{Description: opt(t.Description), Capabilities: enums[sdk.Capability](required), CapabilitiesReason: opt(why), DeclaredTransforms: t.Transforms, Version: opt(versionOf(t))}
	for _, p := range t.Parameters {
		d := sdk.ParameterDeclaration{ParameterKey: aws.String(p.Name), ParameterType: aws.String(p.Type), DefaultValue: preset(p), Description: opt(p.Description), NoEcho: aws.Bool(p.NoEcho)}
		if !p.NoEcho {
			d.ParameterConstraints = &sdk.ParameterConstraints{AllowedValues: p.AllowedValues}
		}
		out.Parameters = append(out.Parameters, d)
	}
	for _, r := range t.Resources {
		out.ResourceTypes = append(out.ResourceTypes, r.Type)
	}
	slices.Sort(out.ResourceTypes)
	out.ResourceTypes = slices.Compact(out.ResourceTypes)
	return out, nil
}

func summarized(c *world.Call, in *cf.GetTemplateSummaryInput) (string, error) {
	if in.StackName == nil {
		return body(c, in.TemplateBody, in.TemplateURL)
	}
	r, err := find(c, in.StackName)
	if err != nil {
		return "", err
	}
	return r.revision(c.Now).Template, nil
}

func versionOf(t *cfn.Template) string {
	if v := t.Doc.Root.Get("AWSTemplateFormatVersion"); v != nil {
		return v.Value
	}
	return ""
}
