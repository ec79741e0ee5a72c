package servicecatalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// broken makes its first resource and then cannot make the second: the bucket's name is taken.
const broken = `
Parameters:
  Size: {Type: String, Default: small}
  Owner: {Type: String, Default: nobody}
  Secret: {Type: String, NoEcho: true, Default: hush}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Ref Owner}
  Taken:
    Type: AWS::S3::Bucket
    DependsOn: Topic
    Properties: {BucketName: ` + bucket + `}
Outputs:
  Owner: {Value: !Ref Owner}
`

// A push's last steps: shared by reference, launched by an end user of a spoke, updated to a
// new version, terminated.
func TestSpokeLaunchesUpdatesTerminates(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	id := b.launch(user, p, "mine", map[string]string{"Owner": "team-a"})

	pp := b.describe(user, id)
	same(t, "status", pp.Status, types.ProvisionedProductStatusAvailable)
	same(t, "version", *pp.ProvisioningArtifactId, p.artifact)
	same(t, "role", *pp.LaunchRoleArn, "arn:aws:iam::"+spoke+":role/SCLaunchStorage")
	same(t, "owner", b.outputs(user, id)["Owner"], "team-a")

	second := b.artifact(p.product, "1.1.0", strings.Replace(simple, "Owner: {Value", "Payer: {Value: !Ref Owner}\n  Owner: {Value", 1))
	same(t, "update", b.update(user, id, second, keep("Owner")).Status, types.RecordStatusSucceeded)
	pp = b.describe(user, id)
	same(t, "version after the update", *pp.ProvisioningArtifactId, second)
	same(t, "kept parameter", b.outputs(user, id)["Payer"], "team-a")

	r, err := b.terminate(user, id)
	must(t, err)
	same(t, "terminate", b.wait(user, *r.RecordId).Status, types.RecordStatusSucceeded)
	_, err = user.DescribeProvisionedProduct(t.Context(), &sc.DescribeProvisionedProductInput{Id: &id})
	wants(t, err, "ResourceNotFoundException", id)
	_, err = b.terminate(user, id)
	wants(t, err, "ResourceNotFoundException")
	b.launch(user, p, "mine", nil) // the name is free again
}

// A record is CREATED, IN_PROGRESS, SUCCEEDED; its product UNDER_CHANGE, AVAILABLE. SBX-33
func TestRecordFollowsTheStack(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	r, err := b.provision(user, p, "mine", nil)
	must(t, err)
	same(t, "reply", r.Status, types.RecordStatusCreated)
	same(t, "type", *r.RecordType, "PROVISION_PRODUCT")
	now := b.record(user, *r.RecordId)
	same(t, "then", now.Status, types.RecordStatusInProgress)
	same(t, "product", b.describe(user, *r.ProvisionedProductId).Status, types.ProvisionedProductStatusUnderChange)

	_, err = b.terminate(user, *r.ProvisionedProductId)
	wants(t, err, "InvalidParametersException", "UNDER_CHANGE")

	end := b.wait(user, *r.RecordId)
	same(t, "end", end.Status, types.RecordStatusSucceeded)
	pp := b.describe(user, *r.ProvisionedProductId)
	same(t, "product at the end", pp.Status, types.ProvisionedProductStatusAvailable)
	same(t, "last", *pp.LastSuccessfulProvisioningRecordId, *r.RecordId)
}

// The stack is an ordinary one of the launching account, named by Service Catalog, built by
// the launch role, and marked by tags.
func TestLaunchIsAStack(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	id := b.launch(user, p, "mine", nil)
	out, err := cf.NewFromConfig(b.keys[spoke+"CatalogBuilder"]).DescribeStacks(t.Context(), &cf.DescribeStacksInput{StackName: aws.String("SC-" + spoke + "-" + id)})
	must(t, err)
	s := out.Stacks[0]
	same(t, "role", *s.RoleARN, "arn:aws:iam::"+spoke+":role/SCLaunchStorage")
	same(t, "ARN output", b.outputs(user, id)["CloudformationStackARN"], *s.StackId)
	marks := map[string]string{}
	for _, tag := range s.Tags {
		marks[*tag.Key] = *tag.Value
	}
	same(t, "version tag", marks["aws:servicecatalog:provisioningArtifactIdentifier"], p.artifact)
	same(t, "portfolio tag", marks["aws:servicecatalog:portfolioArn"], "arn:aws:catalog:"+region+":"+hub+":portfolio/"+p.folio)
}

