package cloudformation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// SBX-68: 2,000 instances are made by one operation, within seconds of the wall clock.
func TestStackSetOf2000(t *testing.T) {
	r := newRig(t)
	r.ensure(world.Role{Name: "AWSCloudFormationStackSetAdministrationRole", Path: "/", TrustServices: []string{"cloudformation.amazonaws.com"}}, account)
	var accounts []string
	r.do(func(c *world.Call) {
		for n := range 400 {
			id := fmt.Sprintf("2%011d", n)
			accounts = append(accounts, id)
			world.PutAccount(c, world.Account{ID: id, Org: "o-exampleorg1", Parent: workloads, State: "ACTIVE"})
		}
	})
	r.ensure(world.Role{Name: "AWSCloudFormationStackSetExecutionRole", Path: "/", TrustAccounts: []string{account}}, accounts...)
	r.stackSet(r.Client, topicSet)
	in := deployTo([]string{region, "us-east-1", "eu-central-1", "us-west-2", "eu-west-2"}, accounts...)
	in.OperationPreferences = &types.StackSetOperationPreferences{MaxConcurrentPercentage: aws.Int32(100), ConcurrencyMode: types.ConcurrencyModeSoftFailureTolerance, RegionConcurrencyType: types.RegionConcurrencyTypeParallel}
	begun := time.Now()
	out, err := r.CreateStackInstances(r.ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(begun)
	t.Logf("2,000 instances in %s", took)
	if took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
	r.pass(time.Hour)
	pages, n := cf.NewListStackInstancesPaginator(r.Client, &cf.ListStackInstancesInput{StackSetName: aws.String("s"), Filters: []types.StackInstanceFilter{{Name: types.StackInstanceFilterNameLastOperationId, Values: out.OperationId}}}), 0
	for pages.HasMorePages() {
		page, err := pages.NextPage(r.ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range page.Summaries {
			if s.Status == types.StackInstanceStatusCurrent {
				n++
			}
		}
	}
	if n != 2000 {
		t.Errorf("%d are current", n)
	}
	_, err = r.CreateStackInstances(r.ctx, deployTo([]string{"us-east-2"}, accounts[0]))
	wants(t, err, "LimitExceededException", "stack instances")
}
