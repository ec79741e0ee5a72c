package cloudformation_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// SBX-33: a reader sees what is due, and nothing drives it.
func TestStackIsReadAsFarAsItIsDue(t *testing.T) {
	r := newRig(t)
	name, body := "s", bucket
	if _, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: &name, TemplateBody: &body}); err != nil {
		t.Fatal(err)
	}
	if s := r.stack(name); s.StackStatus != "CREATE_IN_PROGRESS" || len(s.Outputs) > 0 {
		t.Fatalf("at once: %s, outputs %v", s.StackStatus, outputs(s))
	}
	if got := r.resources(name)["Bucket"].ResourceStatus; got != "CREATE_IN_PROGRESS" {
		t.Fatalf("Bucket at once: %s", got)
	}
	r.pass(time.Minute)
	s := r.stack(name)
	physical := *r.resources(name)["Bucket"].PhysicalResourceId
	if s.StackStatus != "CREATE_COMPLETE" || outputs(s)["Name"] != physical || outputs(s)["Arn"] != "arn:aws:s3:::"+physical {
		t.Fatalf("a minute later: %s %v", s.StackStatus, outputs(s))
	}
	if s.LastUpdatedTime != nil || s.DeletionTime != nil {
		t.Errorf("updated %v, deleted %v", s.LastUpdatedTime, s.DeletionTime)
	}
	if got := r.remove(name); got.StackStatus != "DELETE_COMPLETE" || got.DeletionTime == nil {
		t.Errorf("after its deletion: %s", got.StackStatus)
	}
	_, err := r.DescribeStacks(r.ctx, &cf.DescribeStacksInput{StackName: &name})
	wants(t, err, "ValidationError", "Stack with id s does not exist") // RT14
	if got := r.create(name, bucket); *got.StackId == *s.StackId {
		t.Errorf("the name's next stack has the first one's id")
	}
}

const vpc = `
Parameters:
  Subnets: {Type: Number, Default: 8}
Resources:
  VPC:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16, EnableDnsSupport: true}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref VPC, InternetGatewayId: !Ref Gateway}
  Table:
    Type: AWS::EC2::RouteTable
    Properties: {VpcId: !Ref VPC}
  Route:
    Type: AWS::EC2::Route
    DependsOn: Attachment
    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: !Sub "${AWS::StackName} in ${VPC.CidrBlock}", VpcId: !GetAtt VPC.VpcId}
`

// network has 26 resources: six, and ten subnets with their associations.
func network() string {
	var b strings.Builder
	b.WriteString(vpc)
	for i := range 10 {
		fmt.Fprintf(&b, `
  Subnet%d:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref VPC
      CidrBlock: !Select [%d, !Cidr [!GetAtt VPC.CidrBlock, 16, 8]]
      AvailabilityZone: !Select [%d, !GetAZs {Ref: AWS::Region}]
  Association%d:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref Subnet%d, RouteTableId: !Ref Table}
`, i, i, i%3, i, i)
	}
	return b.String()
}

// SBX-64: a 26-resource VPC, both ways. Each resource goes through its states; none begins
// before what it needs is there, and none goes before what needs it.
func TestOrderOfEvents(t *testing.T) {
	r := newRig(t)
	s := r.create("net", network())
	if n := len(r.resources("net")); s.StackStatus != "CREATE_COMPLETE" || n != 26 {
		t.Fatalf("%s with %d resources: %v", s.StackStatus, n, r.story("net"))
	}
	if took := r.events("net"); len(took) > 0 {
		if d := took[len(took)-1].Timestamp.Sub(*took[0].Timestamp); d > 10*time.Second {
			t.Errorf("independent resources wait for each other: %s", d)
		}
	}
	r.remove("net")
	story := r.story(*s.StackId)
	for _, before := range [][]string{
		{"net CREATE_IN_PROGRESS", "VPC CREATE_IN_PROGRESS", "VPC CREATE_COMPLETE", "Subnet3 CREATE_IN_PROGRESS", "Subnet3 CREATE_COMPLETE", "Association3 CREATE_IN_PROGRESS", "Association3 CREATE_COMPLETE", "net CREATE_COMPLETE"},
		{"Attachment CREATE_COMPLETE", "Route CREATE_IN_PROGRESS"},
		{"net DELETE_IN_PROGRESS", "Route DELETE_COMPLETE", "Attachment DELETE_IN_PROGRESS", "Attachment DELETE_COMPLETE", "Gateway DELETE_IN_PROGRESS", "net DELETE_COMPLETE"},
		{"Association9 DELETE_COMPLETE", "Subnet9 DELETE_IN_PROGRESS", "Subnet9 DELETE_COMPLETE", "VPC DELETE_IN_PROGRESS", "VPC DELETE_COMPLETE", "net DELETE_COMPLETE"},
	} {
		if !has(story, before...) {
			t.Errorf("%v is not the order of %v", before, story)
		}
	}
}

