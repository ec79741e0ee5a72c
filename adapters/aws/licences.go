package aws

import (
	"context"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/axle-cd/axle/market"
)

// homeRegion is where Marketplace keeps its licences.
const homeRegion = "us-east-1"

// lm is a call of License Manager.
func lm(name string) op { return op{"license-manager", name, repeatable} }

// Licences is what an account holds, and whom it shares that with.
type Licences struct {
	granter *site
	org     *site // the organization's management account, or who administers License Manager for it
	file    *market.Licences
	session *Session
}

// NewLicences makes Licences that act as the organization's role. A granter that is another
// account has a role of the same name.
func NewLicences(s *Session, o market.Organization, l *market.Licences) *Licences {
	account, role := s.As(o.Role, o.ExternalID)
	granter := string(l.Granter)
	s.As(strings.Replace(o.Role, account, granter, 1), o.ExternalID)
	return &Licences{granter: s.at(granter, role, homeRegion), org: s.at(account, role, homeRegion), file: l, session: s}
}

// Observe reads the licences, their grants, what accounts bought themselves, and the accounts
// with their tags. What cannot be read to its end fails it all (LIC-2, L18).
func (l *Licences) Observe(ctx context.Context, known map[string]bool) (e market.Estate, err error) {
	if e.Licences, err = l.received(ctx); err != nil {
		return market.Estate{}, err
	}
	skus := map[string]bool{}
	for _, lic := range e.Licences {
		grants, err := l.grants(ctx, lic, known)
		if err != nil {
			return market.Estate{}, err
		}
		e.Grants = append(e.Grants, grants...)
		if skus[lic.SKU] {
			continue
		}
		skus[lic.SKU] = true
		owned, err := l.owned(ctx, lic.SKU)
		if err != nil {
			return market.Estate{}, err
		}
		e.Owned = append(e.Owned, owned...)
	}
	if e.Members, err = l.Members(ctx); err != nil {
		return market.Estate{}, err
	}
	return e, nil
}

