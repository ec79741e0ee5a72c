package market

import (
	"fmt"
	"slices"
	"strings"
)

// Setup is how an organization is set up for sharing licences, as it was read.
type Setup struct {
	Management string   `json:"management"` // the management account
	Linked     bool     `json:"linked"`     // License Manager's settings: the organization's accounts
	Trusted    []string `json:"trusted"`    // services with trusted access
	Roles      []string `json:"roles"`      // service-linked roles that the granter has
	Tried      []string `json:"tried"`      // accounts in which grantee_role was tried
	Closed     []string `json:"closed"`     // those of them in which it cannot be assumed
}

// A doctor tries grantee_role in no more accounts than that; where nothing is to do, in a sample.
const mostTried, sample = 50, 5

// Grantees are the accounts in which it is of interest now whether grantee_role can be assumed: those
// whose grant waits, and those that are to get one; where there are none, a sample of the others.
func (l *Licences) Grantees(e Estate, p LicencePlan) (all []string) {
	if l.Accept != "assume" {
		return nil
	}
	add := func(account string) {
		if m := e.member(account); m != nil && m.State == "ACTIVE" && account != string(l.Granter) && !slices.Contains(all, account) {
			all = append(all, account)
		}
	}
	for _, g := range waiting(e) {
		add(AccountOf(g.Principal))
	}
	for _, pair := range slices.Concat(p.Pairs, p.Later) {
		if pair.Word == Yes {
			add(pair.Account)
		}
	}
	if len(all) > 0 {
		return all[:min(len(all), mostTried)]
	}
	for _, m := range e.Members {
		add(m.Account)
	}
	return all[:min(len(all), sample)]
}

// waiting are the grants that nobody has accepted.
func waiting(e Estate) (all []Grant) {
	for _, g := range e.Grants {
		if g.Status == "PENDING_ACCEPT" {
			all = append(all, g)
		}
	}
	return all
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
func (l *Licences) Doctor(e Estate, s Setup) []Check {
	granter := string(l.Granter)
	trust := func(name, why string) Check {
		return Check{slices.Contains(s.Trusted, name), "trusted access for " + name + " (" + why + ")", inManagement(s.Management) + "aws organizations enable-aws-service-access --service-principal " + name}
	}
	marketplace := slices.Contains(s.Trusted, trustMarketplace)
	all := []Check{
		{s.Management == granter, fmt.Sprintf("the granter %s is the management account %s: its grants alone are accepted by themselves", granter, s.Management), "write accept: assume with grantee_role, or buy in the management account"},
		{s.Linked, "License Manager is linked to the organization", inManagement(s.Management) + "License Manager, Settings, Link AWS Organizations accounts"},
		trust(trustLicences, "License Manager"), trust(trustMember, "License Manager, its member accounts"), trust(trustSharing, "sharing with the organization"),
		{marketplace || slices.Contains(s.Roles, RoleMarketplace), "role " + RoleMarketplace + ", or trusted access for " + trustMarketplace,
			"in the granter and in each grantee: aws iam create-service-linked-role --aws-service-name " + trustMarketplace},
		{slices.Contains(s.Roles, RoleMaster), "role " + RoleMaster, "it is made with the link in License Manager's settings"},
	}
	if l.Accept == "assume" {
		all = append(all, Check{len(s.Closed) == 0, fmt.Sprintf("the role %s can be assumed in each account that was tried (%d of %d; not in: %s)", l.GranteeRole, len(s.Tried), len(e.Members), listed(s.Closed)), "make it there, trusting axle's identity, with license-manager:AcceptGrant"})
	}
	for _, g := range waiting(e) {
		all = append(all, Check{false, fmt.Sprintf("the grant %s to %s waits to be accepted: %s", g.ARN, g.Principal, l.unaccepted(g, e, s)), "mend that, or accept it there: License Manager, Granted licenses"})
	}
	return all
}

// unaccepted is why a grant stays PENDING_ACCEPT: by what is so of its account first, then of the
// organization.
func (l *Licences) unaccepted(g Grant, e Estate, s Setup) string {
	account := AccountOf(g.Principal)
	m := e.member(account)
	switch {
	case account != "" && m == nil:
		return "the account is not of the organization, and has to accept it itself"
	case account != "" && m.State != "ACTIVE":
		return "the account is " + strings.ToLower(strings.ReplaceAll(m.State, "_", " "))
	case l.Accept == "assume" && account == "":
		return "nobody assumes a role in a unit: let the management account grant it"
	case l.Accept == "assume" && slices.Contains(s.Closed, account):
		return "the role " + l.GranteeRole + " cannot be assumed there"
	case l.Accept == "assume" && !slices.Contains(s.Tried, account):
		return "the role " + l.GranteeRole + " was not tried there: too many wait"
	case l.Accept == "assume":
		return "the next pass accepts it"
	case s.Management != string(l.Granter):
		return "the granter is not the management account"
	case !s.Linked:
		return "License Manager is not linked to the organization"
	case !slices.Contains(s.Trusted, trustLicences):
		return trustLicences + " has no trusted access"
	}
	return "AWS has not got to it, which takes up to half an hour; one from before all this was set up is accepted in the account"
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

// LicencePolicy is all that the organization's role needs: with the topics that it tells of licences.
func LicencePolicy(topics []string) string {
	all := []statement{{Effect: "Allow", Resource: "*", Action: []string{
		"license-manager:CreateGrant", "license-manager:CreateGrantVersion", "license-manager:DeleteGrant", "license-manager:GetGrant",
		"license-manager:GetServiceSettings", "license-manager:ListDistributedGrants", "license-manager:ListReceivedGrantsForOrganization",
		"license-manager:ListReceivedLicenses", "license-manager:ListReceivedLicensesForOrganization", "license-manager:ListTagsForResource",
		"license-manager:TagResource", "organizations:DescribeOrganization", "organizations:ListAccounts",
		"organizations:ListAWSServiceAccessForOrganization", "organizations:ListTagsForResource", "iam:GetRole",
	}}}
	if len(topics) > 0 {
		all = append(all, statement{Effect: "Allow", Action: "sns:Publish", Resource: topics})
	}
	return policyOf(all...)
}

// GranteePolicy is what grantee_role needs in each account, where grants are accepted there.
func (l *Licences) GranteePolicy() string {
	if l.Accept != "assume" {
		return ""
	}
	return policyOf(statement{Effect: "Allow", Action: "license-manager:AcceptGrant", Resource: "*"})
}
