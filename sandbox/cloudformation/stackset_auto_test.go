package cloudformation_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	orgs "github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/organizations"
	"github.com/axle-cd/axle/sandbox/world"
)

// orgRig is a rig with Organizations, and its client in the management account.
func orgRig(t *testing.T) (*rig, *cf.Client, *orgs.Client) {
	t.Helper()
	r := newRig(t)
	box, err := sandbox.New(r.store, sandbox.Options{Wall: time.Now, Seed: []byte(t.Name()), Services: []world.Service{cloudformation.Service(), organizations.Service()}})
	if err != nil {
		t.Fatal(err)
	}
	r.box = box
	o := r.Client.Options()
	o.HTTPClient = &http.Client{Transport: box.Transport()}
	r.Client = cf.New(o)
	m := r.manage()
	return r, m, orgs.New(orgs.Options{Region: "us-east-1", Credentials: m.Options().Credentials, HTTPClient: o.HTTPClient})
}

func serviceManaged(in *cf.CreateStackSetInput) {
	in.PermissionModel = types.PermissionModelsServiceManaged
	in.AutoDeployment = &types.AutoDeployment{Enabled: aws.Bool(true), RetainStacksOnAccountRemoval: aws.Bool(false)}
}

func under(filter types.AccountFilterType, accounts ...string) *cf.CreateStackInstancesInput {
	return &cf.CreateStackInstancesInput{StackSetName: aws.String("s"), Regions: []string{region},
		DeploymentTargets: &types.DeploymentTargets{OrganizationalUnitIds: []string{workloads}, AccountFilterType: filter, Accounts: accounts}}
}

// SBX-68, SBX-25: service-managed permissions reach a unit's accounts, skip the suspended one, and
// follow accounts that come and go.
func TestServiceManaged(t *testing.T) {
	r, m, o := orgRig(t)
	in := &cf.CreateStackSetInput{StackSetName: aws.String("s"), TemplateBody: aws.String(topicSet)}
	serviceManaged(in)
	_, err := m.CreateStackSet(r.ctx, in)
	wants(t, err, "ValidationError", "You must enable organizations access")
	if _, err := m.ActivateOrganizationsAccess(r.ctx, nil); err != nil {
		t.Fatal(err)
	}
	if a, err := m.DescribeOrganizationsAccess(r.ctx, nil); err != nil || a.Status != types.OrganizationStatusEnabled {
		t.Errorf("%+v %v", a, err)
	}
	r.stackSet(m, topicSet, serviceManaged)
	out, err := m.CreateStackInstances(r.ctx, under(""))
	if err != nil {
		t.Fatal(err)
	}
	if status, results := r.ended(m, out.OperationId); status != "SUCCEEDED" || len(results) != 4 {
		t.Errorf("%s %q", status, results)
	}
	want := []string{spoke1 + " eu-west-1 CURRENT SUCCEEDED", spoke2 + " eu-west-1 CURRENT SUCCEEDED", canary + " eu-west-1 CURRENT SUCCEEDED", closed + " eu-west-1 OUTDATED SKIPPED_SUSPENDED_ACCOUNT"}
	if all := r.instances(m); !slices.Equal(all, want) {
		t.Errorf("%q", all)
	}
	root := aws.String("r-ab12")
	move := func(id string, from, to *string) {
		t.Helper()
		if _, err := o.MoveAccount(r.ctx, &orgs.MoveAccountInput{AccountId: &id, SourceParentId: from, DestinationParentId: to}); err != nil {
			t.Fatal(err)
		}
	}
	move("222222222222", root, aws.String(workloads))
	move(canary, aws.String(workloads), root)
	r.pass(time.Hour)
	want = []string{"222222222222 eu-west-1 CURRENT SUCCEEDED", want[0], want[1], want[3]}
	if all := r.instances(m); !slices.Equal(all, want) {
		t.Errorf("after the moves: %q", all)
	}
	ops, err := m.ListStackSetOperations(r.ctx, &cf.ListStackSetOperationsInput{StackSetName: aws.String("s")})
	if err != nil || len(ops.Summaries) != 3 || ops.Summaries[0].EndTimestamp == nil {
		t.Errorf("%+v %v", ops, err)
	}
	targets, err := m.ListStackSetAutoDeploymentTargets(r.ctx, &cf.ListStackSetAutoDeploymentTargetsInput{StackSetName: aws.String("s")})
	if err != nil || len(targets.Summaries) != 1 || *targets.Summaries[0].OrganizationalUnitId != workloads {
		t.Errorf("%+v %v", targets, err)
	}
	if _, err := m.DeactivateOrganizationsAccess(r.ctx, nil); err != nil {
		t.Fatal(err)
	}
	_, err = m.CreateStackInstances(r.ctx, under(""))
	wants(t, err, "ValidationError", "You must enable organizations access")
	_, err = r.ActivateOrganizationsAccess(r.ctx, nil)
	wants(t, err, "ValidationError", "must be the management account")
	r.in(canary, func(c *world.Call) {
		for _, left := range cloudformation.Orphans(c) {
			t.Error(left)
		}
	})
}

