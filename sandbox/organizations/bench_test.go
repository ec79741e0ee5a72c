package organizations_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// BenchmarkFleet is what a page costs in an organization of 1,000 spokes: 1 to 2 ms at most. SBX-6
func BenchmarkFleet(b *testing.B) {
	file, err := sqlite.OpenWorld(b.Context(), filepath.Join(b.TempDir(), "sandbox.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	for name, store := range map[string]world.Store{"memory": world.Memory(), "sqlite": file} {
		s, err := sandbox.New(store, sandbox.Options{Wall: time.Now, Seed: []byte("seed"), Start: "fleet 1000x5"})
		if err != nil {
			b.Fatal(err)
		}
		k, err := s.Credentials(b.Context(), "axle")
		if err != nil {
			b.Fatal(err)
		}
		client := organizations.NewFromConfig(aws.Config{Region: "eu-west-1", HTTPClient: &http.Client{Transport: s.Transport()},
			Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, "")})
		first, err := client.ListAccounts(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		units, err := client.ListOrganizationalUnitsForParent(b.Context(), &organizations.ListOrganizationalUnitsForParentInput{ParentId: aws.String("ou-ab12-11111111")})
		if err != nil {
			b.Fatal(err)
		}
		for call, do := range map[string]func() error{
			"ListAccounts": func() error { _, err := client.ListAccounts(b.Context(), nil); return err },
			"ListAccounts page 2": func() error {
				_, err := client.ListAccounts(b.Context(), &organizations.ListAccountsInput{NextToken: first.NextToken})
				return err
			},
			"ListAccountsForParent": func() error {
				_, err := client.ListAccountsForParent(b.Context(), &organizations.ListAccountsForParentInput{ParentId: units.OrganizationalUnits[0].Id})
				return err
			},
		} {
			b.Run(name+" "+call, func(b *testing.B) {
				for b.Loop() {
					if err := do(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
