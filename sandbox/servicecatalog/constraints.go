package servicecatalog

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// Types of constraints. A NOTIFICATION is kept and shown, and nothing is sent by it: the
// sandbox's stacks notify nobody.
const (
	typeLaunch   = "LAUNCH"
	typeTemplate = "TEMPLATE"
	typeNotify   = "NOTIFICATION"
	typeUpdate   = "RESOURCE_UPDATE"
	typeStackSet = "STACKSET"
)

func constraintOperations() []world.Operation {
	return []world.Operation{
		write("CreateConstraint", "IdempotencyToken", createConstraint, needs("PortfolioId", "ProductId", "Parameters", "Type"), limit("Description", 2000)),
		read("DescribeConstraint", describeConstraint, needs("Id")),
		write("UpdateConstraint", "", updateConstraint, needs("Id"), limit("Description", 2000)),
		write("DeleteConstraint", "", deleteConstraint, needs("Id")),
		read("ListConstraintsForPortfolio", listConstraints, needs("PortfolioId")),
	}
}

func createConstraint(c *world.Call, in *servicecatalog.CreateConstraintInput) (*servicecatalog.CreateConstraintOutput, error) {
	if _, ok := world.Get[placement](c, under(kindPlacement, *in.PortfolioId), *in.ProductId); !ok {
		return nil, notFound("Product %s is not associated with portfolio %s.", *in.ProductId, *in.PortfolioId)
	}
	if err := checkConstraint(c, *in.Type, *in.Parameters); err != nil {
		return nil, err
	}
	if err := onlyOne(c, constraintsOf(c, *in.PortfolioId, *in.ProductId), *in.Type); err != nil {
		return nil, err
	}
	k := constraint{
		ID: newID(c, "cons-"), Account: c.Account, Portfolio: *in.PortfolioId, Product: *in.ProductId,
		Type: *in.Type, Parameters: *in.Parameters, Description: val(in.Description), fate: makingConstraint.start(c),
	}
	k.store(c)
	world.Put(c, kindPlaced, k.ID, placement{Portfolio: k.Portfolio, Product: k.Product})
	return &servicecatalog.CreateConstraintOutput{
		ConstraintDetail: k.detail(), ConstraintParameters: new(k.Parameters), Status: k.status(c),
	}, nil
}

// onlyOne holds that a product in a portfolio has one LAUNCH or one STACKSET (CT-11).
func onlyOne(c *world.Call, have []constraint, kind string) error {
	if err := maxConstraints.room(c, len(have)); err != nil {
		return err
	}
	if kind != typeLaunch && kind != typeStackSet {
		return nil
	}
	for _, k := range have {
		if k.Type == typeLaunch || k.Type == typeStackSet {
			return duplicate("A %s constraint (%s) already exists for product %s and portfolio %s.", k.Type, k.ID, k.Product, k.Portfolio)
		}
	}
	return nil
}

// checkConstraint judges the parameters of a constraint by its type.
func checkConstraint(c *world.Call, kind, parameters string) error {
	switch kind {
	case typeLaunch:
		return checkLaunch(c, parameters)
	case typeTemplate:
		_, err := parseRules(parameters)
		return err
	case typeNotify:
		return checkNotify(parameters)
	case typeUpdate:
		return checkUpdate(parameters)
	case typeStackSet:
		return checkStackSet(parameters)
	}
	return invalid("Constraint type %s is not one of LAUNCH, NOTIFICATION, RESOURCE_UPDATE, STACKSET, TEMPLATE.", kind)
}

type launchParameters struct{ RoleArn, LocalRoleName string }

// checkLaunch wants one role, which exists in the account that makes the constraint.
func checkLaunch(c *world.Call, parameters string) error {
	var p launchParameters
	if err := decode(parameters, &p); err != nil {
		return err
	}
	if (p.RoleArn == "") == (p.LocalRoleName == "") {
		return invalid("A LAUNCH constraint needs RoleArn or LocalRoleName, and not both.")
	}
	account, name := c.Account, p.LocalRoleName
	if p.RoleArn != "" {
		account, name = splitRole(p.RoleArn)
	}
	if _, ok := world.RoleOf(c, account, name); !ok {
		return invalid("The role %s does not exist in account %s.", name, account)
	}
	return nil
}

func checkNotify(parameters string) error {
	var p struct{ NotificationArns []string }
	if err := decode(parameters, &p); err != nil {
		return err
	}
	bad := func(arn string) bool { return !strings.HasPrefix(arn, "arn:aws:sns:") }
	if len(p.NotificationArns) == 0 || slices.ContainsFunc(p.NotificationArns, bad) {
		return invalid("A NOTIFICATION constraint needs NotificationArns, each the ARN of an SNS topic.")
	}
	return nil
}

