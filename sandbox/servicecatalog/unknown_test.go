package servicecatalog_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
)

// ids are the members by which an input names what must be there.
var ids = []string{"Id", "ProductId", "PortfolioId", "ProvisioningArtifactId", "ProvisionedProductId", "ServiceActionId", "TagOptionId",
	"ResourceId", "PlanId", "RecordId", "PortfolioShareToken", "CopyProductToken"}

// Whatever operation names something that is not there says so, and never gives an empty answer.
func TestUnknownIDs(t *testing.T) {
	b := newBed(t)
	client := reflect.ValueOf(sc.NewFromConfig(b.administrator(hub)))
	for i := range client.NumMethod() {
		name, method := client.Type().Method(i).Name, client.Method(i)
		if method.Type().NumIn() != 3 || name == "Options" {
			continue
		}
		in := reflect.New(method.Type().In(1).Elem())
		if !fill(in.Elem(), name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			out := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
			err, _ := out[1].Interface().(error)
			wants(t, err, "ResourceNotFoundException", "nope")
		})
	}
}

// fill names what is not there, and gives the rest that the operation needs; false: it names nothing.
func fill(in reflect.Value, name string) bool {
	if name == "SearchProvisionedProducts" || strings.HasPrefix(name, "Batch") {
		return false
	}
	found := false
	for i := range in.NumField() {
		member := in.Type().Field(i).Name
		if !in.Type().Field(i).IsExported() {
			continue
		}
		switch v := in.Field(i).Addr().Interface().(type) {
		case **string:
			switch {
			case slices.Contains(ids, member):
				*v, found = aws.String("nope"), true
			case member == "PathId", member == "Path", strings.HasPrefix(member, "Page"), member == "AcceptLanguage", member == "TargetProductId":
			case member == "Parameters":
				*v = aws.String("{}")
			case member == "PrincipalARN":
				*v = aws.String("arn:aws:iam:::role/R")
			case member == "AccountId":
				*v = aws.String(spoke)
			case strings.HasSuffix(member, "Token"), strings.HasPrefix(member, "Type"), member == "PlanName", member == "PhysicalId", member == "BudgetName",
				member == "ProvisionedProductName" && slices.Contains([]string{"ProvisionProduct", "ImportAsProvisionedProduct", "CreateProvisionedProductPlan"}, name):
				*v = aws.String("x")
			}
		case **types.ProvisioningArtifactProperties:
			*v = &types.ProvisioningArtifactProperties{Info: map[string]string{"LoadTemplateFromURL": "x"}}
		case *map[string]string:
			*v = map[string]string{"OWNER": "x"}
		case *types.PrincipalType:
			*v = types.PrincipalTypeIamPattern
		case *types.ProvisionedProductPlanType:
			*v = types.ProvisionedProductPlanTypeCloudformation
		case *types.DescribePortfolioShareType:
			*v = types.DescribePortfolioShareTypeAccount
		case *types.OrganizationNodeType:
			*v = types.OrganizationNodeTypeOrganization
		case *types.EngineWorkflowStatus:
			*v = types.EngineWorkflowStatusSucceeded
		}
	}
	return found
}
