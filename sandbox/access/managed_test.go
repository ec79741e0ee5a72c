package access_test

import (
	"testing"

	"github.com/axle-cd/axle/sandbox/access"
)

// AWS's managed policies are read like any other, and give what their names say.
func TestManaged(t *testing.T) {
	cases := []struct {
		policy, action string
		allowed        bool
	}{
		{"AdministratorAccess", "iam:CreateRole", true},
		{"PowerUserAccess", "s3:PutObject", true},
		{"PowerUserAccess", "iam:CreateRole", false},
		{"PowerUserAccess", "organizations:DescribeOrganization", true},
		{"ReadOnlyAccess", "servicecatalog:SearchProductsAsAdmin", true},
		{"ReadOnlyAccess", "s3:PutObject", false},
		{"AWSServiceCatalogEndUserFullAccess", "servicecatalog:ProvisionProduct", true},
		{"AWSServiceCatalogEndUserFullAccess", "servicecatalog:CreatePortfolio", false},
		{"AWSServiceCatalogAdminFullAccess", "servicecatalog:CreatePortfolio", true},
		{"AWSServiceCatalogEndUserReadOnlyAccess", "servicecatalog:ProvisionProduct", false},
		{"IAMReadOnlyAccess", "iam:GetRole", true},
		{"service-role/AWSLambdaBasicExecutionRole", "logs:PutLogEvents", true},
	}
	for _, c := range cases {
		text, ok := access.Managed("arn:aws:iam::aws:policy/" + c.policy)
		if _, err := access.Parse(text, access.Identity); err != nil || !ok {
			t.Errorf("%s: %v", c.policy, err)
		}
		if d := access.Decide(access.Question{By: ana, Action: c.action, Resource: "*"}, access.Papers{Identity: []string{text}}); d.Allowed != c.allowed {
			t.Errorf("%s, %s: %v", c.policy, c.action, d.Allowed)
		}
	}
	if _, ok := access.Managed("arn:aws:iam::aws:policy/Nothing"); ok || !access.OfAWS("arn:aws:iam::aws:policy/Nothing") || access.OfAWS("arn:aws:iam::111111111111:policy/P") {
		t.Error("a policy that is not here, or not AWS's")
	}
}
