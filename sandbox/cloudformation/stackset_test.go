package cloudformation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/world"
)

const (
	spoke1, spoke2, canary, closed = "333333333333", "444444444444", "555555555555", "666666666666"
	workloads                      = "ou-ab12-11111111"
	topicSet                       = "Parameters: {Say: {Type: String, Default: hello}}\nResources:\n  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: news, DisplayName: !Ref Say}}\n"
)

// manage is the client in the organization's management account.
func (r *rig) manage() *cf.Client {
	r.t.Helper()
	k, err := r.box.Credentials(r.ctx, "management")
	if err != nil {
		r.t.Fatal(err)
	}
	o := r.Client.Options()
	o.Credentials = credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)
	return cf.New(o)
}

// prepare makes the roles of self-managed permissions in the hub and the targets.
func (r *rig) prepare(targets ...string) {
	r.t.Helper()
	r.ensure(world.Role{Name: "AWSCloudFormationStackSetAdministrationRole", Path: "/", TrustServices: []string{"cloudformation.amazonaws.com"}}, account)
	r.ensure(world.Role{Name: "AWSCloudFormationStackSetExecutionRole", Path: "/", TrustAccounts: []string{account}}, targets...)
}

func (r *rig) ensure(role world.Role, accounts ...string) {
	r.t.Helper()
	if _, err := r.box.EnsureRole(r.ctx, accounts, role); err != nil {
		r.t.Fatal(err)
	}
}

// stackSet makes a stack set named s of a client.
func (r *rig) stackSet(client *cf.Client, template string, set ...func(*cf.CreateStackSetInput)) {
	r.t.Helper()
	in := &cf.CreateStackSetInput{StackSetName: aws.String("s"), TemplateBody: &template}
	for _, f := range set {
		f(in)
	}
	if _, err := client.CreateStackSet(r.ctx, in); err != nil {
		r.t.Fatal(err)
	}
}

// ended waits for an operation and gives its status and its results: account region STATUS.
func (r *rig) ended(client *cf.Client, id *string) (string, []string) {
	r.t.Helper()
	r.pass(30 * time.Minute)
	op, err := client.DescribeStackSetOperation(r.ctx, &cf.DescribeStackSetOperationInput{StackSetName: aws.String("s"), OperationId: id})
	if err != nil {
		r.t.Fatal(err)
	}
	out, err := client.ListStackSetOperationResults(r.ctx, &cf.ListStackSetOperationResultsInput{StackSetName: aws.String("s"), OperationId: id})
	if err != nil {
		r.t.Fatal(err)
	}
	var all []string
	for _, s := range out.Summaries {
		all = append(all, *s.Account+" "+*s.Region+" "+string(s.Status)+" "+aws.ToString(s.StatusReason))
	}
	return string(op.StackSetOperation.Status), all
}

// instances are a stack set's, in words: account region STATUS DETAILED.
func (r *rig) instances(client *cf.Client) (all []string) {
	r.t.Helper()
	out, err := client.ListStackInstances(r.ctx, &cf.ListStackInstancesInput{StackSetName: aws.String("s")})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, s := range out.Summaries {
		all = append(all, fmt.Sprint(*s.Account, " ", *s.Region, " ", s.Status, " ", s.StackInstanceStatus.DetailedStatus))
	}
	return all
}

// told is a property of the stack of an instance, as its stack records it.
func (r *rig) instanceStack(client *cf.Client, account, region string) cloudformation.Stack {
	r.t.Helper()
	out, err := client.DescribeStackInstance(r.ctx, &cf.DescribeStackInstanceInput{StackSetName: aws.String("s"), StackInstanceAccount: &account, StackInstanceRegion: &region})
	if err != nil {
		r.t.Fatal(err)
	}
	var s cloudformation.Stack
	r.do(func(c *world.Call) { s, _ = cloudformation.Find(c.In(account, region), *out.StackInstance.StackId) })
	return s
}

func deployTo(regions []string, accounts ...string) *cf.CreateStackInstancesInput {
	return &cf.CreateStackInstancesInput{StackSetName: aws.String("s"), Accounts: accounts, Regions: regions}
}

