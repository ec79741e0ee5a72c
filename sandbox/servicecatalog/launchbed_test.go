package servicecatalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// provision asks for a launch; it may still fail.
func (b *bed) provision(user *sc.Client, p published, name string, params map[string]string) (*types.RecordDetail, error) {
	in := &sc.ProvisionProductInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact, ProvisionedProductName: &name, ProvisionToken: b.token()}
	for k, v := range params {
		in.ProvisioningParameters = append(in.ProvisioningParameters, types.ProvisioningParameter{Key: &k, Value: &v})
	}
	out, err := user.ProvisionProduct(b.t.Context(), in)
	if err != nil {
		return nil, err
	}
	return out.RecordDetail, nil
}

// launch provisions and waits; the record must succeed.
func (b *bed) launch(user *sc.Client, p published, name string, params map[string]string) string {
	b.t.Helper()
	r, err := b.provision(user, p, name, params)
	must(b.t, err)
	if end := b.wait(user, *r.RecordId); end.Status != types.RecordStatusSucceeded {
		b.t.Fatalf("launch ended %s: %v", end.Status, reasons(end))
	}
	return *r.ProvisionedProductId
}

// wait follows a record to its end.
func (b *bed) wait(user *sc.Client, record string) *types.RecordDetail {
	b.t.Helper()
	for range 100 {
		b.sleep(2 * time.Second)
		out, err := user.DescribeRecord(b.t.Context(), &sc.DescribeRecordInput{Id: &record})
		must(b.t, err)
		switch out.RecordDetail.Status {
		case types.RecordStatusSucceeded, types.RecordStatusFailed:
			return out.RecordDetail
		}
	}
	b.t.Fatal("the record does not end")
	return nil
}

func (b *bed) describe(user *sc.Client, id string) *types.ProvisionedProductDetail {
	b.t.Helper()
	out, err := user.DescribeProvisionedProduct(b.t.Context(), &sc.DescribeProvisionedProductInput{Id: &id})
	must(b.t, err)
	return out.ProvisionedProductDetail
}

func (b *bed) outputs(user *sc.Client, id string) map[string]string {
	b.t.Helper()
	out, err := user.GetProvisionedProductOutputs(b.t.Context(), &sc.GetProvisionedProductOutputsInput{ProvisionedProductId: &id})
	must(b.t, err)
	all := map[string]string{}
	for _, o := range out.Outputs {
		all[*o.OutputKey] = *o.OutputValue
	}
	return all
}

func (b *bed) terminate(user *sc.Client, id string) (*types.RecordDetail, error) {
	out, err := user.TerminateProvisionedProduct(b.t.Context(), &sc.TerminateProvisionedProductInput{ProvisionedProductId: &id, TerminateToken: b.token()})
	if err != nil {
		return nil, err
	}
	return out.RecordDetail, nil
}

func reasons(r *types.RecordDetail) string {
	all := ""
	for _, e := range r.RecordErrors {
		all += aws.ToString(e.Code) + ": " + aws.ToString(e.Description)
	}
	return all
}

func (b *bed) record(user *sc.Client, id string) *types.RecordDetail {
	b.t.Helper()
	out, err := user.DescribeRecord(b.t.Context(), &sc.DescribeRecordInput{Id: &id})
	must(b.t, err)
	return out.RecordDetail
}

// update moves a provisioned product to a version and waits for its record to end.
func (b *bed) update(user *sc.Client, id, artifact string, params ...types.UpdateProvisioningParameter) *types.RecordDetail {
	b.t.Helper()
	out, err := user.UpdateProvisionedProduct(b.t.Context(), &sc.UpdateProvisionedProductInput{
		ProvisionedProductId: &id, ProvisioningArtifactId: &artifact, ProvisioningParameters: params, UpdateToken: b.token(),
	})
	must(b.t, err)
	return b.wait(user, *out.RecordDetail.RecordId)
}

// guide sets what end users are told of a version, and whether they see it.
func (b *bed) guide(product, artifact string, guidance types.ProvisioningArtifactGuidance, active bool) {
	b.t.Helper()
	_, err := b.hub.UpdateProvisioningArtifact(b.t.Context(), &sc.UpdateProvisioningArtifactInput{
		ProductId: &product, ProvisioningArtifactId: &artifact, Guidance: guidance, Active: &active,
	})
	must(b.t, err)
}

// administrator is who may do anything in an account.
func (b *bed) administrator(account string) aws.Config {
	b.t.Helper()
	b.in(func(c *world.Call) {
		world.PutRole(c, world.Role{Name: "Admin", Path: "/", Account: account, TrustAccounts: []string{hub},
			Grants: world.Grants{Attached: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}}})
	})
	b.as(account, "Admin")
	return b.keys[account+"Admin"]
}

// wantText holds that a text says a word.
func wantText(t *testing.T, got, want string) {
	t.Helper()
	if !strings.Contains(got, want) {
		t.Errorf("%q does not say %q", got, want)
	}
}

// role makes or replaces a role that one AWS service may assume.
func (b *bed) role(account, name, service string) {
	b.in(func(c *world.Call) {
		world.PutRole(c, world.Role{Name: name, Path: "/", Account: account, TrustServices: []string{service}})
	})
}
