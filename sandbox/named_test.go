package sandbox_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

var (
	accountID  = regexp.MustCompile(`"(\d{12})"`)
	unitID     = regexp.MustCompile(`\bou-[a-z0-9-]+`)
	accountOf  = regexp.MustCompile(`(?:id|account): "(\d{12})".*?role: (\w+)`)
	launchedBy = regexp.MustCompile(`local_role_name: (\w+)`)
	endUser    = regexp.MustCompile(`arn:aws:iam:::role/(\w+)`)
)

var spokes = []string{"333333333333", "444444444444", "555555555555"}

// Every account, unit and role that the repository's own files name is in the sandbox. SBX-14
func TestRepositoryIsHere(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	files, err := filepath.Glob("../products/*/product.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no products: %v", err)
	}
	text := ""
	for _, file := range append(files, "../pipeline.yaml", "../catalog.yaml") {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text += string(raw)
	}
	client := organizations.NewFromConfig(config(t, s, "axle"))
	for _, m := range accountID.FindAllStringSubmatch(text, -1) {
		if _, err := client.DescribeAccount(t.Context(), &organizations.DescribeAccountInput{AccountId: &m[1]}); err != nil {
			t.Error(err)
		}
	}
	for _, id := range unitID.FindAllString(text, -1) {
		if _, err := client.DescribeOrganizationalUnit(t.Context(), &organizations.DescribeOrganizationalUnitInput{OrganizationalUnitId: aws.String(id)}); err != nil {
			t.Error(err)
		}
	}
	for _, m := range accountOf.FindAllStringSubmatch(text, -1) {
		here(t, s, m[2], m[1])
	}
	for _, m := range launchedBy.FindAllStringSubmatch(text, -1) {
		here(t, s, m[1], append(spokes, "222222222222", "999999999999")...)
	}
	for _, m := range endUser.FindAllStringSubmatch(text, -1) {
		here(t, s, m[1], spokes...)
	}
	here(t, s, "CatalogGammaBuilder", "222222222222")
}

func here(t *testing.T, s *sandbox.Sandbox, role string, accounts ...string) {
	t.Helper()
	made, err := s.EnsureRole(t.Context(), accounts, world.Role{Name: role})
	if err != nil || len(made) > 0 {
		t.Errorf("role %s is missing in %v, %v", role, made, err)
	}
}

// Builders are in the spokes and nowhere else; nobody but Service Catalog takes a launch role.
func TestWhoIsWhere(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	elsewhere := []string{"111111111111", "222222222222", "888888888888", "999999999999"}
	for _, role := range []string{"CatalogBuilder", "CatalogSpokeReader"} {
		made, err := s.EnsureRole(t.Context(), elsewhere, world.Role{Name: role})
		if err != nil || len(made) != len(elsewhere) {
			t.Errorf("%s was in some of %v: made %v, %v", role, elsewhere, made, err)
		}
	}
}