// SBX-68: a self-managed stack set is real stacks in its targets, through its whole life.
func TestStackSet(t *testing.T) {
	r := newRig(t)
	r.prepare(spoke1, spoke2)
	r.stackSet(r.Client, topicSet)
	both := []string{region, "us-east-1"}
	in := deployTo(both, spoke1, spoke2)
	in.ParameterOverrides = parameters("Say", "here")
	out, err := r.CreateStackInstances(r.ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if all := r.instances(r.Client); len(all) != 4 || !strings.HasSuffix(all[0], "OUTDATED RUNNING") || !strings.HasSuffix(all[3], "OUTDATED PENDING") {
		t.Errorf("at its start: %q", all)
	}
	status, results := r.ended(r.Client, out.OperationId)
	if status != "SUCCEEDED" || len(results) != 4 || !strings.HasPrefix(results[0], spoke1+" eu-west-1 SUCCEEDED") {
		t.Errorf("%s %q", status, results)
	}
	s := r.instanceStack(r.Client, spoke2, "us-east-1")
	if s.Status != "CREATE_COMPLETE" || !strings.HasPrefix(s.Name, "StackSet-s-") || s.Parameters["Say"] != "here" {
		t.Errorf("%+v", s)
	}
	up, err := r.UpdateStackSet(r.ctx, &cf.UpdateStackSetInput{StackSetName: aws.String("s"), TemplateBody: aws.String(topicSet + "  More: {Type: AWS::SQS::Queue}\n"), OperationId: aws.String("up")})
	if err != nil || *up.OperationId != "up" {
		t.Fatal(err)
	}
	if status, results := r.ended(r.Client, up.OperationId); status != "SUCCEEDED" || len(results) != 4 {
		t.Errorf("update: %s %q", status, results)
	}
	if s := r.instanceStack(r.Client, spoke2, "us-east-1"); s.Status != "UPDATE_COMPLETE" || len(s.Resources) != 2 || s.Parameters["Say"] != "here" {
		t.Errorf("%+v", s)
	}
	_, err = r.DeleteStackSet(r.ctx, &cf.DeleteStackSetInput{StackSetName: aws.String("s")})
	wants(t, err, "StackSetNotEmptyException", "not empty")
	gone, id := r.instanceStack(r.Client, spoke1, region), ""
	for _, retain := range []bool{false, true} {
		region := map[bool]string{false: region, true: "us-east-1"}[retain]
		id = r.instanceStack(r.Client, spoke1, region).ID
		del, err := r.DeleteStackInstances(r.ctx, &cf.DeleteStackInstancesInput{StackSetName: aws.String("s"), Accounts: []string{spoke1, spoke2}, Regions: []string{region}, RetainStacks: &retain})
		if err != nil {
			t.Fatal(err)
		}
		if status, results := r.ended(r.Client, del.OperationId); status != "SUCCEEDED" {
			t.Errorf("deletion: %s %q", status, results)
		}
	}
	r.do(func(c *world.Call) {
		if s, _ := cloudformation.Find(c.In(spoke1, region), gone.ID); s.Status != "DELETE_COMPLETE" {
			t.Errorf("the deleted one is %s", s.Status)
		}
		if s, _ := cloudformation.Find(c.In(spoke1, "us-east-1"), id); s.Status != "UPDATE_COMPLETE" {
			t.Errorf("the retained one is %s", s.Status)
		}
	})
	if _, err := r.DeleteStackSet(r.ctx, &cf.DeleteStackSetInput{StackSetName: aws.String("s")}); err != nil {
		t.Error(err)
	}
	_, err = r.DescribeStackSet(r.ctx, &cf.DescribeStackSetInput{StackSetName: aws.String("s")})
	wants(t, err, "StackSetNotFoundException", "s not found")
}

// SBX-68: what an operation on a stack set is refused for.
func TestStackSetRefusals(t *testing.T) {
	r := newRig(t)
	r.prepare(spoke1)
	r.stackSet(r.Client, topicSet)
	name := aws.String("s")
	create := func(in *cf.CreateStackInstancesInput) error { _, err := r.CreateStackInstances(r.ctx, in); return err }
	with := func(edit func(*cf.CreateStackInstancesInput)) *cf.CreateStackInstancesInput {
		in := deployTo([]string{region}, spoke1)
		edit(in)
		return in
	}
	first := with(func(in *cf.CreateStackInstancesInput) { in.OperationId = aws.String("one") })
	if err := create(first); err != nil {
		t.Fatal(err)
	}
	wants(t, create(first), "OperationIdAlreadyExistsException", "one")
	wants(t, create(deployTo([]string{region}, spoke1)), "OperationInProgressException", "one")
	r.pass(time.Hour)
	wants(t, create(first), "OperationIdAlreadyExistsException", "one")
	for _, c := range []struct {
		name, code, says string
		in               *cf.CreateStackInstancesInput
	}{
		{"no accounts", "ValidationError", "Accounts cannot be empty", deployTo([]string{region})},
		{"no regions", "ValidationError", "Regions cannot be empty", deployTo([]string{}, spoke1)},
		{"units", "ValidationError", "can only have accounts as target", with(func(in *cf.CreateStackInstancesInput) {
			in.Accounts, in.DeploymentTargets = nil, &types.DeploymentTargets{OrganizationalUnitIds: []string{workloads}}
		})},
		{"an account that is none", "ValidationError", "12", deployTo([]string{region}, "12")},
		{"an unknown parameter", "ValidationError", "[Nil] do not exist", with(func(in *cf.CreateStackInstancesInput) { in.ParameterOverrides = parameters("Nil", "x") })},
		{"two tolerances", "ValidationError", "cannot be specified together", with(func(in *cf.CreateStackInstancesInput) {
			in.OperationPreferences = &types.StackSetOperationPreferences{FailureToleranceCount: aws.Int32(1), FailureTolerancePercentage: aws.Int32(1)}
		})},
		{"an unknown set", "StackSetNotFoundException", "nil not found", with(func(in *cf.CreateStackInstancesInput) { in.StackSetName = aws.String("nil") })},
		{"not the administrator's delegate", "ValidationError", "not a delegated administrator", with(func(in *cf.CreateStackInstancesInput) { in.CallAs = types.CallAsDelegatedAdmin })},
	} {
		t.Run(c.name, func(t *testing.T) { wants(t, create(c.in), c.code, c.says) })
	}
	_, err := r.CreateStackSet(r.ctx, &cf.CreateStackSetInput{StackSetName: name, TemplateBody: aws.String(topicSet)})
	wants(t, err, "NameAlreadyExistsException", "s already exists")
	_, err = r.CreateStackSet(r.ctx, &cf.CreateStackSetInput{StackSetName: aws.String("t"), TemplateBody: aws.String(topicSet), PermissionModel: types.PermissionModelsServiceManaged, AutoDeployment: &types.AutoDeployment{Enabled: aws.Bool(true), RetainStacksOnAccountRemoval: aws.Bool(false)}})
	wants(t, err, "ValidationError", "must be the management account or delegated admin")
	_, err = r.DescribeStackInstance(r.ctx, &cf.DescribeStackInstanceInput{StackSetName: name, StackInstanceAccount: aws.String(spoke2), StackInstanceRegion: aws.String(region)})
	wants(t, err, "StackInstanceNotFoundException", spoke2)
	_, err = r.UpdateStackInstances(r.ctx, &cf.UpdateStackInstancesInput{StackSetName: name, Accounts: []string{spoke2}, Regions: []string{region}})
	wants(t, err, "StackInstanceNotFoundException", spoke2)
	_, err = r.DescribeStackSetOperation(r.ctx, &cf.DescribeStackSetOperationInput{StackSetName: name, OperationId: aws.String("nil")})
	wants(t, err, "OperationNotFoundException", "nil")
	_, err = r.StopStackSetOperation(r.ctx, &cf.StopStackSetOperationInput{StackSetName: name, OperationId: aws.String("one")})
	wants(t, err, "InvalidOperationException", "SUCCEEDED")
	r.do(func(c *world.Call) {
		world.PutSettings(c.Tx, world.Settings{Quotas: map[string]int{"cloudformation:stack-sets": 1, "cloudformation:stack-instances": 1}})
	})
	_, err = r.CreateStackSet(r.ctx, &cf.CreateStackSetInput{StackSetName: aws.String("t"), TemplateBody: aws.String(topicSet)})
	wants(t, err, "LimitExceededException", "stack sets")
	wants(t, create(deployTo([]string{region}, spoke2)), "LimitExceededException", "stack instances")
}

// SBX-68: which instances an operation reaches, by tolerance, concurrency and the order of regions.
func TestStackSetTolerance(t *testing.T) {
	all := []string{"111111111111", "222222222222", spoke1, spoke2, canary}
	for _, c := range []struct {
		name                                    string
		roles                                   []string // accounts that have the execution role
		prefer                                  types.StackSetOperationPreferences
		status                                  string
		succeeded, failed, cancelled, suspended int
	}{
		{"all well", all, types.StackSetOperationPreferences{}, "SUCCEEDED", 10, 0, 0, 0},
		{"the first fails and none may", all[1:], types.StackSetOperationPreferences{}, "FAILED", 0, 1, 9, 0},
		{"one may fail in each region", all[1:], types.StackSetOperationPreferences{FailureToleranceCount: aws.Int32(1)}, "SUCCEEDED", 8, 2, 0, 0},
		{"a fifth may fail", all[1:], types.StackSetOperationPreferences{FailureTolerancePercentage: aws.Int32(20)}, "SUCCEEDED", 8, 2, 0, 0},
		{"all run at once only as far as failures are borne", nil, types.StackSetOperationPreferences{MaxConcurrentCount: aws.Int32(5)}, "FAILED", 0, 1, 9, 0},
		{"all run at once, softly", nil, types.StackSetOperationPreferences{MaxConcurrentCount: aws.Int32(5), ConcurrencyMode: types.ConcurrencyModeSoftFailureTolerance}, "FAILED", 0, 5, 5, 0},
		{"each region for itself", all[1:], types.StackSetOperationPreferences{RegionConcurrencyType: types.RegionConcurrencyTypeParallel}, "FAILED", 0, 2, 8, 0},
		{"the last of the first region fails", all[:4], types.StackSetOperationPreferences{RegionOrder: []string{"us-east-1", region}}, "FAILED", 4, 1, 5, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.prepare(c.roles...)
			r.stackSet(r.Client, topicSet)
			in := deployTo([]string{region, "us-east-1"}, all...)
			in.OperationPreferences = &c.prefer
			out, err := r.CreateStackInstances(r.ctx, in)
			if err != nil {
				t.Fatal(err)
			}
			status, results := r.ended(r.Client, out.OperationId)
			count := func(what string) int {
				return len(slices.DeleteFunc(slices.Clone(results), func(s string) bool { return !strings.Contains(s, " "+what+" ") }))
			}
			if status != c.status || count("SUCCEEDED") != c.succeeded || count("FAILED") != c.failed || count("CANCELLED") != c.cancelled {
				t.Errorf("%s: %s", status, strings.Join(results, "\n"))
			}
			if c.failed > 0 && !strings.Contains(strings.Join(results, "\n"), "should have 'AWSCloudFormationStackSetExecutionRole' role with trust relationship to Role 'AWSCloudFormationStackSetAdministrationRole'.") {
				t.Errorf("%q", results)
			}
			if len(c.prefer.RegionOrder) > 0 && !strings.Contains(results[0], "us-east-1") {
				t.Errorf("first: %s", results[0])
			}
		})
	}
}

