package servicecatalog_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
)

// A portfolio or product has one budget, by its name; by switch there is no such budget.
func TestBudgets(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	add := func(resource, name string) error {
		_, err := b.hub.AssociateBudgetWithResource(t.Context(), &sc.AssociateBudgetWithResourceInput{ResourceId: &resource, BudgetName: &name})
		return err
	}
	list := func() int {
		out, err := b.hub.ListBudgetsForResource(t.Context(), &sc.ListBudgetsForResourceInput{ResourceId: &folio})
		must(t, err)
		return len(out.Budgets)
	}
	must(t, add(folio, "monthly"))
	wants(t, add(folio, "monthly"), "DuplicateResourceException", "monthly")
	wants(t, add(folio, "yearly"), "LimitExceededException", "1 budgets")
	wants(t, add("port-nope", "monthly"), "ResourceNotFoundException", "port-nope")
	same(t, "listed", list(), 1)
	off := &sc.DisassociateBudgetFromResourceInput{ResourceId: &folio, BudgetName: aws.String("monthly")}
	_, err := b.hub.DisassociateBudgetFromResource(t.Context(), off)
	must(t, err)
	_, err = b.hub.DisassociateBudgetFromResource(t.Context(), off)
	wants(t, err, "ResourceNotFoundException", "monthly")
	same(t, "left", list(), 0)
	must(t, add(folio, "monthly"))
	full := b.worldSize()
	_, err = b.hub.DeletePortfolio(t.Context(), &sc.DeletePortfolioInput{Id: &folio})
	must(t, err)
	same(t, "what a deleted portfolio leaves", full-b.worldSize(), 3) // itself, where it lives, its budget
	folio = b.portfolio("Q")
	b.on("no-budgets")
	wants(t, add(folio, "monthly"), "ResourceNotFoundException", "monthly")
}

// stack makes a stack of the spoke that Service Catalog knows nothing of.
func (b *bed) stack(name, template string) string {
	b.t.Helper()
	made, err := cf.NewFromConfig(b.administrator(spoke)).CreateStack(b.t.Context(), &cf.CreateStackInput{StackName: &name, TemplateBody: &template})
	must(b.t, err)
	b.sleep(time.Minute)
	return *made.StackId
}

// A stack becomes a provisioned product, once, where its template is the version's; it is then
// updated and terminated as one.
func TestImportStack(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	id := b.stack("old", simple)
	take := func(name, artifact, stack string) (*types.RecordDetail, error) {
		out, err := user.ImportAsProvisionedProduct(t.Context(), &sc.ImportAsProvisionedProductInput{ProductId: &p.product, ProvisioningArtifactId: &artifact,
			ProvisionedProductName: &name, PhysicalId: &stack, IdempotencyToken: b.token()})
		if err != nil {
			return nil, err
		}
		return out.RecordDetail, nil
	}
	other := b.artifact(p.product, "2.0.0", named)
	_, err := take("mine", other, id)
	wants(t, err, "InvalidParametersException", "template")
	_, err = take("mine", p.artifact, "old")
	wants(t, err, "InvalidParametersException", "ARN")
	_, err = take("mine", p.artifact, id+"0")
	wants(t, err, "ResourceNotFoundException")
	r, err := take("mine", p.artifact, id)
	must(t, err)
	same(t, "record", b.wait(user, *r.RecordId).Status, types.RecordStatusSucceeded)
	same(t, "product", b.describe(user, *r.ProvisionedProductId).Status, types.ProvisionedProductStatusAvailable)
	same(t, "stack", b.outputs(user, *r.ProvisionedProductId)["CloudformationStackARN"], id)
	_, err = take("again", p.artifact, id)
	wants(t, err, "DuplicateResourceException", *r.ProvisionedProductId)

	end := b.update(user, *r.ProvisionedProductId, p.artifact, types.UpdateProvisioningParameter{Key: aws.String("Owner"), Value: aws.String("team-a")})
	same(t, "update", end.Status, types.RecordStatusSucceeded)
	same(t, "constraints hold from now on", *end.LaunchRoleArn, "arn:aws:iam::"+spoke+":role/SCLaunchStorage")
	gone, err := b.terminate(user, *r.ProvisionedProductId)
	must(t, err)
	same(t, "terminate", b.wait(user, *gone.RecordId).Status, types.RecordStatusSucceeded)
}

