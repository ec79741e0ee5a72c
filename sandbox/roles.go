package sandbox

import (
	"encoding/json"

	"github.com/axle-cd/axle/sandbox/world"
)

// bootstrapRole is the role that AWS puts into an account that an organization creates. It is
// the one that may make launch roles in the workloads.
const bootstrapRole = "OrganizationAccountAccessRole"

const (
	awsManaged = "arn:aws:iam::aws:policy/"
	everything = awsManaged + "AdministratorAccess"
	endUser    = awsManaged + "AWSServiceCatalogEndUserFullAccess"
)

// grantsOf are the policies of the roles that a start makes. Who publishes has what that takes,
// who reads reads, a builder may what developers may in an account of their own; who makes stacks
// of any template, launch roles among them, may everything.
func grantsOf(role, hub string) world.Grants {
	switch role {
	case "CatalogHubPublisher":
		return world.Grants{Attached: []string{endUser}, Inline: map[string]string{"Publish": publishing(hub)}}
	case "CatalogGammaDeploy":
		return world.Grants{Attached: []string{endUser, awsManaged + "ReadOnlyAccess"}, Inline: map[string]string{"Publish": publishing(hub)}}
	case "CatalogBuilder", "CatalogGammaBuilder":
		return world.Grants{Attached: []string{endUser, awsManaged + "PowerUserAccess"}}
	case "CatalogSpokeReader":
		return world.Grants{Attached: []string{endUser, awsManaged + "ReadOnlyAccess"}}
	}
	return world.Grants{Attached: []string{everything}}
}

// publishingActions are what a catalog is published with; reads end in *.
var publishingActions = []string{
	"servicecatalog:Describe*", "servicecatalog:Get*", "servicecatalog:List*", "servicecatalog:Search*",
	"servicecatalog:AcceptPortfolioShare", "servicecatalog:RejectPortfolioShare",
	"servicecatalog:AssociatePrincipalWithPortfolio", "servicecatalog:DisassociatePrincipalFromPortfolio",
	"servicecatalog:AssociateProductWithPortfolio", "servicecatalog:DisassociateProductFromPortfolio",
	"servicecatalog:AssociateTagOptionWithResource", "servicecatalog:DisassociateTagOptionFromResource",
	"servicecatalog:CopyProduct", "servicecatalog:EnableAWSOrganizationsAccess",
	"servicecatalog:CreateConstraint", "servicecatalog:UpdateConstraint", "servicecatalog:DeleteConstraint",
	"servicecatalog:CreatePortfolio", "servicecatalog:UpdatePortfolio", "servicecatalog:DeletePortfolio",
	"servicecatalog:CreatePortfolioShare", "servicecatalog:UpdatePortfolioShare", "servicecatalog:DeletePortfolioShare",
	"servicecatalog:CreateProduct", "servicecatalog:UpdateProduct", "servicecatalog:DeleteProduct",
	"servicecatalog:CreateProvisioningArtifact", "servicecatalog:UpdateProvisioningArtifact", "servicecatalog:DeleteProvisioningArtifact",
	"servicecatalog:CreateTagOption", "servicecatalog:UpdateTagOption", "servicecatalog:DeleteTagOption",
	"servicecatalog:CreateServiceAction", "servicecatalog:UpdateServiceAction", "servicecatalog:DeleteServiceAction",
	"servicecatalog:AssociateServiceActionWithProvisioningArtifact", "servicecatalog:DisassociateServiceActionFromProvisioningArtifact",
	"servicecatalog:BatchAssociateServiceActionWithProvisioningArtifact", "servicecatalog:BatchDisassociateServiceActionFromProvisioningArtifact",
	"servicecatalog:AssociateBudgetWithResource", "servicecatalog:DisassociateBudgetFromResource",
	"organizations:Describe*", "organizations:List*", "cloudformation:GetTemplateSummary", "cloudformation:ValidateTemplate", "iam:ListRoles",
	"servicequotas:ListServiceQuotas",
}

func publishing(hub string) string {
	bucket := "arn:aws:s3:::axle-artifacts-" + hub + "-*"
	return policyOf(
		map[string]any{"Effect": "Allow", "Action": publishingActions, "Resource": "*"},
		map[string]any{"Effect": "Allow", "Action": []string{"sns:Publish"}, "Resource": "arn:aws:sns:*:" + hub + ":*"},
		map[string]any{"Effect": "Allow", "Action": []string{"s3:GetObject*", "s3:PutObject", "s3:DeleteObject*", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}, "Resource": bucket + "/*"},
		map[string]any{"Effect": "Allow", "Action": []string{"s3:ListBucket*", "s3:GetBucket*"}, "Resource": bucket},
	)
}

func policyOf(statements ...map[string]any) string {
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		return ""
	}
	return string(text)
}

// guard puts a service control policy on a unit: its accounts stay in the organization, and none
// but the bootstrap role makes launch roles or changes whom they trust.
func guard(c *world.Call, org world.Organization, unit string) {
	world.EnableControl(c, org.Root, world.ServiceControl)
	p := world.Control{
		ID: "p-" + org.Root[2:] + "axle", Name: "Workloads", Type: world.ServiceControl, Org: org.ID, Created: c.Now,
		Description: "Accounts stay; launch roles are the platform's",
		Document: policyOf(
			map[string]any{"Sid": "Stay", "Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"},
			map[string]any{"Sid": "LaunchRoles", "Effect": "Deny", "Action": []string{"iam:CreateRole", "iam:UpdateAssumeRolePolicy"},
				"Resource":  "arn:aws:iam::*:role/SCLaunch*",
				"Condition": map[string]any{"ArnNotLike": map[string]any{"aws:PrincipalArn": "arn:aws:iam::*:role/" + bootstrapRole}}},
		),
	}
	world.Put(c.In("", ""), world.KindControl, p.ID, p)
	world.AttachControl(c, unit, p.ID)
}
