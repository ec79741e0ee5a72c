package servicecatalog_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// BenchmarkFleet is what a spoke and the hub read of a fleet of 1,000 accounts × 5 regions with
// 20 products: no call reads the records of the whole world. SBX-6
func BenchmarkFleet(b *testing.B) {
	s, err := sandbox.New(world.Memory(), sandbox.Options{Wall: time.Now, Seed: []byte("seed"), Start: "fleet 1000x5x20"})
	if err != nil {
		b.Fatal(err)
	}
	k, err := s.Credentials(b.Context(), "axle")
	if err != nil {
		b.Fatal(err)
	}
	cfg := aws.Config{Region: "eu-west-1", HTTPClient: &http.Client{Transport: s.Transport()},
		Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, "")}
	assumed := func(account, role string) *sc.Client {
		arn := "arn:aws:iam::" + account + ":role/" + role
		out, err := sts.NewFromConfig(cfg).AssumeRole(b.Context(), &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String("bench")})
		if err != nil {
			b.Fatal(err)
		}
		own := cfg.Copy()
		own.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
		return sc.NewFromConfig(own)
	}
	owner := assumed(hub, publisher)
	folios, err := owner.ListPortfolios(b.Context(), nil)
	if err != nil || len(folios.PortfolioDetails) == 0 {
		b.Fatal(err, folios)
	}
	folio := folios.PortfolioDetails[0].Id
	access, err := owner.ListPortfolioAccess(b.Context(), &sc.ListPortfolioAccessInput{PortfolioId: folio, OrganizationParentId: aws.String(workloads)})
	if err != nil || len(access.AccountIds) == 0 {
		b.Fatal(err, access)
	}
	user := assumed(access.AccountIds[0], "CatalogBuilder")
	found, err := user.SearchProducts(b.Context(), nil)
	if err != nil || len(found.ProductViewSummaries) != 20 {
		b.Fatal(err, len(found.ProductViewSummaries))
	}
	product := found.ProductViewSummaries[0].ProductId
	for name, call := range map[string]func() error{
		"hub DescribePortfolio": func() error {
			_, err := owner.DescribePortfolio(b.Context(), &sc.DescribePortfolioInput{Id: folio})
			return err
		},
		"hub DescribeProductAsAdmin": func() error {
			_, err := owner.DescribeProductAsAdmin(b.Context(), &sc.DescribeProductAsAdminInput{Id: product})
			return err
		},
		"hub SearchProductsAsAdmin": func() error {
			_, err := owner.SearchProductsAsAdmin(b.Context(), &sc.SearchProductsAsAdminInput{PortfolioId: folio})
			return err
		},
		"hub ListPortfolioAccess of a unit": func() error {
			_, err := owner.ListPortfolioAccess(b.Context(), &sc.ListPortfolioAccessInput{PortfolioId: folio, OrganizationParentId: aws.String(workloads)})
			return err
		},
		"spoke SearchProducts": func() error { _, err := user.SearchProducts(b.Context(), nil); return err },
		"spoke ListLaunchPaths": func() error {
			_, err := user.ListLaunchPaths(b.Context(), &sc.ListLaunchPathsInput{ProductId: product})
			return err
		},
		"spoke ListAcceptedPortfolioShares": func() error {
			_, err := user.ListAcceptedPortfolioShares(b.Context(), &sc.ListAcceptedPortfolioSharesInput{PortfolioShareType: types.PortfolioShareTypeAwsOrganizations})
			return err
		},
		"spoke SearchProvisionedProducts": func() error { _, err := user.SearchProvisionedProducts(b.Context(), nil); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := call(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
