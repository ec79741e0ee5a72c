package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// tree is an organization: root r, under it ou-1, under that ou-2.
var tree = catalog.Organization{ID: "o-exampleorg1", Root: "r-ab12",
	Units: []catalog.Unit{{ID: "ou-1", Name: "workloads", Parent: "r-ab12"}, {ID: "ou-2", Name: "deep", Parent: "ou-1"}},
	Accounts: []catalog.Account{
		{ID: "333333333333", Name: "spoke-1", Parent: "ou-1", State: "ACTIVE"},
		{ID: "444444444444", Name: "spoke-2", Parent: "ou-2", State: "ACTIVE"},
		{ID: "555555555555", Name: "canary", Parent: "ou-1", State: "ACTIVE"},
		{ID: "666666666666", Name: "closed", Parent: "ou-1", State: "SUSPENDED"},
		{ID: "999999999999", Name: "hub", Parent: "r-ab12", State: "ACTIVE"},
	}}

func TestSpokes(t *testing.T) {
	cases := []struct {
		name   string
		spokes []catalog.SpokeFile
		want   []string
	}{
		{"a unit with the units below it", []catalog.SpokeFile{{OrganizationalUnit: "ou-1"}}, []string{
			"333333333333 spoke-1 eu-west-1 CatalogBuilder [] ACTIVE",
			"444444444444 spoke-2 eu-west-1 CatalogBuilder [] ACTIVE",
			"555555555555 canary eu-west-1 CatalogBuilder [] ACTIVE",
			"666666666666 closed eu-west-1 CatalogBuilder [] SUSPENDED: the account is suspended"}}, // CAT-64 X56
		{"less whom it excludes", []catalog.SpokeFile{{OrganizationalUnit: "ou-1",
			Exclude: &catalog.Exclude{Accounts: []document.AccountID{"333333333333", "444444444444", "666666666666"}}}}, []string{
			"555555555555 canary eu-west-1 CatalogBuilder [] ACTIVE"}},
		{"its own entry wins, in any order", []catalog.SpokeFile{
			{Account: "444444444444", Name: "mine", Role: "R", Tags: []string{"ring:canary"}, Regions: []string{"us-east-1", "eu-west-1"}},
			{OrganizationalUnit: "ou-2", Tags: []string{"ring:rest"}}}, []string{
			"444444444444 mine eu-west-1 R [ring:canary] ACTIVE",
			"444444444444 mine us-east-1 R [ring:canary] ACTIVE"}},
		{"the nearer unit wins", []catalog.SpokeFile{
			{OrganizationalUnit: "ou-2", Tags: []string{"near"}},
			{OrganizationalUnit: "r-ab12", Tags: []string{"far"}, Exclude: &catalog.Exclude{Accounts: []document.AccountID{"333333333333", "555555555555", "666666666666"}}}}, []string{
			"444444444444 spoke-2 eu-west-1 CatalogBuilder [near] ACTIVE",
			"999999999999 hub eu-west-1 CatalogBuilder [far] ACTIVE"}},
		{"an account that is not a member", []catalog.SpokeFile{{Account: "777777777777"}}, []string{
			"777777777777 777777777777 eu-west-1 CatalogBuilder [] UNKNOWN: the organization has no such account, and no portfolio is shared with it alone"}},
		{"nobody", nil, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := catalog.Spokes(&catalog.File{Hub: catalog.Hubs{Regions: []string{"eu-west-1"}}, Spokes: c.spokes}, tree)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, s := range got {
				line := fmt.Sprint(s.Account, " ", s.Name, " ", s.Region, " ", s.Role, " ", s.Tags, " ", s.State)
				if !s.Active() {
					line += ": " + s.Why
				}
				lines = append(lines, line)
			}
			if !slices.Equal(lines, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestSpokesUnknownUnit(t *testing.T) {
	_, err := catalog.Spokes(&catalog.File{Spokes: []catalog.SpokeFile{{OrganizationalUnit: "ou-9"}}}, tree)
	if document.CodeOf(err) != "AXLE2620" {
		t.Errorf("got %v", err)
	}
}
