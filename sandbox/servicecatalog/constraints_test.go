package servicecatalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
)

const (
	launchLocal = `{"LocalRoleName":"SCLaunchStorage"}`
	stackSet    = `{"Version":"1","Properties":{"AccountList":["333333333333"],"RegionList":["eu-west-1"],"AdminRole":"a","ExecutionRole":"b"}}`
	mayTag      = `{"Version":"2.0","Properties":{"TagUpdateOnProvisionedProduct":"ALLOWED"}}`
)

// Parameters by type: what AWS takes, and what it refuses.
func TestConstraintParameters(t *testing.T) {
	tests := []struct{ name, kind, parameters, code string }{
		{"local role", "LAUNCH", launchLocal, ""},
		{"role of the hub", "LAUNCH", `{"RoleArn":"arn:aws:iam::999999999999:role/SCLaunchStorage"}`, ""},
		{"both roles", "LAUNCH", `{"LocalRoleName":"SCLaunchStorage","RoleArn":"arn:aws:iam::999999999999:role/SCLaunchStorage"}`, "InvalidParametersException"},
		{"no role", "LAUNCH", `{}`, "InvalidParametersException"},
		{"a role that is not there", "LAUNCH", `{"LocalRoleName":"Nope"}`, "InvalidParametersException"},
		{"another key", "LAUNCH", `{"Role":"SCLaunchStorage"}`, "InvalidParametersException"},
		{"not JSON", "LAUNCH", `LocalRoleName: x`, "InvalidParametersException"},
		{"rules", "TEMPLATE", `{"Rules":{"r":{"Assertions":[{"Assert":{"Fn::Contains":[["a"],{"Ref":"Size"}]}}]}}}`, ""},
		{"rules that are not judged here", "TEMPLATE", `{"Rules":{"r":{"Assertions":[{"Assert":{"Fn::RefAll":"AWS::EC2::VPC::Id"}}]}}}`, "NotImplemented"},
		{"a topic", "NOTIFICATION", `{"NotificationArns":["arn:aws:sns:eu-west-1:999999999999:t"]}`, ""},
		{"not a topic", "NOTIFICATION", `{"NotificationArns":["arn:aws:sqs:eu-west-1:999999999999:q"]}`, "InvalidParametersException"},
		{"no topic", "NOTIFICATION", `{"NotificationArns":[]}`, "InvalidParametersException"},
		{"tag updates", "RESOURCE_UPDATE", mayTag, ""},
		{"another version", "RESOURCE_UPDATE", `{"Version":"1.0","Properties":{"TagUpdateOnProvisionedProduct":"ALLOWED"}}`, "InvalidParametersException"},
		{"another answer", "RESOURCE_UPDATE", `{"Version":"2.0","Properties":{"TagUpdateOnProvisionedProduct":"MAYBE"}}`, "InvalidParametersException"},
		{"a stack set", "STACKSET", stackSet, ""},
		{"a stack set of nothing", "STACKSET", `{"Version":"1","Properties":{}}`, "InvalidParametersException"},
		{"another type", "LAUNCHING", launchLocal, "InvalidParametersException"},
	}
	b := newBed(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folio := b.portfolio(tt.name)
			product, _ := b.product(tt.name, simple)
			b.place(product, folio)
			_, err := b.constrain(product, folio, tt.kind, tt.parameters)
			wants(t, err, tt.code)
		})
	}
}

// A product in a portfolio has one LAUNCH or one STACKSET. CT-11, RT07
func TestOneLaunch(t *testing.T) {
	tests := []struct{ name, first, second, code string }{
		{"two LAUNCH", launchLocal, launchLocal, "DuplicateResourceException"},
		{"LAUNCH, then STACKSET", launchLocal, stackSet, "DuplicateResourceException"},
		{"STACKSET, then LAUNCH", stackSet, launchLocal, "DuplicateResourceException"},
		{"RESOURCE_UPDATE beside it", launchLocal, mayTag, ""},
	}
	kind := map[string]string{launchLocal: "LAUNCH", stackSet: "STACKSET", mayTag: "RESOURCE_UPDATE"}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBed(t)
			folio := b.portfolio("P")
			product, _ := b.product("bucket", simple)
			b.place(product, folio)
			_, err := b.constrain(product, folio, kind[tt.first], tt.first)
			must(t, err)
			_, err = b.constrain(product, folio, kind[tt.second], tt.second)
			wants(t, err, tt.code)
			other := b.portfolio("Q")
			b.place(product, other)
			_, err = b.constrain(product, other, kind[tt.second], tt.second)
			must(t, err)
		})
	}
}

