package market

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Office is how an organization is set up for Private Marketplace, as it was read.
type Office struct {
	Organization   Organization
	Management     string   // the management account
	Trusted        []string // services with trusted access
	Administrators []string // accounts that Private Marketplace is delegated to
	Linked         *bool    // whether the service-linked role is there; nil: it cannot be seen from this account
	Unguarded      bool     // the role can be assumed without the external id
}

// What Private Marketplace needs in an organization (PMP-17).
const (
	TrustExperiences = "private-marketplace.marketplace.amazonaws.com"
	RoleExperiences  = "AWSServiceRoleForPrivateMarketplaceAdmin"
)

// Examine says what an organization needs and has not, and what its experiences lack.
func (o Office) Examine(s Sight) []Check {
	account, listed, read := string(o.Organization.Account), s.Listed[o.Organization.Name], s.Read
	empty := "the scope of this account is empty: see the checks above"
	if err := s.Failed[o.Organization.Name]; err != nil {
		empty = err.Error()
	}
	all := []Check{
		{slices.Contains(o.Trusted, TrustExperiences), "trusted access for " + TrustExperiences, inManagement(o.Management) + "aws organizations enable-aws-service-access --service-principal " + TrustExperiences},
		{o.Acts(), fmt.Sprintf("account %s is the management account or the delegated administrator", account),
			inManagement(o.Management) + fmt.Sprintf("aws organizations register-delegated-administrator --account-id %s --service-principal %s", account, TrustExperiences)},
		{!o.Unguarded, "the role " + o.Organization.Role + " is assumed with the external id alone", "in account " + account + ": ask for sts:ExternalId and aws:PrincipalOrgID in its trust policy"},
		{len(listed) > 0, "experiences are seen", empty},
	}
	if o.Linked != nil {
		all = append(all, Check{*o.Linked, "role " + RoleExperiences, inManagement(o.Management) + "aws iam create-service-linked-role --aws-service-name " + TrustExperiences})
	}
	for _, x := range listed {
		e, ok := read[x.ID]
		name := x.ID + " " + x.Name
		switch {
		case !ok:
			all = append(all, Check{false, name + " can be read", "give the role DescribeEntity, as the policy below has it"})
		case e.Archived:
		default:
			all = append(all, Check{e.Policy != nil, name + " has a policy: without one everything is allowed", "create_policy: true"},
				Check{len(e.Audience.Principals) > 0, name + " has an audience", "associate accounts, units or the organization with it"},
				Check{e.Status == "Enabled", name + " is enabled", "it binds nobody until then"})
		}
	}
	return all
}

// inManagement begins what the management account alone can do.
func inManagement(account string) string {
	if account != "" {
		account = " " + account
	}
	return "in the management account" + account + ": "
}

// changeTypes are those that axle sends.
var changeTypes = []string{"CreateExperience", "UpdateExperience", "RestrictExperience", "ReviveExperience", "CreateProcurementPolicy", "UpdateProcurementPolicy",
	"AllowProductProcurement", "DenyProductProcurement", "CreateBrandingSettings", "UpdateBrandingSettings", "AssociateAudience", "DisassociateAudience"}

type statement struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Principal map[string]string `json:",omitempty"`
	Action    any
	Resource  any                       `json:",omitempty"`
	Condition map[string]map[string]any `json:",omitempty"`
}

