package servicecatalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
)

func (b *bed) tryPlan(user *sc.Client, p published, name string, params ...types.UpdateProvisioningParameter) (string, error) {
	out, err := user.CreateProvisionedProductPlan(b.t.Context(), &sc.CreateProvisionedProductPlanInput{
		PlanName: aws.String("p"), PlanType: types.ProvisionedProductPlanTypeCloudformation, ProductId: &p.product,
		ProvisioningArtifactId: &p.artifact, ProvisionedProductName: &name, ProvisioningParameters: params, IdempotencyToken: b.token(),
	})
	if err != nil {
		return "", err
	}
	return *out.PlanId, nil
}

func (b *bed) planned(user *sc.Client, p published, name string, params ...types.UpdateProvisioningParameter) string {
	b.t.Helper()
	id, err := b.tryPlan(user, p, name, params...)
	must(b.t, err)
	return id
}

func (b *bed) plan(user *sc.Client, id string) *types.ProvisionedProductPlanDetails {
	b.t.Helper()
	out, err := user.DescribeProvisionedProductPlan(b.t.Context(), &sc.DescribeProvisionedProductPlanInput{PlanId: &id})
	must(b.t, err)
	return out.ProvisionedProductPlanDetails
}

// changes are what a plan announces, a line a resource.
func (b *bed) changes(user *sc.Client, id string) string {
	b.t.Helper()
	out, err := user.DescribeProvisionedProductPlan(b.t.Context(), &sc.DescribeProvisionedProductPlanInput{PlanId: &id})
	must(b.t, err)
	var lines []string
	for _, c := range out.ResourceChanges {
		line := strings.TrimSpace(string(c.Action) + " " + *c.LogicalResourceId + " " + string(c.Replacement))
		for _, d := range c.Details {
			line += " " + string(d.Target.Attribute) + "." + aws.ToString(d.Target.Name) + "/" + string(d.Target.RequiresRecreation) + "/" + string(d.Evaluation)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func (b *bed) execute(user *sc.Client, plan string) (*types.RecordDetail, error) {
	out, err := user.ExecuteProvisionedProductPlan(b.t.Context(), &sc.ExecuteProvisionedProductPlanInput{PlanId: &plan, IdempotencyToken: b.token()})
	if err != nil {
		return nil, err
	}
	return out.RecordDetail, nil
}

const named = `
Parameters:
  Name: {Type: String, Default: first}
  Note: {Type: String, Default: hello}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {TopicName: !Ref Name, DisplayName: !Ref Note}
`

// A plan of a new product announces what it would add; executed, it launches. The provisioned
// product is PLAN_IN_PROGRESS until then.
func TestPlanOfALaunch(t *testing.T) {
	b := newBed(t)
	p := b.publish(named)
	user := b.builder(spoke)
	id := b.planned(user, p, "mine")
	same(t, "not yet", b.changes(user, id), "")
	_, err := b.execute(user, id)
	wants(t, err, "InvalidStateException", "CREATE_IN_PROGRESS")
	b.sleep(2 * time.Second)
	same(t, "changes", b.changes(user, id), "ADD Topic")
	pp := b.plan(user, id).ProvisionProductId
	same(t, "product", b.describe(user, *pp).Status, types.ProvisionedProductStatusPlanInProgress)
	_, err = b.terminate(user, *pp)
	wants(t, err, "InvalidParametersException", "PLAN_IN_PROGRESS")
	_, err = b.provision(user, p, "mine", nil)
	wants(t, err, "DuplicateResourceException", *pp)
	_, err = b.tryPlan(user, p, "mine")
	wants(t, err, "InvalidStateException", "PLAN_IN_PROGRESS")

	r, err := b.execute(user, id)
	must(t, err)
	same(t, "record", *r.RecordType, "PROVISION_PRODUCT")
	same(t, "executing", b.plan(user, id).Status, types.ProvisionedProductPlanStatusExecuteInProgress)
	same(t, "end", b.wait(user, *r.RecordId).Status, types.RecordStatusSucceeded)
	same(t, "executed", b.plan(user, id).Status, types.ProvisionedProductPlanStatusExecuteSuccess)
	same(t, "launched", b.describe(user, *pp).Status, types.ProvisionedProductStatusAvailable)
	_, err = b.execute(user, id)
	wants(t, err, "InvalidStateException", "EXECUTE_SUCCESS")
}

// A plan of an update tells what is replaced; executing it does that and no more. CAT-77
func TestPlanOfAnUpdate(t *testing.T) {
	set := func(key, value string) types.UpdateProvisioningParameter {
		return types.UpdateProvisioningParameter{Key: &key, Value: &value}
	}
	tests := []struct {
		name   string
		params []types.UpdateProvisioningParameter
		want   string
	}{
		{"in place", []types.UpdateProvisioningParameter{keep("Name"), set("Note", "bye")}, "MODIFY Topic FALSE PROPERTIES.DisplayName/NEVER/STATIC"},
		{"replaced", []types.UpdateProvisioningParameter{set("Name", "second"), keep("Note")}, "MODIFY Topic TRUE PROPERTIES.TopicName/ALWAYS/STATIC"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBed(t)
			p := b.publish(named)
			user := b.builder(spoke)
			pp := b.launch(user, p, "mine", nil)
			id := b.planned(user, p, "mine", tt.params...)
			b.sleep(2 * time.Second)
			same(t, "changes", b.changes(user, id), tt.want)
			same(t, "nothing is changed by it", b.describe(user, pp).Status, types.ProvisionedProductStatusAvailable)
			_, err := b.tryPlan(user, p, "mine", tt.params...)
			wants(t, err, "InvalidStateException", id)
			list, err := user.ListProvisionedProductPlans(t.Context(), &sc.ListProvisionedProductPlansInput{ProvisionProductId: &pp})
			must(t, err)
			same(t, "listed", *list.ProvisionedProductPlans[0].PlanId, id)
			r, err := b.execute(user, id)
			must(t, err)
			same(t, "record", *r.RecordType, "UPDATE_PROVISIONED_PRODUCT")
			same(t, "end", b.wait(user, *r.RecordId).Status, types.RecordStatusSucceeded)
		})
	}
}

// A plan that cannot be made says why: no change, a constraint, a role.
func TestPlanFails(t *testing.T) {
	b := newBed(t)
	p := b.publish(named)
	user := b.builder(spoke)
	b.launch(user, p, "mine", nil)
	why := func(name string) string {
		id := b.planned(user, p, name)
		b.sleep(2 * time.Second)
		d := b.plan(user, id)
		same(t, name, d.Status, types.ProvisionedProductPlanStatusCreateFailed)
		return aws.ToString(d.StatusMessage)
	}
	if got := why("mine"); !strings.Contains(got, "didn't contain changes") {
		t.Errorf("nothing to change: %q", got)
	}
	b.role(spoke, "SCLaunchStorage", "lambda.amazonaws.com")
	if got := why("other"); !strings.Contains(got, "SCLaunchStorage") {
		t.Errorf("no launch role: %q", got)
	}
}

// A deleted plan leaves nothing of a product that was not launched, and one that was as it is.
func TestDeletePlan(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	pp := b.launch(user, p, "launched", nil)
	for _, name := range []string{"launched", "new"} {
		id := b.planned(user, p, name, types.UpdateProvisioningParameter{Key: aws.String("Owner"), Value: aws.String("team-b")})
		_, err := user.DeleteProvisionedProductPlan(t.Context(), &sc.DeleteProvisionedProductPlanInput{PlanId: &id})
		must(t, err)
		_, err = user.DescribeProvisionedProductPlan(t.Context(), &sc.DescribeProvisionedProductPlanInput{PlanId: &id})
		wants(t, err, "ResourceNotFoundException", id)
	}
	same(t, "launched", b.describe(user, pp).Status, types.ProvisionedProductStatusAvailable)
	b.launch(user, p, "new", nil) // its name is free
}