// What cannot start or does not end well fails the record, not the call. CT-19
func TestFailures(t *testing.T) {
	t.Run("a create ends ERROR, and can only be terminated", func(t *testing.T) {
		b := newBed(t)
		p := b.publish(broken)
		user := b.builder(spoke)
		r, err := b.provision(user, p, "mine", nil)
		must(t, err)
		passed := map[types.RecordStatus]bool{}
		for !passed[types.RecordStatusFailed] {
			b.sleep(time.Second)
			passed[b.record(user, *r.RecordId).Status] = true
		}
		same(t, "while it rolls back", passed[types.RecordStatusInProgressInError], true)
		end := b.record(user, *r.RecordId)
		if !strings.Contains(reasons(end), "ROLLBACK_COMPLETE") {
			t.Errorf("reason %q does not name the stack's end", reasons(end))
		}
		same(t, "product", b.describe(user, *r.ProvisionedProductId).Status, types.ProvisionedProductStatusError)
		_, err = user.UpdateProvisionedProduct(t.Context(), &sc.UpdateProvisionedProductInput{ProvisionedProductId: r.ProvisionedProductId, UpdateToken: b.token()})
		wants(t, err, "InvalidParametersException", "ERROR")
		b.role(spoke, "SCLaunchStorage", "lambda.amazonaws.com")
		ended, err := b.terminate(user, *r.ProvisionedProductId)
		must(t, err)
		same(t, "terminate without the role", b.wait(user, *ended.RecordId).Status, types.RecordStatusFailed)
		same(t, "still", b.describe(user, *r.ProvisionedProductId).Status, types.ProvisionedProductStatusError)
		b.role(spoke, "SCLaunchStorage", "servicecatalog.amazonaws.com")
		ended, err = b.terminate(user, *r.ProvisionedProductId)
		must(t, err)
		same(t, "terminate", b.wait(user, *ended.RecordId).Status, types.RecordStatusSucceeded)
	})
	t.Run("an update ends TAINTED, at the old version", func(t *testing.T) {
		b := newBed(t)
		p := b.publish(simple)
		user := b.builder(spoke)
		id := b.launch(user, p, "mine", nil)
		bad := b.artifact(p.product, "2.0.0", broken)
		end := b.update(user, id, bad)
		same(t, "record", end.Status, types.RecordStatusFailed)
		pp := b.describe(user, id)
		same(t, "product", pp.Status, types.ProvisionedProductStatusTainted)
		same(t, "version", *pp.ProvisioningArtifactId, p.artifact)
		good := b.artifact(p.product, "2.0.1", strings.Replace(simple, "small", "big", 1))
		same(t, "mended", b.update(user, id, good).Status, types.RecordStatusSucceeded)
		same(t, "product, mended", b.describe(user, id).Status, types.ProvisionedProductStatusAvailable)
	})
	t.Run("a parameter that the template does not have", func(t *testing.T) {
		b := newBed(t)
		p := b.publish(simple)
		user := b.builder(spoke)
		r, err := b.provision(user, p, "mine", map[string]string{"Nope": "x"})
		must(t, err)
		end := b.wait(user, *r.RecordId)
		same(t, "record", end.Status, types.RecordStatusFailed)
		if !strings.Contains(reasons(end), "Nope") {
			t.Errorf("reason %q does not name the parameter", reasons(end))
		}
	})
}