// SBX-64, SBX-66: events are newest first and paged, and carry the resource's properties as
// CloudFormation records them: every scalar as text, no NoEcho value.
func TestEventsCarryRecordedProperties(t *testing.T) {
	r := newRig(t)
	r.create("net", network())
	name := "net"
	first, err := r.DescribeStackEvents(r.ctx, &cf.DescribeStackEventsInput{StackName: &name})
	if err != nil {
		t.Fatal(err)
	}
	if len(first.StackEvents) != 100 && first.NextToken != nil || first.StackEvents[0].ResourceStatus != "CREATE_COMPLETE" || *first.StackEvents[0].LogicalResourceId != "net" {
		t.Errorf("first page: %d events, the first %s", len(first.StackEvents), first.StackEvents[0].ResourceStatus)
	}
	seen := map[string]bool{}
	for _, e := range r.events("net") {
		key := fmt.Sprint(*e.LogicalResourceId, e.ResourceStatus, aws.ToString(e.ResourceStatusReason))
		if seen[key] {
			t.Errorf("%s comes twice", key)
		}
		seen[key] = true
	}
	recorded := r.recorded("net", "VPC")
	if recorded["CidrBlock"] != "10.0.0.0/16" || recorded["EnableDnsSupport"] != "true" {
		t.Errorf("recorded: %v", recorded)
	}
	if got := r.recorded("net", "Group")["GroupDescription"]; got != "net in 10.0.0.0/16" {
		t.Errorf("GroupDescription: %v", got)
	}
	if got := r.recorded("net", "Subnet4"); got["CidrBlock"] != "10.0.4.0/24" || got["AvailabilityZone"] != "eu-west-1b" {
		t.Errorf("Subnet4: %v", got)
	}
}

// recorded are a resource's properties as its last event tells them.
func (r *rig) recorded(stack, logicalID string) map[string]any {
	r.t.Helper()
	var properties map[string]any
	for _, e := range r.events(stack) {
		if *e.LogicalResourceId == logicalID && e.ResourceProperties != nil {
			properties = nil
			if err := json.Unmarshal([]byte(*e.ResourceProperties), &properties); err != nil {
				r.t.Fatal(err)
			}
		}
	}
	return properties
}

const secret = `
Parameters:
  Password: {Type: String, NoEcho: true, MinLength: 4, Default: changeme}
  Plain: {Type: String, Default: p}
Conditions:
  Given: !Not [!Equals [!Ref Password, ""]]
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    Condition: Given
    Metadata: {Note: !Ref Password}
    Properties: {Type: String, Name: /db, Value: !Sub "pw=${Password};${Plain}"}
Outputs:
  Password: {Value: !Ref Password}
`

// SBX-66: a NoEcho value is nowhere to be read, not even in the store, and still its change is
// seen and its previous value used.
func TestNoEcho(t *testing.T) {
	r := newRig(t)
	canary := "canary-8c1f"
	r.create("db", secret, func(in *cf.CreateStackInput) { in.Parameters = parameters("Password", canary) })
	previous := func(in *cf.UpdateStackInput) {
		in.Parameters = append(parameters("Plain", "q"), types.Parameter{ParameterKey: aws.String("Password"), UsePreviousValue: aws.Bool(true)})
	}
	s := r.update("db", secret, previous)
	if got := r.recorded("db", "Parameter")["Value"]; got != "pw=****;q" {
		t.Errorf("Value reads %v", got)
	}
	for _, p := range s.Parameters {
		if *p.ParameterKey == "Password" && *p.ParameterValue != "****" {
			t.Errorf("Password reads %s", *p.ParameterValue)
		}
	}
	if got := outputs(s)["Password"]; got != "****" {
		t.Errorf("output reads %s", got)
	}
	_, err := r.UpdateStack(r.ctx, &cf.UpdateStackInput{StackName: aws.String("db"), UsePreviousTemplate: aws.Bool(true), Parameters: parameters("Plain", "q", "Password", canary)})
	wants(t, err, "ValidationError", "No updates are to be performed.")
	_, err = r.UpdateStack(r.ctx, &cf.UpdateStackInput{StackName: aws.String("db"), UsePreviousTemplate: aws.Bool(true), Parameters: parameters("Plain", "q", "Password", canary+"2")})
	if err != nil {
		t.Errorf("another value is a change: %v", err)
	}
	_, err = r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("short"), TemplateBody: aws.String(secret), Parameters: parameters("Password", "abc")})
	wants(t, err, "ValidationError", "Password")
	if strings.Contains(err.Error(), "abc") {
		t.Errorf("the refusal tells the value: %v", err)
	}
	r.do(func(c *world.Call) {
		c.Scan("", func(key string, raw []byte) bool {
			if strings.Contains(string(raw), canary) {
				t.Errorf("the store holds the value under %s", key)
			}
			return true
		})
	})
}

