package servicecatalog

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/products/cfn"
)

// parameters shows a template's parameters. A NoEcho one never shows its default.
func parameters(t *cfn.Template) []types.ProvisioningArtifactParameter {
	var out []types.ProvisioningArtifactParameter
	for _, p := range t.Parameters {
		shown := types.ProvisioningArtifactParameter{
			ParameterKey: new(p.Name), ParameterType: new(p.Type), Description: opt(p.Description),
			IsNoEcho: p.NoEcho, DefaultValue: p.Default, ParameterConstraints: limits(p),
		}
		if p.NoEcho && p.Default != nil {
			shown.DefaultValue = new("****")
		}
		out = append(out, shown)
	}
	return out
}

func limits(p cfn.Parameter) *types.ParameterConstraints {
	return &types.ParameterConstraints{
		AllowedValues: p.AllowedValues, AllowedPattern: opt(p.AllowedPattern), ConstraintDescription: opt(p.ConstraintDescription),
		MinLength: whole(p.MinLength), MaxLength: whole(p.MaxLength), MinValue: number(p.MinValue), MaxValue: number(p.MaxValue),
	}
}

func whole(n *int) *string {
	if n == nil {
		return nil
	}
	return new(strconv.Itoa(*n))
}

func number(n *float64) *string {
	if n == nil {
		return nil
	}
	return new(strconv.FormatFloat(*n, 'f', -1, 64))
}

func outputKeys(t *cfn.Template) []types.ProvisioningArtifactOutput {
	var out []types.ProvisioningArtifactOutput
	for _, o := range t.Outputs {
		out = append(out, types.ProvisioningArtifactOutput{Key: new(o.Name), Description: opt(o.Description)})
	}
	return out
}