// SBX-68: a stack that fails fails its instance, in the resource's words; a later operation makes it anew.
func TestStackSetInstanceFails(t *testing.T) {
	r := newRig(t)
	r.prepare(spoke1)
	r.stackSet(r.Client, topicSet)
	r.in(spoke1, func(c *world.Call) {
		if _, err := cloudformation.Create(c, cloudformation.Request{Name: "own", Template: topicSet}); err != nil {
			t.Fatal(err)
		}
	})
	out, err := r.CreateStackInstances(r.ctx, deployTo([]string{region}, spoke1))
	if err != nil {
		t.Fatal(err)
	}
	status, results := r.ended(r.Client, out.OperationId)
	if status != "FAILED" || !strings.Contains(results[0], "ResourceLogicalId:Topic, ResourceType:AWS::SNS::Topic, ResourceStatusReason:arn:aws:sns:eu-west-1:333333333333:news already exists in stack") {
		t.Errorf("%s %q", status, results)
	}
	if all := r.instances(r.Client); all[0] != "333333333333 eu-west-1 OUTDATED FAILED" || r.instanceStack(r.Client, spoke1, region).Status != "ROLLBACK_COMPLETE" {
		t.Errorf("%q", all)
	}
	r.in(spoke1, func(c *world.Call) {
		if err := cloudformation.Delete(c, "own"); err != nil {
			t.Fatal(err)
		}
	})
	r.pass(time.Hour)
	if out, err = r.CreateStackInstances(r.ctx, deployTo([]string{region}, spoke1)); err != nil {
		t.Fatal(err)
	}
	if status, results := r.ended(r.Client, out.OperationId); status != "SUCCEEDED" || r.instanceStack(r.Client, spoke1, region).Status != "CREATE_COMPLETE" {
		t.Errorf("%s %q", status, results)
	}
}