// received are the licences that the granter bought; what was granted to it is not its to share.
func (l *Licences) received(ctx context.Context) (all []market.Licence, err error) {
	seen := map[string]bool{}
	err = l.granter.pagesOf(ctx, lm("ListReceivedLicenses"), func(ctx context.Context, token *string) (*string, error) {
		out, err := l.granter.granted.ListReceivedLicenses(ctx, &licensemanager.ListReceivedLicensesInput{MaxResults: sdk.Int32(100), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, g := range out.Licenses {
			if lic := licenceOf(g); sdk.ToString(g.Beneficiary) == string(l.file.Granter) && !seen[lic.ARN] {
				seen[lic.ARN] = true
				all = append(all, lic)
			}
		}
		return out.NextToken, nil
	})
	return all, err
}

func licenceOf(g types.GrantedLicense) market.Licence {
	l := market.Licence{ARN: sdk.ToString(g.LicenseArn), Name: sdk.ToString(g.LicenseName), SKU: sdk.ToString(g.ProductSKU), Product: sdk.ToString(g.ProductName),
		Region: sdk.ToString(g.HomeRegion), Status: string(g.Status)}
	if g.Issuer != nil {
		l.Issuer = sdk.ToString(g.Issuer.Name)
	}
	if g.Validity != nil {
		l.Ends = sdk.ToString(g.Validity.End)
	}
	if g.ReceivedMetadata != nil {
		l.Operations = texts(g.ReceivedMetadata.AllowedOperations)
	}
	for _, e := range g.Entitlements {
		if n := int(sdk.ToInt64(e.MaxCount)); n > 0 && !sdk.ToBool(e.Overage) && (l.Seats == 0 || n < l.Seats) {
			l.Seats = n
		}
	}
	return l
}

func texts[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, v := range all {
		out[i] = string(v)
	}
	return out
}

func filter(name, value string) []types.Filter {
	return []types.Filter{{Name: &name, Values: []string{value}}}
}

// grants are a licence's, with the sub-grants of those to many. Whether axle made one that is
// not known, its tags say.
func (l *Licences) grants(ctx context.Context, lic market.Licence, known map[string]bool) (all []market.Grant, err error) {
	err = l.granter.pagesOf(ctx, lm("ListDistributedGrants"), func(ctx context.Context, token *string) (*string, error) {
		out, err := l.granter.granted.ListDistributedGrants(ctx, &licensemanager.ListDistributedGrantsInput{
			Filters: filter("LicenseArn", lic.ARN), MaxResults: sdk.Int32(100), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, g := range out.Grants {
			all = append(all, grantOf(g))
		}
		return out.NextToken, nil
	})
	for i := 0; err == nil && i < len(all); i++ {
		g := &all[i]
		switch {
		case g.Parent != "" || g.Status == "DELETED":
		case known[g.ARN]:
			g.Ours = true
		default:
			g.Ours, err = l.ours(ctx, g.ARN)
		}
		if err == nil && g.Parent == "" && market.AccountOf(g.Principal) == "" && strings.HasPrefix(g.Status, "WORKFLOW_COMPLETE") {
			var subs []market.Grant
			subs, err = l.below(ctx, *g)
			all = append(all, subs...)
		}
	}
	return all, err
}

// below are the sub-grants of a grant to many.
func (l *Licences) below(ctx context.Context, parent market.Grant) (all []market.Grant, err error) {
	err = l.org.pagesOf(ctx, lm("ListReceivedGrantsForOrganization"), func(ctx context.Context, token *string) (*string, error) {
		out, err := l.org.granted.ListReceivedGrantsForOrganization(ctx, &licensemanager.ListReceivedGrantsForOrganizationInput{
			LicenseArn: &parent.Licence, Filters: filter("ParentArn", parent.ARN), MaxResults: sdk.Int32(100), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, g := range out.Grants {
			all = append(all, grantOf(g))
		}
		return out.NextToken, nil
	})
	return all, err
}

func grantOf(g types.Grant) market.Grant {
	return market.Grant{ARN: sdk.ToString(g.GrantArn), Parent: sdk.ToString(g.ParentArn), Licence: sdk.ToString(g.LicenseArn), Principal: sdk.ToString(g.GranteePrincipalArn),
		Status: string(g.GrantStatus), Reason: sdk.ToString(g.StatusReason), Version: sdk.ToString(g.Version), Operations: texts(g.GrantedOperations)}
}

// The tag that grants carry which axle made (LIC-9).
const tagKey, tagValue = "managed-by", "axle"

func (l *Licences) ours(ctx context.Context, arn string) (bool, error) {
	out, err := call(ctx, l.granter, lm("ListTagsForResource"), func(ctx context.Context) (*licensemanager.ListTagsForResourceOutput, error) {
		return l.granter.granted.ListTagsForResource(ctx, &licensemanager.ListTagsForResourceInput{ResourceArn: &arn})
	})
	if err != nil {
		return false, err
	}
	for _, t := range out.Tags {
		if sdk.ToString(t.Key) == tagKey && sdk.ToString(t.Value) == tagValue {
			return true, nil
		}
	}
	return false, nil
}

// owned are the licences of a product that accounts of the organization bought.
func (l *Licences) owned(ctx context.Context, sku string) (all []market.Owned, err error) {
	err = l.org.pagesOf(ctx, lm("ListReceivedLicensesForOrganization"), func(ctx context.Context, token *string) (*string, error) {
		out, err := l.org.granted.ListReceivedLicensesForOrganization(ctx, &licensemanager.ListReceivedLicensesForOrganizationInput{
			Filters: filter("ProductSKU", sku), MaxResults: sdk.Int32(100), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, g := range out.Licenses {
			if holder := sdk.ToString(g.Beneficiary); holder != string(l.file.Granter) {
				lic := licenceOf(g)
				all = append(all, market.Owned{Licence: lic.ARN, SKU: lic.SKU, Account: holder, Status: lic.Status, Ends: lic.Ends})
			}
		}
		return out.NextToken, nil
	})
	return all, err
}

// Members are the organization's accounts, each with its units and tags.
func (l *Licences) Members(ctx context.Context) (all []market.Member, err error) {
	err = l.org.pagesOf(ctx, op{"organizations", "ListAccounts", repeatable}, func(ctx context.Context, token *string) (*string, error) {
		out, err := l.org.members.ListAccounts(ctx, &organizations.ListAccountsInput{MaxResults: sdk.Int32(20), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, a := range out.Accounts {
			m := market.Member{Account: sdk.ToString(a.Id), Name: sdk.ToString(a.Name), State: string(a.State), Units: unitsIn(a.Paths), Tags: map[string]string{}}
			if m.State == "" {
				m.State = string(a.Status) // until AWS retires it
			}
			all = append(all, m)
		}
		return out.NextToken, nil
	})
	for i := 0; err == nil && i < len(all); i++ {
		err = l.tags(ctx, &all[i])
	}
	return all, err
}

func (l *Licences) tags(ctx context.Context, m *market.Member) error {
	return l.org.pagesOf(ctx, op{"organizations", "ListTagsForResource", repeatable}, func(ctx context.Context, token *string) (*string, error) {
		out, err := l.org.members.ListTagsForResource(ctx, &organizations.ListTagsForResourceInput{ResourceId: &m.Account, NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, t := range out.Tags {
			m.Tags[sdk.ToString(t.Key)] = sdk.ToString(t.Value)
		}
		return out.NextToken, nil
	})
}
