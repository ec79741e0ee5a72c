package servicecatalog_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

const canary = "555555555555"

// everywhere lets launches build in three spokes and two regions; one of the spokes has no role for it.
const everywhere = `{"Version":"1","Properties":{"AccountList":["333333333333","444444444444","555555555555"],"RegionList":["eu-west-1","us-east-1"],` +
	`"AdminRole":"arn:aws:iam::999999999999:role/SetAdmin","ExecutionRole":"SetExecution"}}`

// setBed is a product under a STACKSET constraint, which the hub launches.
func setBed(t *testing.T) (*bed, published) {
	b := newBed(t)
	all := world.Grants{Attached: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}}
	b.in(func(c *world.Call) {
		world.PutRole(c, world.Role{Name: "SetAdmin", Path: "/", Account: hub, TrustServices: []string{"cloudformation.amazonaws.com"}, Grants: all})
		for _, account := range []string{spoke, sister} {
			world.PutRole(c, world.Role{Name: "SetExecution", Path: "/", Account: account, TrustAccounts: []string{hub}, Grants: all})
		}
	})
	p := published{folio: b.portfolio("P")}
	p.product, p.artifact = b.product("topic", simple)
	b.place(p.product, p.folio)
	_, err := b.constrain(p.product, p.folio, "STACKSET", everywhere)
	must(t, err)
	must(t, b.admit(b.hub, p.folio, types.PrincipalTypeIamPattern, "arn:aws:iam:::role/*"))
	return b, p
}

// provisionIn launches in some of the accounts of the constraint.
func (b *bed) provisionIn(p published, name string, accounts ...string) (*types.RecordDetail, error) {
	out, err := b.hub.ProvisionProduct(b.t.Context(), &sc.ProvisionProductInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact, ProvisionedProductName: &name,
		ProvisionToken: b.token(), ProvisioningPreferences: &types.ProvisioningPreferences{StackSetAccounts: accounts, StackSetFailureToleranceCount: aws.Int32(0)}})
	if err != nil {
		return nil, err
	}
	return out.RecordDetail, nil
}

// owners are the parameter Owner of each stack in an account's two regions.
func (b *bed) owners(account string) (all []string) {
	b.t.Helper()
	cfg := b.administrator(account)
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		out, err := cloudformation.NewFromConfig(cfg, func(o *cloudformation.Options) { o.Region = region }).DescribeStacks(b.t.Context(), nil)
		must(b.t, err)
		for _, s := range out.Stacks {
			for _, p := range s.Parameters {
				if *p.ParameterKey == "Owner" {
					all = append(all, region+" "+*p.ParameterValue)
				}
			}
		}
	}
	return all
}

func (b *bed) instances(id string, size int32) (all []string, pages int) {
	b.t.Helper()
	in := &sc.ListStackInstancesForProvisionedProductInput{ProvisionedProductId: &id, PageSize: size}
	for {
		out, err := b.hub.ListStackInstancesForProvisionedProduct(b.t.Context(), in)
		must(b.t, err)
		pages++
		for _, i := range out.StackInstances {
			all = append(all, *i.Account+" "+*i.Region+" "+string(i.StackInstanceStatus))
		}
		if in.PageToken = out.NextPageToken; in.PageToken == nil {
			return all, pages
		}
	}
}