// SBX-68: an operation that is stopped lets what runs end, and leaves the rest as it was.
func TestStopStackSetOperation(t *testing.T) {
	r := newRig(t)
	r.prepare(spoke1, spoke2, canary)
	r.stackSet(r.Client, topicSet)
	name := aws.String("s")
	all := func() *cf.CreateStackInstancesInput { return deployTo([]string{region}, spoke1, spoke2, canary) }
	stop := func(id *string) {
		t.Helper()
		if _, err := r.StopStackSetOperation(r.ctx, &cf.StopStackSetOperationInput{StackSetName: name, OperationId: id}); err != nil {
			t.Fatal(err)
		}
		status, results := r.ended(r.Client, id)
		if status != "STOPPED" || !strings.Contains(results[0], "SUCCEEDED") || !strings.Contains(results[1], "CANCELLED") || !strings.Contains(results[2], "CANCELLED") {
			t.Errorf("%s %q", status, results)
		}
	}
	out, err := r.CreateStackInstances(r.ctx, all())
	if err != nil {
		t.Fatal(err)
	}
	stop(out.OperationId)
	r.in(spoke2, func(c *world.Call) {
		if free, err := cloudformation.Create(c, cloudformation.Request{Name: "mine", Template: topicSet}); err != nil || free.Status == "" {
			t.Error(err)
		}
	})
	r.pass(time.Hour)
	r.in(spoke2, func(c *world.Call) {
		if s, _ := cloudformation.Find(c, "mine"); s.Status != "CREATE_COMPLETE" {
			t.Errorf("its name is still taken: %s %s", s.Status, s.StatusReason)
		}
		if err := cloudformation.Delete(c, "mine"); err != nil {
			t.Error(err)
		}
	})
	r.pass(time.Hour)
	if out, err = r.CreateStackInstances(r.ctx, all()); err != nil {
		t.Fatal(err)
	}
	if status, results := r.ended(r.Client, out.OperationId); status != "SUCCEEDED" {
		t.Fatalf("%s %q", status, results)
	}
	up, err := r.UpdateStackSet(r.ctx, &cf.UpdateStackSetInput{StackSetName: name, TemplateBody: aws.String(strings.Replace(topicSet, "hello", "bye", 1))})
	if err != nil {
		t.Fatal(err)
	}
	stop(up.OperationId)
	if a, b := r.instanceStack(r.Client, spoke1, region), r.instanceStack(r.Client, canary, region); a.Parameters["Say"] != "bye" || b.Parameters["Say"] != "hello" || b.Status != "CREATE_COMPLETE" {
		t.Errorf("%v %v %s", a.Parameters, b.Parameters, b.Status)
	}
	if all := r.instances(r.Client); !slices.Equal(all, []string{"333333333333 eu-west-1 CURRENT SUCCEEDED", "444444444444 eu-west-1 OUTDATED CANCELLED", "555555555555 eu-west-1 OUTDATED CANCELLED"}) {
		t.Errorf("%q", all)
	}
}

