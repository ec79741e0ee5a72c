package market

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	catalog "github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"

	"github.com/axle-cd/axle/sandbox"
)

const awsMarketplace = "AWSMarketplace"

// managers are the users of the two management accounts, who see all experiences and change sets.
var managers = []string{"management", "management-2"}

func config(t *testing.T, box *sandbox.Sandbox, user string) aws.Config {
	t.Helper()
	k, err := box.Credentials(t.Context(), user)
	check(t, err)
	return aws.Config{Region: "us-east-1", HTTPClient: &http.Client{Transport: box.Transport()},
		Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, "")}
}

// change is a product that a change set has put on one side.
type change struct{ Experience, Effect, Product string }

func inOrder(all []change) []change {
	slices.SortFunc(all, func(a, b change) int {
		return strings.Compare(a.Experience+a.Effect+a.Product, b.Experience+b.Effect+b.Product)
	})
	return all
}

// carriedOut are the changes of all change sets that succeeded; each once, or the test fails.
func carriedOut(t *testing.T, box *sandbox.Sandbox) (all []change) {
	t.Helper()
	for _, user := range managers {
		c := catalog.NewFromConfig(config(t, box, user))
		for page := (catalog.ListChangeSetsInput{Catalog: aws.String(awsMarketplace)}); ; {
			out, err := c.ListChangeSets(t.Context(), &page)
			check(t, err)
			for _, s := range out.ChangeSetSummaryList {
				if s.Status == "SUCCEEDED" {
					all = append(all, changesOf(t, c, *s.ChangeSetId)...)
				}
			}
			if page.NextToken = out.NextToken; page.NextToken == nil {
				break
			}
		}
	}
	inOrder(all)
	for i := range all[min(1, len(all)):] {
		if all[i] == all[i+1] {
			t.Errorf("%+v was carried out twice", all[i])
		}
	}
	return all
}

func changesOf(t *testing.T, c *catalog.Client, id string) (all []change) {
	t.Helper()
	out, err := c.DescribeChangeSet(t.Context(), &catalog.DescribeChangeSetInput{Catalog: aws.String(awsMarketplace), ChangeSetId: &id})
	check(t, err)
	for _, x := range out.ChangeSet {
		var of struct{ Products []struct{ Ids []string } }
		check(t, json.Unmarshal([]byte(*x.Details), &of))
		experience, _, _ := strings.Cut(*x.Entity.Identifier, "@")
		effect := strings.ToLower(strings.TrimSuffix(*x.ChangeType, "ProductProcurement"))
		for _, p := range of.Products {
			for _, id := range p.Ids {
				all = append(all, change{experience, effect, id})
			}
		}
	}
	return all
}

// lists are what each experience allows and denies.
func lists(t *testing.T, box *sandbox.Sandbox) (all []change) {
	t.Helper()
	for _, user := range managers {
		c := catalog.NewFromConfig(config(t, box, user))
		out, err := c.ListEntities(t.Context(), &catalog.ListEntitiesInput{Catalog: aws.String(awsMarketplace), EntityType: aws.String("Experience")})
		check(t, err)
		for _, e := range out.EntitySummaryList {
			var works struct{ ProcurementPolicies []string }
			describe(t, c, *e.EntityId, &works)
			var policy struct {
				Statements []struct {
					Effect    string
					Resources []struct{ Ids []string }
				}
			}
			describe(t, c, works.ProcurementPolicies[0], &policy)
			for _, s := range policy.Statements {
				for _, r := range s.Resources {
					for _, id := range r.Ids {
						all = append(all, change{*e.EntityId, strings.ToLower(s.Effect), id})
					}
				}
			}
		}
	}
	return inOrder(all)
}

func describe(t *testing.T, c *catalog.Client, id string, into any) {
	t.Helper()
	out, err := c.DescribeEntity(t.Context(), &catalog.DescribeEntityInput{Catalog: aws.String(awsMarketplace), EntityId: &id})
	check(t, err)
	check(t, json.Unmarshal([]byte(*out.Details), into))
}

// audited are the changes that the audit says succeeded.
func (s *shop) audited() (all []change) {
	s.Helper()
	for line := range strings.Lines(s.exits(0, "audit", "export")) {
		var row struct {
			change
			Status string
		}
		if strings.HasPrefix(line, "{") { // the rest is talk
			check(s.T, json.Unmarshal([]byte(line), &row))
		}
		if row.Status == "SUCCEEDED" {
			all = append(all, row.change)
		}
	}
	return inOrder(all)
}