// A termination that cannot delete the stack fails; with IgnoreErrors, and with
// RetainPhysicalResources, Service Catalog lets the stack go.
func TestTermination(t *testing.T) {
	tests := []struct {
		name            string
		forgive, leave  bool
		untrusted, full bool
		end             types.RecordStatus
		stack           string
	}{
		{name: "deletes the stack", end: types.RecordStatusSucceeded, stack: "DELETE_COMPLETE"},
		{name: "retains it", leave: true, end: types.RecordStatusSucceeded, stack: "CREATE_COMPLETE"},
		{name: "the role no longer trusts", untrusted: true, end: types.RecordStatusFailed, stack: "CREATE_COMPLETE"},
		{name: "a bucket is not empty", full: true, end: types.RecordStatusFailed, stack: "DELETE_FAILED"},
		{name: "and is forgiven", full: true, forgive: true, end: types.RecordStatusSucceeded, stack: "DELETE_FAILED"},
		{name: "an untrusting role is forgiven", untrusted: true, forgive: true, end: types.RecordStatusSucceeded, stack: "CREATE_COMPLETE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBed(t)
			p := b.publish(strings.Replace(simple, "Outputs:", "  Bucket: {Type: AWS::S3::Bucket}\nOutputs:\n  Name: {Value: !Ref Bucket}", 1))
			user := b.builder(spoke)
			id := b.launch(user, p, "mine", nil)
			outputs := b.outputs(user, id)
			stack := outputs["CloudformationStackARN"]
			if tt.full {
				b.in(func(c *world.Call) {
					world.PutObject(c, world.Object{Bucket: outputs["Name"], Key: "k", Body: []byte("v")})
				})
			}
			if tt.untrusted {
				b.role(spoke, "SCLaunchStorage", "lambda.amazonaws.com")
			}
			out, err := user.TerminateProvisionedProduct(t.Context(), &sc.TerminateProvisionedProductInput{
				ProvisionedProductId: &id, IgnoreErrors: tt.forgive, RetainPhysicalResources: tt.leave, TerminateToken: b.token(),
			})
			must(t, err)
			same(t, "record", b.wait(user, *out.RecordDetail.RecordId).Status, tt.end)
			got, err := cf.NewFromConfig(b.keys[spoke+"CatalogBuilder"]).DescribeStacks(t.Context(), &cf.DescribeStacksInput{StackName: &stack})
			must(t, err)
			same(t, "stack", string(got.Stacks[0].StackStatus), tt.stack)
		})
	}
}

// A launch role that is missing in the launching account, or that does not trust Service
// Catalog, fails the record and says so.
func TestLaunchRole(t *testing.T) {
	tests := []struct{ name, trusts, says string }{
		{"missing", "", "it does not exist in account " + spoke},
		{"untrusting", "cloudformation.amazonaws.com", "trust policy does not name servicecatalog.amazonaws.com"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBed(t)
			p := b.publish(simple)
			b.in(func(c *world.Call) { world.Remove(c.In(spoke, ""), world.KindRole, "SCLaunchStorage") })
			if tt.trusts != "" {
				b.role(spoke, "SCLaunchStorage", tt.trusts)
			}
			user := b.builder(spoke)
			r, err := b.provision(user, p, "mine", nil)
			must(t, err)
			end := b.wait(user, *r.RecordId)
			same(t, "record", end.Status, types.RecordStatusFailed)
			if !strings.Contains(reasons(end), tt.says) {
				t.Errorf("reason %q does not say %q", reasons(end), tt.says)
			}
			same(t, "product", b.describe(user, *r.ProvisionedProductId).Status, types.ProvisionedProductStatusError)
		})
	}
}

// A LAUNCH constraint that names the hub's role by ARN builds the spoke's stack in the hub. CT-10
func TestRoleARNBuildsInTheHub(t *testing.T) {
	b := newBed(t)
	p := published{folio: b.portfolio("Storage")}
	p.product, p.artifact = b.product("bucket", simple)
	b.place(p.product, p.folio)
	_, err := b.constrain(p.product, p.folio, "LAUNCH", `{"RoleArn":"arn:aws:iam::`+hub+`:role/SCLaunchStorage"}`)
	must(t, err)
	must(t, b.admit(b.hub, p.folio, types.PrincipalTypeIamPattern, builder))
	b.share(p.folio, types.OrganizationNodeTypeOrganization, orgID, true)
	user := b.builder(spoke)
	id := b.launch(user, p, "mine", nil)
	if arn := b.outputs(user, id)["CloudformationStackARN"]; !strings.Contains(arn, ":"+hub+":stack/SC-"+spoke+"-") {
		t.Errorf("the stack is %s, want it in the hub", arn)
	}
}

// A constraint that comes to name the hub's role does not move a stack from the spoke. CT-10
func TestConstraintMoves(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	id := b.launch(user, p, "mine", nil)
	list, err := b.hub.ListConstraintsForPortfolio(t.Context(), &sc.ListConstraintsForPortfolioInput{PortfolioId: &p.folio})
	must(t, err)
	_, err = b.hub.UpdateConstraint(t.Context(), &sc.UpdateConstraintInput{
		Id: list.ConstraintDetails[0].ConstraintId, Parameters: aws.String(`{"RoleArn":"arn:aws:iam::` + hub + `:role/SCLaunchStorage"}`),
	})
	must(t, err)
	end := b.update(user, id, p.artifact)
	same(t, "update", end.Status, types.RecordStatusFailed)
	if !strings.Contains(reasons(end), "builds in account "+hub) {
		t.Errorf("reason %q", reasons(end))
	}
	pp := b.describe(user, id)
	same(t, "role", *pp.LaunchRoleArn, "arn:aws:iam::"+spoke+":role/SCLaunchStorage")
	r, err := b.terminate(user, id)
	must(t, err)
	same(t, "terminate", b.wait(user, *r.RecordId).Status, types.RecordStatusSucceeded)
}