// A version may take its template from a stack of the hub.
func TestVersionFromStack(t *testing.T) {
	b := newBed(t)
	made, err := cf.NewFromConfig(b.administrator(hub)).CreateStack(t.Context(), &cf.CreateStackInput{StackName: aws.String("old"), TemplateBody: aws.String(named)})
	must(t, err)
	b.sleep(time.Minute)
	product, _ := b.product("bucket", simple)
	out, err := b.hub.CreateProvisioningArtifact(t.Context(), &sc.CreateProvisioningArtifactInput{ProductId: &product, IdempotencyToken: b.token(),
		Parameters: &types.ProvisioningArtifactProperties{Name: aws.String("2.0.0"), Info: map[string]string{"ImportFromPhysicalId": *made.StackId}}})
	must(t, err)
	got, err := b.hub.DescribeProvisioningArtifact(t.Context(), &sc.DescribeProvisioningArtifactInput{ProductId: &product,
		ProvisioningArtifactId: out.ProvisioningArtifactDetail.Id, IncludeProvisioningArtifactParameters: true})
	must(t, err)
	same(t, "parameter", *got.ProvisioningArtifactParameters[0].ParameterKey, "Name")
}

// engine is a product of type EXTERNAL on its way to the spokes.
func (b *bed) engine(constraint bool) published {
	b.t.Helper()
	p := published{folio: b.portfolio("Terraform")}
	out, err := b.hub.CreateProduct(b.t.Context(), &sc.CreateProductInput{Name: aws.String("tf"), Owner: aws.String("platform"), ProductType: types.ProductTypeExternal,
		IdempotencyToken: b.token(), ProvisioningArtifactParameters: &types.ProvisioningArtifactProperties{Name: aws.String("1.0.0"),
			Type: types.ProvisioningArtifactTypeExternal, Info: map[string]string{"LoadTemplateFromURL": b.upload("not a template")}}})
	must(b.t, err)
	b.sleep(2 * time.Second)
	p.product, p.artifact = *out.ProductViewDetail.ProductViewSummary.ProductId, *out.ProvisioningArtifactDetail.Id
	b.place(p.product, p.folio)
	if constraint {
		_, err := b.constrain(p.product, p.folio, "LAUNCH", launchLocal)
		must(b.t, err)
	}
	must(b.t, b.admit(b.hub, p.folio, types.PrincipalTypeIamPattern, builder))
	b.share(p.folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, true)
	return p
}

// Without an engine, or without a LAUNCH constraint, an EXTERNAL product's record fails. It
// takes no TagOptions. CAT-6
func TestExternalFails(t *testing.T) {
	for _, tt := range []struct {
		name       string
		constraint bool
		on, says   string
	}{
		{"no engine", true, "", "No engine"},
		{"no LAUNCH constraint", false, "engine", "needs a LAUNCH constraint"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBed(t)
			p := b.engine(tt.constraint)
			b.on(tt.on)
			user := b.builder(spoke)
			r, err := b.provision(user, p, "mine", nil)
			must(t, err)
			end := b.wait(user, *r.RecordId)
			same(t, "record", end.Status, types.RecordStatusFailed)
			wantText(t, reasons(end), tt.says)
			same(t, "product", b.describe(user, *r.ProvisionedProductId).Status, types.ProvisionedProductStatusError)
			gone, err := b.terminate(user, *r.ProvisionedProductId)
			must(t, err)
			same(t, "terminate", b.wait(user, *gone.RecordId).Status, types.RecordStatusSucceeded)
			wants(t, b.tag(p.product, b.tagOption("k", "v")), "InvalidParametersException", "TagOptions")
		})
	}
}

