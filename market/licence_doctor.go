package market

import (
	"fmt"
	"slices"
)

// Setup is how an organization is set up for sharing licences, as it was read.
type Setup struct {
	Management string   `json:"management"` // the management account
	Linked     bool     `json:"linked"`     // License Manager's settings: the organization's accounts
	Trusted    []string `json:"trusted"`    // services with trusted access
	Roles      []string `json:"roles"`      // service-linked roles that the granter has
	Grantees   []string `json:"grantees"`   // accounts in which grantee_role cannot be assumed
	Waiting    []Grant  `json:"waiting"`    // grants that nobody has accepted
}

// Check is a line of a doctor.
type Check struct {
	OK   bool   `json:"ok"`
	What string `json:"what"`
	Fix  string `json:"fix,omitempty"`
}

// What License Manager and Marketplace need in an organization (LIC-10, MKA-23).
const (
	trustLicences    = "license-manager.amazonaws.com"
	trustMember      = "license-manager.member-account.amazonaws.com"
	trustMarketplace = "license-management.marketplace.amazonaws.com"
	trustSharing     = "ram.amazonaws.com"
	RoleMarketplace  = "AWSServiceRoleForMarketplaceLicenseManagement"
	RoleMaster       = "AWSServiceRoleForAWSLicenseManagerMasterAccountRole"
)

// Doctor says what sharing needs and has not, and why grants wait to be accepted.
func (l *Licences) Doctor(s Setup) []Check {
	granter := string(l.Granter)
	trust := func(name, why string) Check {
		return Check{slices.Contains(s.Trusted, name), "trusted access for " + name + " (" + why + ")", "aws organizations enable-aws-service-access --service-principal " + name}
	}
	marketplace := slices.Contains(s.Trusted, trustMarketplace)
	all := []Check{
		{s.Management == granter, fmt.Sprintf("the granter %s is the management account %s: its grants alone are accepted by themselves", granter, s.Management), "write accept: assume with grantee_role, or buy in the management account"},
		{s.Linked, "License Manager is linked to the organization", "in the management account: License Manager, Settings, Link AWS Organizations accounts"},
		trust(trustLicences, "License Manager"), trust(trustMember, "License Manager, its member accounts"), trust(trustSharing, "sharing with the organization"),
		{marketplace || slices.Contains(s.Roles, RoleMarketplace), "role " + RoleMarketplace + ", or trusted access for " + trustMarketplace,
			"aws iam create-service-linked-role --aws-service-name " + trustMarketplace + ", in the granter and in each grantee"},
		{slices.Contains(s.Roles, RoleMaster), "role " + RoleMaster, "it is made with the link in License Manager's settings"},
	}
	if l.Accept == "assume" {
		all = append(all, Check{len(s.Grantees) == 0, fmt.Sprintf("the role %s can be assumed in each account (%d in which it cannot: %s)", l.GranteeRole, len(s.Grantees), listed(s.Grantees)), "make it there, trusting axle's identity"})
	}
	for _, g := range s.Waiting {
		all = append(all, Check{false, fmt.Sprintf("the grant %s to %s waits to be accepted: %s", g.ARN, g.Principal, l.unaccepted(s)), "mend that, or accept it in the account"})
	}
	return all
}

// unaccepted is why a grant stays PENDING_ACCEPT.
func (l *Licences) unaccepted(s Setup) string {
	switch {
	case l.Accept == "assume" && len(s.Grantees) > 0:
		return "grantee_role cannot be assumed there"
	case l.Accept == "assume":
		return "the next pass accepts it"
	case s.Management != string(l.Granter):
		return "the granter is not the management account"
	case !s.Linked:
		return "License Manager is not linked to the organization"
	}
	return "AWS has not got to it; that may take half an hour"
}

func listed(all []string) string {
	if len(all) == 0 {
		return "none"
	}
	text := ""
	for i, a := range all {
		if i == 3 {
			return text + " and more"
		}
		if i > 0 {
			text += ", "
		}
		text += a
	}
	return text
}

// LicencePermissions are the actions that the organization's role needs; they take no resource.
func LicencePermissions(assume bool) []string {
	all := []string{
		"license-manager:CreateGrant", "license-manager:CreateGrantVersion", "license-manager:DeleteGrant", "license-manager:GetGrant",
		"license-manager:GetServiceSettings", "license-manager:ListDistributedGrants", "license-manager:ListReceivedGrantsForOrganization",
		"license-manager:ListReceivedLicenses", "license-manager:ListReceivedLicensesForOrganization", "license-manager:ListTagsForResource",
		"license-manager:TagResource", "organizations:DescribeOrganization", "organizations:ListAccounts",
		"organizations:ListAWSServiceAccessForOrganization", "organizations:ListTagsForResource", "iam:GetRole",
	}
	if assume {
		all = append(all, "license-manager:AcceptGrant (grantee_role, in each account)")
	}
	return all
}
