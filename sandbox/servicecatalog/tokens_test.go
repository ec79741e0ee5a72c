package servicecatalog_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// Each operation that carries a client token: sent again with the same token it gives the first
// reply and has no second effect; with another input it is refused. SBX-30
func TestTokens(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user, admin := b.builder(spoke), sc.NewFromConfig(b.administrator(spoke))
	pp, doomed := b.launch(user, p, "mine", nil), b.launch(user, p, "doomed", nil)
	action, err := b.serviceAction("restart")
	must(t, err)
	spare, err := b.serviceAction("spare")
	must(t, err)
	must(t, b.act(p.product, p.artifact, action))
	made, err := cf.NewFromConfig(b.administrator(spoke)).CreateStack(t.Context(), &cf.CreateStackInput{StackName: aws.String("old"), TemplateBody: aws.String(simple)})
	must(t, err)
	tf := b.engine(true)
	b.on("engine")
	run, err := b.provision(user, tf, "tf", nil)
	must(t, err)
	b.sleep(time.Minute)
	version := b.version("1.1.0", simple)
	same := aws.String("one-token")
	ctx := t.Context()

	// In order: a later one may need an earlier one's effect. other is an input that the same token may not carry.
	steps := []struct {
		name string
		call func(other bool) (any, error)
	}{
		{"CreatePortfolio", func(o bool) (any, error) {
			return b.hub.CreatePortfolio(ctx, &sc.CreatePortfolioInput{DisplayName: pick(o, "a", "b"), ProviderName: aws.String("p"), IdempotencyToken: same})
		}},
		{"CreateProduct", func(o bool) (any, error) {
			return b.hub.CreateProduct(ctx, &sc.CreateProductInput{Name: pick(o, "a", "b"), Owner: aws.String("p"), ProductType: types.ProductTypeCloudFormationTemplate, ProvisioningArtifactParameters: version, IdempotencyToken: same})
		}},
		{"CreateProvisioningArtifact", func(o bool) (any, error) {
			v := *version
			v.Description = pick(o, "a", "b")
			return b.hub.CreateProvisioningArtifact(ctx, &sc.CreateProvisioningArtifactInput{ProductId: &p.product, Parameters: &v, IdempotencyToken: same})
		}},
		{"CreateConstraint", func(o bool) (any, error) {
			return b.hub.CreateConstraint(ctx, &sc.CreateConstraintInput{ProductId: &p.product, PortfolioId: &p.folio, Type: aws.String("RESOURCE_UPDATE"), Parameters: aws.String(mayTag), Description: pick(o, "a", "b"), IdempotencyToken: same})
		}},
		{"CopyProduct", func(o bool) (any, error) {
			return b.hub.CopyProduct(ctx, &sc.CopyProductInput{SourceProductArn: b.arn(p.product), TargetProductName: pick(o, "a", "b"), IdempotencyToken: same})
		}},
		{"CreateServiceAction", func(o bool) (any, error) {
			return b.hub.CreateServiceAction(ctx, &sc.CreateServiceActionInput{Name: pick(o, "a", "b"), DefinitionType: types.ServiceActionDefinitionTypeSsmAutomation, Definition: map[string]string{"Name": "D", "Version": "1"}, IdempotencyToken: same})
		}},
		{"AssociateServiceActionWithProvisioningArtifact", func(o bool) (any, error) {
			return b.hub.AssociateServiceActionWithProvisioningArtifact(ctx, &sc.AssociateServiceActionWithProvisioningArtifactInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact, ServiceActionId: pick(o, spare, action), IdempotencyToken: same})
		}},
		{"DisassociateServiceActionFromProvisioningArtifact", func(o bool) (any, error) {
			return b.hub.DisassociateServiceActionFromProvisioningArtifact(ctx, &sc.DisassociateServiceActionFromProvisioningArtifactInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact, ServiceActionId: pick(o, spare, action), IdempotencyToken: same})
		}},
		{"DeleteServiceAction", func(o bool) (any, error) {
			return b.hub.DeleteServiceAction(ctx, &sc.DeleteServiceActionInput{Id: pick(o, spare, action), IdempotencyToken: same})
		}},
		{"ProvisionProduct", func(o bool) (any, error) {
			return user.ProvisionProduct(ctx, &sc.ProvisionProductInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact, ProvisionedProductName: pick(o, "a", "b"), ProvisionToken: same})
		}},
		{"UpdateProvisionedProduct", func(o bool) (any, error) {
			return user.UpdateProvisionedProduct(ctx, &sc.UpdateProvisionedProductInput{ProvisionedProductId: pick(o, pp, doomed), UpdateToken: same})
		}},
		{"UpdateProvisionedProductProperties", func(o bool) (any, error) {
			return user.UpdateProvisionedProductProperties(ctx, &sc.UpdateProvisionedProductPropertiesInput{ProvisionedProductId: pick(o, pp, doomed), ProvisionedProductProperties: map[string]string{"OWNER": "arn:aws:iam::" + spoke + ":role/CatalogBuilder"}, IdempotencyToken: same})
		}},
		{"ExecuteProvisionedProductServiceAction", func(o bool) (any, error) {
			return user.ExecuteProvisionedProductServiceAction(ctx, &sc.ExecuteProvisionedProductServiceActionInput{ProvisionedProductId: pick(o, pp, doomed), ServiceActionId: &action, ExecuteToken: same})
		}},
		{"CreateProvisionedProductPlan", func(o bool) (any, error) {
			return user.CreateProvisionedProductPlan(ctx, &sc.CreateProvisionedProductPlanInput{PlanName: pick(o, "a", "b"), PlanType: types.ProvisionedProductPlanTypeCloudformation, ProductId: &p.product, ProvisioningArtifactId: &p.artifact, ProvisionedProductName: aws.String("planned"), IdempotencyToken: same})
		}},
		{"ExecuteProvisionedProductPlan", func(o bool) (any, error) {
			plans, err := user.ListProvisionedProductPlans(ctx, &sc.ListProvisionedProductPlansInput{})
			must(t, err)
			return user.ExecuteProvisionedProductPlan(ctx, &sc.ExecuteProvisionedProductPlanInput{PlanId: pick(o, *plans.ProvisionedProductPlans[0].PlanId, "plan-x"), IdempotencyToken: same})
		}},
		{"ImportAsProvisionedProduct", func(o bool) (any, error) {
			return user.ImportAsProvisionedProduct(ctx, &sc.ImportAsProvisionedProductInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact, ProvisionedProductName: pick(o, "old", "older"), PhysicalId: made.StackId, IdempotencyToken: same})
		}},
		{"TerminateProvisionedProduct", func(o bool) (any, error) {
			return user.TerminateProvisionedProduct(ctx, &sc.TerminateProvisionedProductInput{ProvisionedProductId: pick(o, doomed, pp), TerminateToken: same})
		}},
		{"NotifyProvisionProductEngineWorkflowResult", func(o bool) (any, error) {
			return admin.NotifyProvisionProductEngineWorkflowResult(ctx, &sc.NotifyProvisionProductEngineWorkflowResultInput{RecordId: run.RecordId, WorkflowToken: pick(o, *run.RecordId, "x"), Status: types.EngineWorkflowStatusSucceeded, IdempotencyToken: same})
		}},
		{"NotifyUpdateProvisionedProductEngineWorkflowResult", func(o bool) (any, error) {
			up, err := user.UpdateProvisionedProduct(ctx, &sc.UpdateProvisionedProductInput{ProvisionedProductId: run.ProvisionedProductId, UpdateToken: aws.String("up")})
			must(t, err)
			return admin.NotifyUpdateProvisionedProductEngineWorkflowResult(ctx, &sc.NotifyUpdateProvisionedProductEngineWorkflowResultInput{RecordId: up.RecordDetail.RecordId, WorkflowToken: pick(o, *up.RecordDetail.RecordId, "x"), Status: types.EngineWorkflowStatusSucceeded, IdempotencyToken: same})
		}},
		{"NotifyTerminateProvisionedProductEngineWorkflowResult", func(o bool) (any, error) {
			down, err := user.TerminateProvisionedProduct(ctx, &sc.TerminateProvisionedProductInput{ProvisionedProductId: run.ProvisionedProductId, TerminateToken: aws.String("down")})
			must(t, err)
			return admin.NotifyTerminateProvisionedProductEngineWorkflowResult(ctx, &sc.NotifyTerminateProvisionedProductEngineWorkflowResultInput{RecordId: down.RecordDetail.RecordId, WorkflowToken: pick(o, *down.RecordDetail.RecordId, "x"), Status: types.EngineWorkflowStatusSucceeded, IdempotencyToken: same})
		}},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			first, err := step.call(false)
			must(t, err)
			before := b.worldSize()
			b.sleep(time.Minute)
			again, err := step.call(false)
			must(t, err)
			if a, z := told(t, first), told(t, again); a != z {
				t.Errorf("first %s\nthen %s", a, z)
			}
			_, err = step.call(true)
			wants(t, err, "InvalidParametersException", "used before with other parameters")
			if after := b.worldSize(); after != before {
				t.Errorf("%d objects, then %d", before, after)
			}
		})
	}
	if len(steps) != 20 {
		t.Errorf("%d operations with a token, AWS has 20", len(steps))
	}
}

func pick(other bool, one, two string) *string {
	if other {
		return &two
	}
	return &one
}

// worldSize counts the catalog's objects in the world.
func (b *bed) worldSize() (n int) {
	b.t.Helper()
	must(b.t, b.store.View(b.t.Context(), func(tx world.Tx) error {
		tx.Scan("o/sc-", func(string, []byte) bool { n++; return true })
		return nil
	}))
	return n
}

// told is a reply without what the SDK adds to it.
func told(t *testing.T, reply any) string {
	t.Helper()
	v := reflect.ValueOf(reply).Elem()
	if f := v.FieldByName("ResultMetadata"); f.IsValid() {
		f.SetZero()
	}
	raw, err := json.Marshal(reply)
	must(t, err)
	return string(raw)
}