// The hub's engine ends the records of a spoke's EXTERNAL product: launch, update, terminate.
func TestEngine(t *testing.T) {
	b := newBed(t)
	p := b.engine(true)
	b.on("engine")
	user := b.builder(spoke)
	r, err := b.provision(user, p, "mine", map[string]string{"size": "small"})
	must(t, err)
	b.sleep(time.Hour)
	same(t, "it waits", b.record(user, *r.RecordId).Status, types.RecordStatusInProgress)
	engine := sc.NewFromConfig(b.administrator(hub))
	say := &sc.NotifyProvisionProductEngineWorkflowResultInput{RecordId: r.RecordId, WorkflowToken: r.RecordId, Status: types.EngineWorkflowStatusSucceeded,
		Outputs: []types.RecordOutput{{OutputKey: aws.String("name"), OutputValue: aws.String("n-1")}}, IdempotencyToken: b.token()}
	_, err = engine.NotifyUpdateProvisionedProductEngineWorkflowResult(t.Context(), &sc.NotifyUpdateProvisionedProductEngineWorkflowResultInput{
		RecordId: r.RecordId, WorkflowToken: r.RecordId, Status: types.EngineWorkflowStatusSucceeded, IdempotencyToken: b.token()})
	wants(t, err, "InvalidParametersException", "PROVISION_PRODUCT")
	_, err = sc.NewFromConfig(b.administrator(sister)).NotifyProvisionProductEngineWorkflowResult(t.Context(), say)
	wants(t, err, "ResourceNotFoundException", *r.RecordId)
	wrong := *say
	wrong.WorkflowToken, wrong.IdempotencyToken = aws.String("x"), b.token()
	_, err = engine.NotifyProvisionProductEngineWorkflowResult(t.Context(), &wrong)
	wants(t, err, "InvalidParametersException", "workflow token")
	_, err = engine.NotifyProvisionProductEngineWorkflowResult(t.Context(), say)
	must(t, err)
	say.IdempotencyToken = b.token()
	_, err = engine.NotifyProvisionProductEngineWorkflowResult(t.Context(), say)
	wants(t, err, "InvalidParametersException", "has ended")
	pp := *r.ProvisionedProductId
	same(t, "launched", b.describe(user, pp).Status, types.ProvisionedProductStatusAvailable)
	same(t, "type", *b.describe(user, pp).Type, "EXTERNAL")
	same(t, "output", b.outputs(user, pp)["name"], "n-1")

	up, err := user.UpdateProvisionedProduct(t.Context(), &sc.UpdateProvisionedProductInput{ProvisionedProductId: &pp, UpdateToken: b.token()})
	must(t, err)
	_, err = engine.NotifyUpdateProvisionedProductEngineWorkflowResult(t.Context(), &sc.NotifyUpdateProvisionedProductEngineWorkflowResultInput{RecordId: up.RecordDetail.RecordId,
		WorkflowToken: up.RecordDetail.RecordId, Status: types.EngineWorkflowStatusFailed, FailureReason: aws.String("apply failed"), IdempotencyToken: b.token()})
	must(t, err)
	b.sleep(time.Second)
	wantText(t, reasons(b.record(user, *up.RecordDetail.RecordId)), "apply failed")
	same(t, "after a failed update", b.describe(user, pp).Status, types.ProvisionedProductStatusTainted)

	gone, err := b.terminate(user, pp)
	must(t, err)
	_, err = engine.NotifyTerminateProvisionedProductEngineWorkflowResult(t.Context(), &sc.NotifyTerminateProvisionedProductEngineWorkflowResultInput{
		RecordId: gone.RecordId, WorkflowToken: gone.RecordId, Status: types.EngineWorkflowStatusSucceeded, IdempotencyToken: b.token()})
	must(t, err)
	b.sleep(time.Second)
	_, err = user.DescribeProvisionedProduct(t.Context(), &sc.DescribeProvisionedProductInput{Id: &pp})
	wants(t, err, "ResourceNotFoundException", pp)
}