// SBX-68: an update of some instances leaves the others outdated; a secret is never told.
func TestStackSetUpdateOfSome(t *testing.T) {
	r := newRig(t)
	r.prepare(spoke1, spoke2)
	name := aws.String("s")
	r.stackSet(r.Client, secret, func(in *cf.CreateStackSetInput) { in.Parameters = parameters("Password", "swordfish", "Plain", "p") })
	out, err := r.CreateStackInstances(r.ctx, deployTo([]string{region}, spoke1, spoke2))
	if err != nil {
		t.Fatal(err)
	}
	if status, results := r.ended(r.Client, out.OperationId); status != "SUCCEEDED" {
		t.Fatalf("%q", results)
	}
	up, err := r.UpdateStackSet(r.ctx, &cf.UpdateStackSetInput{StackSetName: name, UsePreviousTemplate: aws.Bool(true), Accounts: []string{spoke2}, Regions: []string{region},
		Parameters: []types.Parameter{{ParameterKey: aws.String("Password"), UsePreviousValue: aws.Bool(true)}, {ParameterKey: aws.String("Plain"), ParameterValue: aws.String("q")}}})
	if err != nil {
		t.Fatal(err)
	}
	if status, results := r.ended(r.Client, up.OperationId); status != "SUCCEEDED" || len(results) != 1 {
		t.Errorf("%s %q", status, results)
	}
	if all := r.instances(r.Client); !slices.Equal(all, []string{"333333333333 eu-west-1 OUTDATED SUCCEEDED", "444444444444 eu-west-1 CURRENT SUCCEEDED"}) {
		t.Errorf("%q", all)
	}
	if s := r.instanceStack(r.Client, spoke2, region); s.Parameters["Plain"] != "q" || s.Parameters["Password"] != "****" {
		t.Errorf("%v", s.Parameters)
	}
	set, err := r.DescribeStackSet(r.ctx, &cf.DescribeStackSetInput{StackSetName: name})
	if err != nil || *set.StackSet.Parameters[0].ParameterValue != "****" {
		t.Errorf("%v %v", set, err)
	}
}
