package cloudformation_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

const drifting = `
Resources:
  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: mine}}
  Topic: {Type: AWS::SNS::Topic}
  Handle: {Type: AWS::CloudFormation::WaitConditionHandle}
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: worker
      Description: works
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]}
  Extra:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: extra
      Roles: [!Ref Role]
      PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: s3:GetObject, Resource: "*"}]}
`

// SBX-68, X50: drift is what a row's own API has changed, seen when the detection is done.
func TestDrift(t *testing.T) {
	bucket := func(edit func(*world.Bucket)) func(*world.Call) {
		return func(c *world.Call) {
			b, _ := world.BucketOf(c, "mine")
			edit(&b)
			world.Put(c.In("", ""), world.KindBucket, "mine", b)
		}
	}
	role := func(edit func(*world.Role)) func(*world.Call) {
		return func(c *world.Call) {
			is, _ := world.RoleOf(c, account, "worker")
			edit(&is)
			world.PutRole(c, is)
		}
	}
	for _, c := range []struct {
		name   string
		change func(*world.Call)
		want   []string // Logical STATUS path KIND
	}{
		{"nothing", func(*world.Call) {}, nil},
		{"versioning is on", bucket(func(b *world.Bucket) { b.Versioned = true }), []string{"Bucket MODIFIED /VersioningConfiguration ADD"}},
		{"the bucket is gone", func(c *world.Call) { world.Remove(c.In("", ""), world.KindBucket, "mine") }, []string{"Bucket DELETED"}},
		{"the topic is gone", func(c *world.Call) {
			for _, t := range world.List[world.Topic](c, world.KindTopic) {
				world.RemoveTopic(c, t)
			}
		}, []string{"Topic DELETED"}},
		{"the topic has another name to show", func(c *world.Call) {
			for _, t := range world.List[world.Topic](c, world.KindTopic) {
				t.Attributes = map[string]string{"DisplayName": "mine"}
				world.Put(c, world.KindTopic, t.Name, t)
			}
		}, []string{"Topic MODIFIED /DisplayName ADD"}},
		{"the role says otherwise", role(func(r *world.Role) { r.Description = "idles" }), []string{"Role MODIFIED /Description NOT_EQUAL"}},
		{"the role trusts another", role(func(r *world.Role) {
			r.Trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
		}), []string{"Role MODIFIED /AssumeRolePolicyDocument/Statement/0/Principal/Service NOT_EQUAL"}},
		{"the role has more policies", role(func(r *world.Role) { r.Attached = []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"} }), []string{"Role MODIFIED /ManagedPolicyArns ADD"}},
		{"a policy is taken off", role(func(r *world.Role) { r.Inline = nil }), []string{"Extra DELETED"}},
		{"the role is gone, and its policy with it", func(c *world.Call) { world.Remove(c.In(account, ""), world.KindRole, "worker") }, []string{"Extra DELETED", "Role DELETED"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.create("s", drifting, func(in *cf.CreateStackInput) { in.Capabilities = []types.Capability{"CAPABILITY_NAMED_IAM"} })
			if s := r.stack("s"); s.DriftInformation.StackDriftStatus != types.StackDriftStatusNotChecked {
				t.Errorf("before: %s", s.DriftInformation.StackDriftStatus)
			}
			r.do(c.change)
			out, err := r.DetectStackDrift(r.ctx, &cf.DetectStackDriftInput{StackName: aws.String("s")})
			if err != nil {
				t.Fatal(err)
			}
			ask := &cf.DescribeStackDriftDetectionStatusInput{StackDriftDetectionId: out.StackDriftDetectionId}
			if d, err := r.DescribeStackDriftDetectionStatus(r.ctx, ask); err != nil || d.DetectionStatus != types.StackDriftDetectionStatusDetectionInProgress || d.StackDriftStatus != "" {
				t.Errorf("%+v %v", d, err)
			}
			_, err = r.DetectStackDrift(r.ctx, &cf.DetectStackDriftInput{StackName: aws.String("s")})
			wants(t, err, "ValidationError", "already in progress")
			r.pass(time.Minute)
			whole := map[bool]types.StackDriftStatus{true: "IN_SYNC", false: "DRIFTED"}[len(c.want) == 0]
			d, err := r.DescribeStackDriftDetectionStatus(r.ctx, ask)
			if err != nil || d.DetectionStatus != types.StackDriftDetectionStatusDetectionComplete || d.StackDriftStatus != whole || r.stack("s").DriftInformation.StackDriftStatus != whole {
				t.Errorf("%+v %v", d, err)
			}
			if got := r.drifts("s"); !slices.Equal(got, c.want) || int(*d.DriftedStackResourceCount) != len(c.want) {
				t.Errorf("%q, %d", got, *d.DriftedStackResourceCount)
			}
			if handle := r.resources("s")["Handle"].DriftInformation.StackResourceDriftStatus; handle != types.StackResourceDriftStatusNotChecked {
				t.Errorf("what cannot be checked is %s", handle)
			}
		})
	}
}

// drifts are the resources that are not as they were made, in words.
func (r *rig) drifts(stack string) (all []string) {
	r.t.Helper()
	out, err := r.DescribeStackResourceDrifts(r.ctx, &cf.DescribeStackResourceDriftsInput{StackName: &stack,
		StackResourceDriftStatusFilters: []types.StackResourceDriftStatus{types.StackResourceDriftStatusModified, types.StackResourceDriftStatusDeleted}})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, d := range out.StackResourceDrifts {
		line := fmt.Sprint(*d.LogicalResourceId, " ", d.StackResourceDriftStatus)
		for _, p := range d.PropertyDifferences {
			line += fmt.Sprint(" ", *p.PropertyPath, " ", p.DifferenceType)
		}
		all = append(all, line)
	}
	slices.Sort(all)
	return all
}

// SBX-68: one resource is looked at at once; what is not there or not checked is refused.
func TestDriftOfAResource(t *testing.T) {
	r := newRig(t)
	r.create("s", drifting, func(in *cf.CreateStackInput) { in.Capabilities = []types.Capability{"CAPABILITY_NAMED_IAM"} })
	look := func(id string) (*cf.DetectStackResourceDriftOutput, error) {
		return r.DetectStackResourceDrift(r.ctx, &cf.DetectStackResourceDriftInput{StackName: aws.String("s"), LogicalResourceId: &id})
	}
	out, err := look("Role")
	if err != nil || out.StackResourceDrift.StackResourceDriftStatus != types.StackResourceDriftStatusInSync || *out.StackResourceDrift.ExpectedProperties != *out.StackResourceDrift.ActualProperties {
		t.Errorf("%+v %v", out, err)
	}
	_, err = look("Nil")
	wants(t, err, "ValidationError", "Nil does not exist")
	_, err = look("Handle")
	wants(t, err, "ValidationError", "not supported for resource type AWS::CloudFormation::WaitConditionHandle")
	_, err = r.DescribeStackDriftDetectionStatus(r.ctx, &cf.DescribeStackDriftDetectionStatusInput{StackDriftDetectionId: aws.String("nil")})
	wants(t, err, "ValidationError", "nil does not exist")
}

// SBX-68: a stack set's drift is its instances'.
func TestStackSetDrift(t *testing.T) {
	r := newRig(t)
	r.prepare(spoke1, spoke2)
	r.stackSet(r.Client, "Resources:\n  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub 'b-${AWS::AccountId}'}}\n")
	made, err := r.CreateStackInstances(r.ctx, deployTo([]string{region}, spoke1, spoke2))
	if err != nil {
		t.Fatal(err)
	}
	if status, results := r.ended(r.Client, made.OperationId); status != "SUCCEEDED" {
		t.Fatalf("%q", results)
	}
	r.do(func(c *world.Call) {
		b, _ := world.BucketOf(c, "b-"+spoke2)
		b.Versioned = true
		world.Put(c.In("", ""), world.KindBucket, b.Name, b)
	})
	out, err := r.DetectStackSetDrift(r.ctx, &cf.DetectStackSetDriftInput{StackSetName: aws.String("s")})
	if err != nil {
		t.Fatal(err)
	}
	if status, results := r.ended(r.Client, out.OperationId); status != "SUCCEEDED" || len(results) != 2 {
		t.Errorf("%s %q", status, results)
	}
	set, err := r.DescribeStackSet(r.ctx, &cf.DescribeStackSetInput{StackSetName: aws.String("s")})
	if err != nil {
		t.Fatal(err)
	}
	d := set.StackSet.StackSetDriftDetectionDetails
	if d.DriftStatus != types.StackSetDriftStatusDrifted || d.DriftDetectionStatus != types.StackSetDriftDetectionStatusCompleted || *d.DriftedStackInstancesCount != 1 || *d.InSyncStackInstancesCount != 1 || *d.TotalStackInstancesCount != 2 {
		t.Errorf("%+v", d)
	}
	list, err := r.ListStackInstances(r.ctx, &cf.ListStackInstancesInput{StackSetName: aws.String("s"), Filters: []types.StackInstanceFilter{{Name: types.StackInstanceFilterNameDriftStatus, Values: aws.String("DRIFTED")}}})
	if err != nil || len(list.Summaries) != 1 || *list.Summaries[0].Account != spoke2 || list.Summaries[0].Status != types.StackInstanceStatusCurrent {
		t.Errorf("%+v %v", list, err)
	}
	lines, err := r.ListStackInstanceResourceDrifts(r.ctx, &cf.ListStackInstanceResourceDriftsInput{StackSetName: aws.String("s"), OperationId: out.OperationId, StackInstanceAccount: aws.String(spoke2), StackInstanceRegion: aws.String(region)})
	if err != nil || len(lines.Summaries) != 1 || len(lines.Summaries[0].PropertyDifferences) != 1 {
		t.Errorf("%+v %v", lines, err)
	}
}