// A provisioned product gets another owner, whose it then is, and another launch role.
func TestProperties(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	pp := b.launch(user, p, "mine", nil)
	set := func(key, arn string) error {
		_, err := user.UpdateProvisionedProductProperties(t.Context(), &sc.UpdateProvisionedProductPropertiesInput{ProvisionedProductId: &pp,
			ProvisionedProductProperties: map[string]string{key: arn}, IdempotencyToken: b.token()})
		return err
	}
	role := "arn:aws:iam::" + spoke + ":role/"
	must(t, set("OWNER", role+"CatalogSpokeReader"))
	must(t, set("LAUNCH_ROLE", role+"SCLaunchNetwork"))
	found, err := user.SearchProvisionedProducts(t.Context(), &sc.SearchProvisionedProductsInput{})
	must(t, err)
	same(t, "owner", *found.ProvisionedProducts[0].UserArn, role+"CatalogSpokeReader")
	b.sleep(time.Second)
	same(t, "launch role", *b.describe(user, pp).LaunchRoleArn, role+"SCLaunchNetwork")
	same(t, "still", b.describe(user, pp).Status, types.ProvisionedProductStatusAvailable)
	wants(t, set("OWNER", "me"), "InvalidParametersException", "ARN")
	wants(t, set("LAUNCH_ROLE", role+"CatalogBuilder"), "InvalidParametersException", "CatalogBuilder")
	wants(t, set("NAME", role+"CatalogBuilder"), "ValidationException", "LAUNCH_ROLE")
}

// TagOptions: which resources have one, and it is not deleted as long as one has it.
func TestTaggedResources(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	product, _ := b.product("bucket", simple)
	option := b.tagOption("env", "prod")
	must(t, b.tag(folio, option))
	must(t, b.tag(product, option))
	for kind, want := range map[string]int{"": 2, "Portfolio": 1, "Product": 1} {
		out, err := b.hub.ListResourcesForTagOption(t.Context(), &sc.ListResourcesForTagOptionInput{TagOptionId: &option, ResourceType: &kind})
		must(t, err)
		same(t, kind, len(out.ResourceDetails), want)
	}
	_, err := b.hub.ListResourcesForTagOption(t.Context(), &sc.ListResourcesForTagOptionInput{TagOptionId: &option, ResourceType: aws.String("Stack")})
	wants(t, err, "InvalidParametersException", "Stack")
	del := &sc.DeleteTagOptionInput{Id: &option}
	_, err = b.hub.DeleteTagOption(t.Context(), del)
	wants(t, err, "ResourceInUseException", "2 resources")
	for _, id := range []string{folio, product} {
		_, err = b.hub.DisassociateTagOptionFromResource(t.Context(), &sc.DisassociateTagOptionFromResourceInput{ResourceId: &id, TagOptionId: &option})
		must(t, err)
	}
	_, err = b.hub.DeleteTagOption(t.Context(), del)
	must(t, err)
}

// DescribeProductView is by the id of the view, which the product's own is not.
func TestProductView(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	found, err := user.SearchProducts(t.Context(), &sc.SearchProductsInput{})
	must(t, err)
	out, err := user.DescribeProductView(t.Context(), &sc.DescribeProductViewInput{Id: found.ProductViewSummaries[0].Id})
	must(t, err)
	same(t, "product", *out.ProductViewSummary.ProductId, p.product)
	same(t, "version", *out.ProvisioningArtifacts[0].Id, p.artifact)
	_, err = user.DescribeProductView(t.Context(), &sc.DescribeProductViewInput{Id: &p.product})
	wants(t, err, "ResourceNotFoundException", p.product)
}