// SBX-5: a member that is not honoured is refused, not ignored.
func TestMembersThatAreNotHonoured(t *testing.T) {
	r := newRig(t)
	_, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(bucket), TimeoutInMinutes: aws.Int32(5)})
	wants(t, err, "NotImplemented", "CreateStack.TimeoutInMinutes")
	_, err = r.CreateChangeSet(r.ctx, &cf.CreateChangeSetInput{StackName: aws.String("s"), ChangeSetName: aws.String("c"), ChangeSetType: types.ChangeSetTypeImport, TemplateBody: aws.String(bucket)})
	wants(t, err, "NotImplemented", "IMPORT")
	_, err = r.RollbackStack(r.ctx, &cf.RollbackStackInput{StackName: aws.String("s")})
	wants(t, err, "NotImplemented", "cloudformation:RollbackStack")
}

// SBX-30: the same token and input make one stack; another input is told.
func TestClientToken(t *testing.T) {
	r := newRig(t)
	in := cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(bucket), ClientRequestToken: aws.String("t1")}
	first, err := r.CreateStack(r.ctx, &in)
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.CreateStack(r.ctx, &in)
	if err != nil || *again.StackId != *first.StackId {
		t.Errorf("again: %v %v", again, err)
	}
	if got := aws.ToString(r.events("s")[0].ClientRequestToken); got != "t1" {
		t.Errorf("events carry token %q", got)
	}
	in.StackName = aws.String("other")
	_, err = r.CreateStack(r.ctx, &in)
	wants(t, err, "TokenAlreadyExistsException", "") // RT11
	_, err = r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(bucket)})
	wants(t, err, "AlreadyExistsException", "Stack [s] already exists") // RT10
}

// X48: what others read of a stack, one by one and all.
func TestReadingStacks(t *testing.T) {
	r := newRig(t)
	r.create("a", bucket, func(in *cf.CreateStackInput) { in.Tags = []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}} })
	r.create("b", "Description: two\n"+bucket)
	r.create("gone", bucket)
	r.remove("gone")

	all, err := r.DescribeStacks(r.ctx, &cf.DescribeStacksInput{})
	if err != nil || len(all.Stacks) != 2 || *all.Stacks[0].StackName != "b" || *all.Stacks[0].Description != "two" || *all.Stacks[1].Tags[0].Value != "v" {
		t.Errorf("DescribeStacks: %v %v", all, err)
	}
	list, err := r.ListStacks(r.ctx, &cf.ListStacksInput{StackStatusFilter: []types.StackStatus{"DELETE_COMPLETE"}})
	if err != nil || len(list.StackSummaries) != 1 || *list.StackSummaries[0].StackName != "gone" {
		t.Errorf("ListStacks: %v %v", list, err)
	}
	template, err := r.GetTemplate(r.ctx, &cf.GetTemplateInput{StackName: aws.String("a")})
	if err != nil || *template.TemplateBody != bucket {
		t.Errorf("GetTemplate: %v %v", template, err)
	}
	one, err := r.DescribeStackResource(r.ctx, &cf.DescribeStackResourceInput{StackName: aws.String("a"), LogicalResourceId: aws.String("Bucket")})
	if err != nil || one.StackResourceDetail.ResourceStatus != "CREATE_COMPLETE" {
		t.Fatalf("DescribeStackResource: %v %v", one, err)
	}
	owner, err := r.DescribeStackResources(r.ctx, &cf.DescribeStackResourcesInput{PhysicalResourceId: one.StackResourceDetail.PhysicalResourceId})
	if err != nil || *owner.StackResources[0].StackName != "a" {
		t.Errorf("by physical id: %v %v", owner, err)
	}
	resources, err := r.ListStackResources(r.ctx, &cf.ListStackResourcesInput{StackName: aws.String("a")})
	if err != nil || len(resources.StackResourceSummaries) != 1 {
		t.Errorf("ListStackResources: %v %v", resources, err)
	}
	_, err = r.DescribeStackResource(r.ctx, &cf.DescribeStackResourceInput{StackName: aws.String("a"), LogicalResourceId: aws.String("Nil")})
	wants(t, err, "ValidationError", "Resource Nil does not exist for stack a")
	_, err = r.ListStacks(r.ctx, &cf.ListStacksInput{NextToken: aws.String("made up")})
	wants(t, err, "ValidationError", "NextToken")
}

// Stacks of one account or region are not seen in another (SBX-20).
func TestStacksLiveInAnAccountAndRegion(t *testing.T) {
	r := newRig(t)
	id := *r.create("s", bucket).StackId
	elsewhere := cf.New(r.Options(), func(o *cf.Options) { o.Region = "us-east-1" })
	for _, name := range []string{"s", id} {
		_, err := elsewhere.DescribeStacks(r.ctx, &cf.DescribeStacksInput{StackName: &name})
		wants(t, err, "ValidationError", "does not exist")
	}
	if _, err := elsewhere.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(bucket)}); err != nil {
		t.Errorf("the name is free in another region: %v", err)
	}
}