// A constraint lives: CREATING, AVAILABLE, updated, listed, deleted. SBX-33
func TestConstraintLife(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	product, _ := b.product("bucket", simple)
	in := &sc.CreateConstraintInput{ProductId: &product, PortfolioId: &folio, Type: aws.String("LAUNCH"), Parameters: aws.String(launchLocal), IdempotencyToken: b.token()}
	_, err := b.hub.CreateConstraint(t.Context(), in)
	wants(t, err, "ResourceNotFoundException", product) // not associated yet. CT-2
	b.place(product, folio)
	in.IdempotencyToken = b.token()
	made, err := b.hub.CreateConstraint(t.Context(), in)
	must(t, err)
	same(t, "at first", made.Status, types.StatusCreating)
	must(t, b.admit(b.hub, folio, types.PrincipalTypeIamPattern, "arn:aws:iam:::role/*"))
	same(t, "a launch does not see it yet", len(b.path(product).ConstraintSummaries), 0)
	b.sleep(2 * time.Second)
	id := made.ConstraintDetail.ConstraintId
	got, err := b.hub.DescribeConstraint(t.Context(), &sc.DescribeConstraintInput{Id: id})
	must(t, err)
	same(t, "then", got.Status, types.StatusAvailable)
	same(t, "a launch sees it", len(b.path(product).ConstraintSummaries), 1)
	same(t, "parameters", *got.ConstraintParameters, launchLocal)

	_, err = b.hub.UpdateConstraint(t.Context(), &sc.UpdateConstraintInput{Id: id, Parameters: aws.String(`{"LocalRoleName":"Nope"}`)})
	wants(t, err, "InvalidParametersException", "Nope")
	_, err = b.hub.UpdateConstraint(t.Context(), &sc.UpdateConstraintInput{Id: id, Description: aws.String("d"), Parameters: aws.String(`{"LocalRoleName":"SCLaunchNetwork"}`)})
	must(t, err)
	list, err := b.hub.ListConstraintsForPortfolio(t.Context(), &sc.ListConstraintsForPortfolioInput{PortfolioId: &folio, ProductId: &product})
	must(t, err)
	same(t, "description", *list.ConstraintDetails[0].Description, "d")

	gone := &sc.DisassociateProductFromPortfolioInput{ProductId: &product, PortfolioId: &folio}
	_, err = b.hub.DisassociateProductFromPortfolio(t.Context(), gone)
	wants(t, err, "ResourceInUseException", "constraints") // RT06
	_, err = b.hub.DeleteConstraint(t.Context(), &sc.DeleteConstraintInput{Id: id})
	must(t, err)
	_, err = b.hub.DisassociateProductFromPortfolio(t.Context(), gone)
	must(t, err)
	_, err = b.hub.DescribeConstraint(t.Context(), &sc.DescribeConstraintInput{Id: id})
	wants(t, err, "ResourceNotFoundException", *id)
}

// path is the hub's own one to a product.
func (b *bed) path(product string) types.LaunchPathSummary {
	b.t.Helper()
	out, err := b.hub.ListLaunchPaths(b.t.Context(), &sc.ListLaunchPathsInput{ProductId: &product})
	must(b.t, err)
	return out.LaunchPathSummaries[0]
}

// A TEMPLATE constraint holds at launch and at update.
func TestTemplateConstraint(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	_, err := b.constrain(p.product, p.folio, "TEMPLATE",
		`{"Rules":{"size":{"Assertions":[{"Assert":{"Fn::Contains":[["small","big"],{"Ref":"Size"}]},"AssertDescription":"small or big"}]}}}`)
	must(t, err)
	user := b.builder(spoke)
	r, err := b.provision(user, p, "huge", map[string]string{"Size": "huge"})
	must(t, err)
	end := b.wait(user, *r.RecordId)
	same(t, "huge", end.Status, types.RecordStatusFailed)
	if !strings.Contains(reasons(end), "small or big") {
		t.Errorf("reason %q does not carry the description", reasons(end))
	}
	id := b.launch(user, p, "default", nil) // Size: small
	same(t, "updated to huge", b.update(user, id, p.artifact, types.UpdateProvisioningParameter{Key: aws.String("Size"), Value: aws.String("huge")}).Status, types.RecordStatusFailed)
}
