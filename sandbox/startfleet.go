package sandbox

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/world"
)

const (
	perTeam   = 50 // spokes in a unit below workloads
	perCanary = 20 // every so many-th spoke is a canary
	headroom  = 100
)

// fleet is the default organization with s.Spokes generated spokes, in units below /workloads.
// Ids come from the seed: the same seed makes the same fleet.
func (s Start) fleet(box *Sandbox, c *world.Call) error {
	b := byDefault()
	b.regions = regions[:s.Regions]
	b.MaxAccounts = s.Spokes + headroom
	b.units = append([]world.Unit{}, units...)
	b.members = append([]member{}, centre...)
	taken := map[string]bool{}
	for _, m := range b.members {
		taken[m.id] = true
	}
	parent := workloads
	for i := range s.Spokes {
		if i%perTeam == 0 {
			parent = c.NewID("ou-ab12-", 8, world.Lower)
			b.units = append(b.units, world.Unit{ID: parent, Name: fmt.Sprintf("team-%03d", i/perTeam+1), Parent: workloads})
		}
		ring := ""
		if i%perCanary == 0 {
			ring = "canary"
		}
		b.members = append(b.members, spoke(newAccountID(c, taken), fmt.Sprintf("spoke-%04d", i+1), parent, ring))
	}
	b.put(c)
	if s.Published == 0 {
		return nil
	}
	for _, region := range b.regions {
		if err := s.publish(box, c.In(hub, region)); err != nil {
			return err
		}
	}
	return nil
}

const digits = "0123456789"

func newAccountID(c *world.Call, taken map[string]bool) string {
	for {
		if id := c.NewID("", 12, digits); id[0] != '0' && !taken[id] {
			taken[id] = true
			return id
		}
	}
}

// fleetTemplate is what every product of a fleet makes.
const fleetTemplate = `Parameters:
  Name: {Type: String, Default: fleet}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Ref Name}
Outputs:
  TopicArn: {Value: !Ref Topic}
`

// publish makes the products in one region of the hub by the API's own operations, as they were
// called in the hour before the world began: all asynchronous work is done.
func (s Start) publish(box *Sandbox, c *world.Call) error {
	name := bucketOf(hub, c.Region)
	key := "fleet/template.yaml"
	c.Now = c.Now.Add(-time.Hour)
	c.Principal = world.Principal{ARN: "arn:aws:sts::" + hub + ":assumed-role/CatalogHubPublisher/start", Account: hub, Role: "CatalogHubPublisher"}
	world.PutObject(c, world.Object{Bucket: name, Key: key, Body: []byte(fleetTemplate), Modified: c.Now, ETag: `"fleet"`})
	folio, err := ask[servicecatalog.CreatePortfolioOutput](box, c, "CreatePortfolio", &servicecatalog.CreatePortfolioInput{
		DisplayName: aws.String("fleet"), ProviderName: aws.String("platform"),
	})
	if err != nil {
		return err
	}
	id := folio.PortfolioDetail.Id
	for i := range s.Published {
		if err := box.product(c, i, id, "https://"+name+".s3."+c.Region+".amazonaws.com/"+key); err != nil {
			return err
		}
	}
	c.Now = c.Now.Add(time.Minute)
	if _, err := ask[servicecatalog.AssociatePrincipalWithPortfolioOutput](box, c, "AssociatePrincipalWithPortfolio", &servicecatalog.AssociatePrincipalWithPortfolioInput{
		PortfolioId: id, PrincipalARN: aws.String("arn:aws:iam:::role/CatalogBuilder"), PrincipalType: types.PrincipalTypeIamPattern,
	}); err != nil {
		return err
	}
	_, err = ask[servicecatalog.CreatePortfolioShareOutput](box, c, "CreatePortfolioShare", &servicecatalog.CreatePortfolioShareInput{
		PortfolioId: id, SharePrincipals: true,
		OrganizationNode: &types.OrganizationNode{Type: types.OrganizationNodeTypeOrganizationalUnit, Value: aws.String(workloads)},
	})
	return err
}

// product makes the fleet's i-th product in a portfolio, launched by a role of the launching account.
func (s *Sandbox) product(c *world.Call, i int, folio *string, url string) error {
	made, err := ask[servicecatalog.CreateProductOutput](s, c, "CreateProduct", &servicecatalog.CreateProductInput{
		Name: aws.String(fmt.Sprintf("product-%02d", i+1)), Owner: aws.String("platform"), ProductType: types.ProductTypeCloudFormationTemplate,
		ProvisioningArtifactParameters: &types.ProvisioningArtifactProperties{
			Name: aws.String("1.0.0"), Type: types.ProvisioningArtifactTypeCloudFormationTemplate, Info: map[string]string{"LoadTemplateFromURL": url},
		},
	})
	if err != nil {
		return err
	}
	id := made.ProductViewDetail.ProductViewSummary.ProductId
	if _, err := ask[servicecatalog.AssociateProductWithPortfolioOutput](s, c, "AssociateProductWithPortfolio",
		&servicecatalog.AssociateProductWithPortfolioInput{PortfolioId: folio, ProductId: id}); err != nil {
		return err
	}
	_, err = ask[servicecatalog.CreateConstraintOutput](s, c, "CreateConstraint", &servicecatalog.CreateConstraintInput{
		PortfolioId: folio, ProductId: id, Type: aws.String("LAUNCH"), Parameters: aws.String(`{"LocalRoleName":"` + launchRoles[2] + `"}`),
	})
	return err
}

// ask carries out an operation of Service Catalog in the call's transaction.
func ask[O any](s *Sandbox, c *world.Call, name string, in any) (*O, error) {
	op, ok := s.operations["servicecatalog"][name]
	if !ok {
		return nil, document.Fail("AXLE3105", "the start needs servicecatalog:"+name+", which this sandbox has not", "start it with all its services", nil)
	}
	c.Service, c.Operation = "servicecatalog", name
	out, err := op.Do(c, in)
	if err != nil {
		return nil, document.Fail("AXLE3105", "the start cannot be made: "+name+" was refused", "use another start, or reset the sandbox's settings", err)
	}
	return out.(*O), nil
}
