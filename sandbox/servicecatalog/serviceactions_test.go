package servicecatalog_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
)

// serviceAction makes one of the hub's, with a TARGET and a text.
func (b *bed) serviceAction(name string) (string, error) {
	b.t.Helper()
	out, err := b.hub.CreateServiceAction(b.t.Context(), &sc.CreateServiceActionInput{
		Name: &name, DefinitionType: types.ServiceActionDefinitionTypeSsmAutomation, IdempotencyToken: b.token(),
		Definition: map[string]string{"Name": "AWS-RestartEC2Instance", "Version": "1", "AssumeRole": "LAUNCH_ROLE",
			"Parameters": `[{"Name":"InstanceId","Type":"TARGET"},{"Name":"Reason","Type":"TEXT_VALUE"}]`},
	})
	if err != nil {
		return "", err
	}
	return *out.ServiceActionDetail.ServiceActionSummary.Id, nil
}

func (b *bed) act(product, artifact, action string) error {
	_, err := b.hub.AssociateServiceActionWithProvisioningArtifact(b.t.Context(), &sc.AssociateServiceActionWithProvisioningArtifactInput{
		ProductId: &product, ProvisioningArtifactId: &artifact, ServiceActionId: &action, IdempotencyToken: b.token(),
	})
	return err
}

func (b *bed) actions(c *sc.Client, product, artifact string) int {
	b.t.Helper()
	out, err := c.ListServiceActionsForProvisioningArtifact(b.t.Context(), &sc.ListServiceActionsForProvisioningArtifactInput{ProductId: &product, ProvisioningArtifactId: &artifact})
	must(b.t, err)
	return len(out.ServiceActionSummaries)
}

// The life of a service action: made, changed, associated, and not deleted as long as it is.
func TestServiceAction(t *testing.T) {
	b := newBed(t)
	product, artifact := b.product("bucket", simple)
	id, err := b.serviceAction("restart")
	must(t, err)
	must(t, b.act(product, artifact, id))
	wants(t, b.act(product, artifact, id), "DuplicateResourceException", id)
	changed, err := b.hub.UpdateServiceAction(t.Context(), &sc.UpdateServiceActionInput{Id: &id, Name: aws.String("reboot"), Description: aws.String("d")})
	must(t, err)
	same(t, "definition stays", changed.ServiceActionDetail.Definition["Name"], "AWS-RestartEC2Instance")
	got, err := b.hub.DescribeServiceAction(t.Context(), &sc.DescribeServiceActionInput{Id: &id})
	must(t, err)
	same(t, "name", *got.ServiceActionDetail.ServiceActionSummary.Name, "reboot")
	of, err := b.hub.ListProvisioningArtifactsForServiceAction(t.Context(), &sc.ListProvisioningArtifactsForServiceActionInput{ServiceActionId: &id})
	must(t, err)
	same(t, "version", *of.ProvisioningArtifactViews[0].ProvisioningArtifact.Name, "1.0.0")
	same(t, "product", *of.ProvisioningArtifactViews[0].ProductViewSummary.Name, "bucket")
	list, err := b.hub.ListServiceActions(t.Context(), &sc.ListServiceActionsInput{})
	must(t, err)
	same(t, "listed", *list.ServiceActionSummaries[0].Id, id)

	del := func() error {
		_, err := b.hub.DeleteServiceAction(t.Context(), &sc.DeleteServiceActionInput{Id: &id, IdempotencyToken: b.token()})
		return err
	}
	wants(t, del(), "ResourceInUseException", "1 provisioning artifacts")
	off := &sc.DisassociateServiceActionFromProvisioningArtifactInput{ProductId: &product, ProvisioningArtifactId: &artifact, ServiceActionId: &id, IdempotencyToken: b.token()}
	_, err = b.hub.DisassociateServiceActionFromProvisioningArtifact(t.Context(), off)
	must(t, err)
	off.IdempotencyToken = b.token()
	_, err = b.hub.DisassociateServiceActionFromProvisioningArtifact(t.Context(), off)
	wants(t, err, "ResourceNotFoundException", id)
	must(t, del())
	wants(t, del(), "ResourceNotFoundException", id)
}

// What a service action must say.
func TestServiceActionRefusals(t *testing.T) {
	b := newBed(t)
	ssm := types.ServiceActionDefinitionTypeSsmAutomation
	whole := map[string]string{"Name": "Doc", "Version": "1"}
	with := func(key, value string) map[string]string {
		return map[string]string{"Name": "Doc", "Version": "1", key: value}
	}
	tests := []struct {
		name, action string
		kind         types.ServiceActionDefinitionType
		definition   map[string]string
		code         string
	}{
		{"whole", "restart", ssm, whole, ""},
		{"a role of its own", "restart", ssm, with("AssumeRole", "arn:aws:iam::999999999999:role/R"), ""},
		{"a role that is no ARN", "restart", ssm, with("AssumeRole", "R"), "InvalidParametersException"},
		{"a name with a space", "re start", ssm, whole, "ValidationException"},
		{"another type", "restart", "LAMBDA", whole, "ValidationException"},
		{"no version", "restart", ssm, map[string]string{"Name": "Doc"}, "InvalidParametersException"},
		{"another key", "restart", ssm, with("Document", "x"), "ValidationException"},
		{"parameters that are no list", "restart", ssm, with("Parameters", "{}"), "InvalidParametersException"},
		{"a parameter of another type", "restart", ssm, with("Parameters", `[{"Name":"a","Type":"NUMBER"}]`), "InvalidParametersException"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := b.hub.CreateServiceAction(t.Context(), &sc.CreateServiceActionInput{Name: &tt.action, DefinitionType: tt.kind, Definition: tt.definition, IdempotencyToken: b.token()})
			wants(t, err, tt.code)
		})
	}
}