// SBX-68: CallAs DELEGATED_ADMIN works on the management account's sets, once it is one.
func TestDelegatedAdministrator(t *testing.T) {
	r, m, o := orgRig(t)
	if _, err := m.ActivateOrganizationsAccess(r.ctx, nil); err != nil {
		t.Fatal(err)
	}
	in := &cf.CreateStackSetInput{StackSetName: aws.String("s"), TemplateBody: aws.String(topicSet), CallAs: types.CallAsDelegatedAdmin}
	serviceManaged(in)
	_, err := r.CreateStackSet(r.ctx, in)
	wants(t, err, "ValidationError", "not a delegated administrator")
	if _, err := o.RegisterDelegatedAdministrator(r.ctx, &orgs.RegisterDelegatedAdministratorInput{AccountId: aws.String(account), ServicePrincipal: aws.String("member.org.stacksets.cloudformation.amazonaws.com")}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.CreateStackSet(r.ctx, in); err != nil {
		t.Fatal(err)
	}
	targets := under("")
	targets.CallAs = types.CallAsDelegatedAdmin
	if _, err := r.CreateStackInstances(r.ctx, targets); err != nil {
		t.Fatal(err)
	}
	_, err = r.DescribeStackSet(r.ctx, &cf.DescribeStackSetInput{StackSetName: aws.String("s")})
	wants(t, err, "StackSetNotFoundException", "s not found")
	out, err := m.DescribeStackSet(r.ctx, &cf.DescribeStackSetInput{StackSetName: aws.String("s")})
	if err != nil || *out.StackSet.StackSetARN != "arn:aws:cloudformation:eu-west-1:888888888888:stackset/"+*out.StackSet.StackSetId {
		t.Errorf("%+v %v", out, err)
	}
	r.pass(time.Hour)
}

// SBX-68: which accounts of a unit are targets.
func TestAccountFilters(t *testing.T) {
	for _, c := range []struct {
		filter types.AccountFilterType
		named  []string
		want   int
	}{
		{types.AccountFilterTypeNone, nil, 4},
		{types.AccountFilterTypeIntersection, []string{spoke1, "222222222222"}, 1},
		{types.AccountFilterTypeDifference, []string{spoke1}, 3},
		{types.AccountFilterTypeUnion, []string{"222222222222"}, 5},
	} {
		t.Run(string(c.filter), func(t *testing.T) {
			r, m, _ := orgRig(t)
			if _, err := m.ActivateOrganizationsAccess(r.ctx, nil); err != nil {
				t.Fatal(err)
			}
			r.stackSet(m, topicSet, serviceManaged)
			out, err := m.CreateStackInstances(r.ctx, under(c.filter, c.named...))
			if err != nil {
				t.Fatal(err)
			}
			if _, results := r.ended(m, out.OperationId); len(results) != c.want {
				t.Errorf("%q", results)
			}
		})
	}
}