// A launch under a STACKSET constraint is a stack set: a stack in each account and region that it
// names, updated and deleted together. SBX-68
func TestStackSetLaunch(t *testing.T) {
	b, p := setBed(t)
	r, err := b.provisionIn(p, "everywhere", spoke, sister)
	must(t, err)
	same(t, "at first", r.Status, types.RecordStatusCreated)
	if end := b.wait(b.hub, *r.RecordId); end.Status != types.RecordStatusSucceeded || *end.ProvisionedProductType != "CFN_STACKSET" {
		t.Fatalf("%s of %s: %s", end.Status, *end.ProvisionedProductType, reasons(end))
	}
	id := *r.ProvisionedProductId
	same(t, "its status", b.describe(b.hub, id).Status, types.ProvisionedProductStatusAvailable)
	got, pages := b.instances(id, 3)
	want := []string{spoke + " eu-west-1 CURRENT", spoke + " us-east-1 CURRENT", sister + " eu-west-1 CURRENT", sister + " us-east-1 CURRENT"}
	if !slices.Equal(got, want) || pages != 2 {
		t.Errorf("%d pages: %v", pages, got)
	}
	if got := b.owners(sister); !slices.Equal(got, []string{"eu-west-1 nobody", "us-east-1 nobody"}) {
		t.Errorf("stacks of the sister: %v", got)
	}

	changed := b.update(b.hub, id, p.artifact, types.UpdateProvisioningParameter{Key: aws.String("Owner"), Value: aws.String("us")},
		types.UpdateProvisioningParameter{Key: aws.String("Size"), UsePreviousValue: true})
	same(t, "update", changed.Status, types.RecordStatusSucceeded)
	if got := b.owners(spoke); !slices.Equal(got, []string{"eu-west-1 us", "us-east-1 us"}) {
		t.Errorf("updated: %v", got)
	}

	gone, err := b.terminate(b.hub, id)
	must(t, err)
	same(t, "terminate", b.wait(b.hub, *gone.RecordId).Status, types.RecordStatusSucceeded)
	if left := append(b.owners(spoke), b.owners(sister)...); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	r, err = b.provisionIn(p, "everywhere", spoke)
	must(t, err)
	same(t, "launched anew", b.wait(b.hub, *r.RecordId).Status, types.RecordStatusSucceeded)
}

// Where an account has no role to build as, the record fails and names it, and so does its deletion;
// the stacks can be let go. What the constraint does not allow is refused at once.
func TestStackSetLaunchFails(t *testing.T) {
	b, p := setBed(t)
	r, err := b.provision(b.hub, p, "all", nil)
	must(t, err)
	end := b.wait(b.hub, *r.RecordId)
	same(t, "record", end.Status, types.RecordStatusFailed)
	wantText(t, reasons(end), canary)
	same(t, "product", b.describe(b.hub, *r.ProvisionedProductId).Status, types.ProvisionedProductStatusError)
	gone, err := b.terminate(b.hub, *r.ProvisionedProductId)
	must(t, err)
	same(t, "terminate, without the role", b.wait(b.hub, *gone.RecordId).Status, types.RecordStatusFailed)
	retained, err := b.hub.TerminateProvisionedProduct(t.Context(), &sc.TerminateProvisionedProductInput{ProvisionedProductId: r.ProvisionedProductId, RetainPhysicalResources: true, TerminateToken: b.token()})
	must(t, err)
	same(t, "let go", b.wait(b.hub, *retained.RecordDetail.RecordId).Status, types.RecordStatusSucceeded)

	_, err = b.provisionIn(p, "elsewhere", gamma)
	wants(t, err, "InvalidParametersException", gamma)
	_, err = b.hub.CreateProvisionedProductPlan(t.Context(), &sc.CreateProvisionedProductPlanInput{PlanName: aws.String("plan"), PlanType: types.ProvisionedProductPlanTypeCloudformation,
		ProductId: &p.product, ProvisioningArtifactId: &p.artifact, ProvisionedProductName: aws.String("planned"), IdempotencyToken: b.token()})
	wants(t, err, "NotImplemented", "STACKSET")

	other := published{folio: p.folio}
	other.product, other.artifact = b.product("plain", simple)
	b.place(other.product, other.folio)
	_, err = b.provisionIn(other, "plain", spoke)
	wants(t, err, "InvalidParametersException", "STACKSET")
	plain, err := b.provision(b.hub, other, "plain", nil)
	must(t, err)
	_, err = b.hub.ListStackInstancesForProvisionedProduct(t.Context(), &sc.ListStackInstancesForProvisionedProductInput{ProvisionedProductId: plain.ProvisionedProductId})
	wants(t, err, "InvalidParametersException", "CFN_STACK")
}