// In a batch each stands for itself, and what failed says why.
func TestBatchOfAssociations(t *testing.T) {
	b := newBed(t)
	product, artifact := b.product("bucket", simple)
	id, err := b.serviceAction("restart")
	must(t, err)
	each := []types.ServiceActionAssociation{
		{ProductId: &product, ProvisioningArtifactId: &artifact, ServiceActionId: &id},
		{ProductId: &product, ProvisioningArtifactId: &artifact, ServiceActionId: &id},
		{ProductId: &product, ProvisioningArtifactId: &artifact, ServiceActionId: aws.String("act-nope")},
	}
	out, err := b.hub.BatchAssociateServiceActionWithProvisioningArtifact(t.Context(), &sc.BatchAssociateServiceActionWithProvisioningArtifactInput{ServiceActionAssociations: each})
	must(t, err)
	same(t, "failed", len(out.FailedServiceActionAssociations), 2)
	same(t, "twice", out.FailedServiceActionAssociations[0].ErrorCode, types.ServiceActionAssociationErrorCodeDuplicateResourceException)
	same(t, "unknown", out.FailedServiceActionAssociations[1].ErrorCode, types.ServiceActionAssociationErrorCodeResourceNotFoundException)
	same(t, "associated", b.actions(b.hub, product, artifact), 1)
	off, err := b.hub.BatchDisassociateServiceActionFromProvisioningArtifact(t.Context(), &sc.BatchDisassociateServiceActionFromProvisioningArtifactInput{ServiceActionAssociations: each})
	must(t, err)
	same(t, "failed to go", len(off.FailedServiceActionAssociations), 2)
	same(t, "left", b.actions(b.hub, product, artifact), 0)
	many := make([]types.ServiceActionAssociation, 51)
	for i := range many {
		many[i] = each[0]
	}
	_, err = b.hub.BatchAssociateServiceActionWithProvisioningArtifact(t.Context(), &sc.BatchAssociateServiceActionWithProvisioningArtifactInput{ServiceActionAssociations: many})
	wants(t, err, "ValidationException", "50")
}

// A service action hangs on a version: a new one has none, a deleted one frees it. A spoke
// executes those of the version that it runs. CAT-4
func TestExecuteServiceAction(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	id, err := b.serviceAction("restart")
	must(t, err)
	must(t, b.act(p.product, p.artifact, id))
	user := b.builder(spoke)
	pp := b.launch(user, p, "mine", nil)
	same(t, "the spoke sees it", b.actions(user, p.product, p.artifact), 1)

	params, err := user.DescribeServiceActionExecutionParameters(t.Context(), &sc.DescribeServiceActionExecutionParametersInput{ProvisionedProductId: &pp, ServiceActionId: &id})
	must(t, err)
	same(t, "target", params.ServiceActionParameters[0].DefaultValues[0], b.outputs(user, pp)["CloudformationStackARN"])
	same(t, "text", *params.ServiceActionParameters[1].Type, "TEXT_VALUE")

	run := &sc.ExecuteProvisionedProductServiceActionInput{ProvisionedProductId: &pp, ServiceActionId: &id, ExecuteToken: b.token(), Parameters: map[string][]string{"Reason": {"slow"}}}
	out, err := user.ExecuteProvisionedProductServiceAction(t.Context(), run)
	must(t, err)
	b.sleep(time.Second)
	same(t, "meanwhile", b.describe(user, pp).Status, types.ProvisionedProductStatusUnderChange)
	same(t, "record", b.wait(user, *out.RecordDetail.RecordId).Status, types.RecordStatusSucceeded)
	same(t, "then", b.describe(user, pp).Status, types.ProvisionedProductStatusAvailable)

	run.Parameters, run.ExecuteToken = map[string][]string{"Nope": {"x"}}, b.token()
	_, err = user.ExecuteProvisionedProductServiceAction(t.Context(), run)
	wants(t, err, "InvalidParametersException", "Nope")

	b.on("service-action-fails")
	run.Parameters, run.ExecuteToken = nil, b.token()
	out, err = user.ExecuteProvisionedProductServiceAction(t.Context(), run)
	must(t, err)
	same(t, "a failed one", b.wait(user, *out.RecordDetail.RecordId).Status, types.RecordStatusFailed)
	same(t, "leaves it", b.describe(user, pp).Status, types.ProvisionedProductStatusTainted)

	next := b.artifact(p.product, "1.1.0", simple)
	same(t, "the next version has none", b.actions(user, p.product, next), 0)
	_, err = b.hub.DeleteProvisioningArtifact(t.Context(), &sc.DeleteProvisioningArtifactInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact})
	must(t, err)
	_, err = b.hub.DeleteServiceAction(t.Context(), &sc.DeleteServiceActionInput{Id: &id, IdempotencyToken: b.token()})
	must(t, err)
}