func policyOf(all ...statement) string {
	raw, _ := json.MarshalIndent(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", all}, "", "  ") // text and lists always marshal
	return string(raw)
}

func entities(kinds ...string) (arns []string) {
	for _, k := range kinds {
		arns = append(arns, "arn:aws:aws-marketplace:*:*:AWSMarketplace/"+k+"/*")
	}
	return arns
}

// LeastPolicy is all that the role needs; what axle sends is never more (a test holds it).
func LeastPolicy() string {
	return policyOf(
		statement{Effect: "Allow", Resource: "*", Action: []string{"aws-marketplace:ListEntities", "aws-marketplace:ListChangeSets", "aws-marketplace:DescribeChangeSet", "aws-marketplace:SearchAgreements",
			"organizations:DescribeOrganization", "organizations:DescribeAccount", "organizations:ListAWSServiceAccessForOrganization", "organizations:ListDelegatedAdministrators", "iam:GetRole"}},
		statement{Effect: "Allow", Action: "aws-marketplace:DescribeEntity", Resource: entities("Experience", "ProcurementPolicy", "Audience", "BrandingSettings")},
		statement{Effect: "Allow", Action: "aws-marketplace:StartChangeSet", Resource: entities("Experience", "ChangeSet"),
			Condition: map[string]map[string]any{"StringEquals": {"catalog:ChangeType": changeTypes}}})
}

// Home is the organization of whoever axle is, where the file names it.
func (f *File) Home(identity string) string {
	for _, o := range f.Organizations {
		if strings.Contains(identity, ":"+string(o.Account)+":") {
			return o.ID
		}
	}
	return "o-… of axle's own account"
}

// TrustPolicy is whom the role trusts: axle's identity, from its own organization, with the external id.
func (o Organization) TrustPolicy(identity, organization string) string {
	return policyOf(statement{Effect: "Allow", Principal: map[string]string{"AWS": identity}, Action: "sts:AssumeRole",
		Condition: map[string]map[string]any{"StringEquals": {"sts:ExternalId": o.ExternalID, "aws:PrincipalOrgID": organization}}})
}

// SyncControl is the service control policy that lets the sync roles alone change experiences.
// Selling and express offers go on: it names change types.
func SyncControl(roles []string) (string, error) {
	deny, err := bySyncAlone(roles)
	if err != nil {
		return "", err
	}
	return within("policy", MostControl, deny...)
}

// MostBoundary is how long a managed policy may be, such as a permissions boundary is.
const MostBoundary = 6144

// SyncBoundary is the permissions boundary that does the same in the management account, which no
// service control policy binds (PMP-18). It permits everything else: who has it gets nothing by it.
func SyncBoundary(roles []string) (string, error) {
	deny, err := bySyncAlone(roles)
	if err != nil {
		return "", err
	}
	return within("permissions boundary", MostBoundary, append([]statement{{Sid: "NothingElse", Effect: "Allow", Action: "*", Resource: "*"}}, deny...)...)
}

func bySyncAlone(roles []string) ([]statement, error) {
	for _, role := range roles {
		if !strings.HasPrefix(role, "arn:aws:iam::") || strings.ContainsAny(role, "*?\" ") {
			return nil, document.Fail("AXLE1189", fmt.Sprintf("%q is not one role's ARN", role), "give arn:aws:iam::123456789012:role/path/name, without wildcards", nil)
		}
	}
	except := map[string]any{"aws:PrincipalArn": roles}
	return []statement{
		{Sid: "ExperiencesBySync", Effect: "Deny", Action: "aws-marketplace:StartChangeSet", Resource: "*",
			Condition: map[string]map[string]any{"ArnNotEquals": except, "StringEquals": {"catalog:ChangeType": changeTypes}}},
		{Sid: "NoOtherWay", Effect: "Deny", Resource: "*", Action: []string{"aws-marketplace:CancelChangeSet",
			"aws-marketplace:AssociateProductsWithPrivateMarketplace", "aws-marketplace:DisassociateProductsFromPrivateMarketplace"},
			Condition: map[string]map[string]any{"ArnNotEquals": except}},
	}, nil
}

// within is a policy that AWS takes: without its blanks where there is no room for them, since AWS
// counts them in some of the ways in which a policy is given to it.
func within(what string, most int, all ...statement) (string, error) {
	text := policyOf(all...)
	if len(text) <= most {
		return text, nil
	}
	raw, err := json.Marshal(json.RawMessage(text))
	if n := len(raw); err == nil && n > most {
		return "", document.Fail("AXLE2807", fmt.Sprintf("the %s has %d characters, and AWS takes %d", what, n, most), "give fewer roles, or shorter paths", nil)
	}
	return string(raw), err
}

// SyncCaveats are what such a policy does not do.
var SyncCaveats = []string{
	"It does not bind the management account, nor service-linked roles: give each role and user there that is not axle's the permissions boundary, and let nobody there take it off.",
	"Who may assume a sync role may change experiences: keep its trust policy narrow.",
	"Attach it yourself, first to one test account: axle prints it, and attaches nothing.",
}