// What a user may not launch, and what AWS calls it.
func TestProvisionRefusals(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	b.launch(user, p, "taken", nil)
	deprecated := b.artifact(p.product, "1.1.0", simple+"# deprecated\n")
	b.guide(p.product, deprecated, types.ProvisioningArtifactGuidanceDeprecated, true)
	retired := b.artifact(p.product, "1.2.0", simple+"# retired\n")
	b.guide(p.product, retired, types.ProvisioningArtifactGuidanceDefault, false)
	tests := []struct {
		name string
		in   sc.ProvisionProductInput
		code string
		says string
	}{
		{"a deprecated version", sc.ProvisionProductInput{ProductId: &p.product, ProvisioningArtifactId: &deprecated}, "InvalidParametersException", "DEPRECATED"},
		{"an inactive version", sc.ProvisionProductInput{ProductId: &p.product, ProvisioningArtifactId: &retired}, "ResourceNotFoundException", retired},
		{"no version", sc.ProvisionProductInput{ProductId: &p.product}, "InvalidParametersException", "id or its name"},
		{"a name that is taken", sc.ProvisionProductInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact, ProvisionedProductName: aws.String("taken")}, "DuplicateResourceException", "taken"},
		{"a malformed name", sc.ProvisionProductInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact, ProvisionedProductName: aws.String("a b")}, "ValidationException", "provisionedProductName"},
		{"another path", sc.ProvisionProductInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact, PathId: aws.String("lpv3-nope")}, "ResourceNotFoundException", "lpv3-nope"},
		{"an unknown product", sc.ProvisionProductInput{ProductId: aws.String("prod-nope"), ProvisioningArtifactId: &p.artifact}, "ResourceNotFoundException", "No launch paths found for resource: prod-nope"},
		{"notifications", sc.ProvisionProductInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact, NotificationArns: []string{"arn:aws:sns:eu-west-1:1:t"}}, "NotImplemented", "NotificationArns"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.ProvisionToken = b.token()
			if tt.in.ProvisionedProductName == nil {
				tt.in.ProvisionedProductName = aws.String("new")
			}
			_, err := user.ProvisionProduct(t.Context(), &tt.in)
			wants(t, err, tt.code, tt.says)
		})
	}
}

// A deprecated version can still be updated to; an inactive one cannot.
func TestUpdateToWhat(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	id := b.launch(user, p, "mine", nil)
	next := b.artifact(p.product, "1.1.0", strings.Replace(simple, "small", "big", 1))
	b.guide(p.product, next, types.ProvisioningArtifactGuidanceDeprecated, true)
	same(t, "to a deprecated version", b.update(user, id, next).Status, types.RecordStatusSucceeded)
	b.guide(p.product, p.artifact, types.ProvisioningArtifactGuidanceDefault, false)
	_, err := user.UpdateProvisionedProduct(t.Context(), &sc.UpdateProvisionedProductInput{ProvisionedProductId: &id, ProvisioningArtifactId: &p.artifact, UpdateToken: b.token()})
	wants(t, err, "ResourceNotFoundException", p.artifact)
}

// The same token gives the first reply again and no second product; with another input it is refused. SBX-30
func TestProvisionTokenIsReplayed(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	in := sc.ProvisionProductInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact, ProvisionedProductName: aws.String("mine"), ProvisionToken: aws.String("same")}
	first, err := user.ProvisionProduct(t.Context(), &in)
	must(t, err)
	b.sleep(time.Minute)
	again, err := user.ProvisionProduct(t.Context(), &in)
	must(t, err)
	same(t, "record", *again.RecordDetail.RecordId, *first.RecordDetail.RecordId)
	in.ProvisionedProductName = aws.String("other")
	_, err = user.ProvisionProduct(t.Context(), &in)
	wants(t, err, "InvalidParametersException")
}

// keep is a parameter that an update leaves as it is.
func keep(key string) types.UpdateProvisioningParameter {
	return types.UpdateProvisioningParameter{Key: &key, UsePreviousValue: true}
}