type updateParameters struct {
	Version    string
	Properties struct{ TagUpdateOnProvisionedProduct string }
}

func checkUpdate(parameters string) error {
	var p updateParameters
	if err := decode(parameters, &p); err != nil {
		return err
	}
	tags := p.Properties.TagUpdateOnProvisionedProduct
	if p.Version != "2.0" || tags != "ALLOWED" && tags != "NOT_ALLOWED" {
		return invalid("A RESOURCE_UPDATE constraint needs Version 2.0 and TagUpdateOnProvisionedProduct ALLOWED or NOT_ALLOWED.")
	}
	return nil
}

func decode(parameters string, into any) error {
	d := json.NewDecoder(strings.NewReader(parameters))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return invalid("The constraint parameters are not valid: %v", err)
	}
	return nil
}

func describeConstraint(c *world.Call, in *servicecatalog.DescribeConstraintInput) (*servicecatalog.DescribeConstraintOutput, error) {
	k, err := ownConstraint(c, *in.Id)
	return &servicecatalog.DescribeConstraintOutput{
		ConstraintDetail: k.detail(), ConstraintParameters: new(k.Parameters), Status: k.status(c),
	}, err
}

func updateConstraint(c *world.Call, in *servicecatalog.UpdateConstraintInput) (*servicecatalog.UpdateConstraintOutput, error) {
	k, err := ownConstraint(c, *in.Id)
	if err != nil {
		return nil, err
	}
	set(&k.Description, in.Description)
	set(&k.Parameters, in.Parameters)
	if err := checkConstraint(c, k.Type, k.Parameters); err != nil {
		return nil, err
	}
	k.store(c)
	return &servicecatalog.UpdateConstraintOutput{
		ConstraintDetail: k.detail(), ConstraintParameters: new(k.Parameters), Status: k.status(c),
	}, nil
}

func deleteConstraint(c *world.Call, in *servicecatalog.DeleteConstraintInput) (*servicecatalog.DeleteConstraintOutput, error) {
	k, err := ownConstraint(c, *in.Id)
	if err != nil {
		return nil, err
	}
	world.Remove(c, under(kindConstraint, k.Portfolio+"/"+k.Product), k.ID)
	world.Remove(c, kindPlaced, k.ID)
	return &servicecatalog.DeleteConstraintOutput{}, nil
}

func listConstraints(c *world.Call, in *servicecatalog.ListConstraintsForPortfolioInput) (*servicecatalog.ListConstraintsForPortfolioOutput, error) {
	p, err := seenPortfolio(c, *in.PortfolioId)
	if err != nil {
		return nil, err
	}
	all := constraintsOf(c.In(p.Account, p.Region), p.ID, val(in.ProductId))
	cut, next, err := page(c, all, in.PageSize, in.PageToken, narrow, p.ID, val(in.ProductId))
	out := &servicecatalog.ListConstraintsForPortfolioOutput{NextPageToken: next}
	for _, k := range cut {
		out.ConstraintDetails = append(out.ConstraintDetails, *k.detail())
	}
	return out, err
}

// constraintsOf gives the constraints in a portfolio of the call's account, of one product or of all.
func constraintsOf(c *world.Call, folio, product string) []constraint {
	if product != "" {
		return world.List[constraint](c, under(kindConstraint, folio+"/"+product))
	}
	var all []constraint
	for _, at := range placementsIn(c, folio) {
		all = append(all, constraintsOf(c, folio, at.Product)...)
	}
	return all
}

func (k constraint) store(c *world.Call) {
	world.Put(c, under(kindConstraint, k.Portfolio+"/"+k.Product), k.ID, k)
}

func ownConstraint(c *world.Call, id string) (constraint, error) {
	at, _ := world.Get[placement](c, kindPlaced, id)
	k, ok := world.Get[constraint](c, under(kindConstraint, at.Portfolio+"/"+at.Product), id)
	if !ok {
		return k, notFound("Constraint %s not found.", id)
	}
	return k, nil
}

func (k constraint) detail() *types.ConstraintDetail {
	return &types.ConstraintDetail{
		ConstraintId: new(k.ID), Type: new(k.Type), Description: opt(k.Description), Owner: new(k.Account),
		PortfolioId: new(k.Portfolio), ProductId: new(k.Product),
	}
}
