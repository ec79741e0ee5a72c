package licensemanager

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"

	"github.com/axle-cd/axle/sandbox/world"
)

const kindGrant = "lm-grant" // global, by ARN

// Grant passes a licence on to an account, or to the accounts below a unit or in an organization.
type Grant struct {
	ARN, Name, Licence, Granter, Principal, Region string
	Parent                                         string // of a sub-grant, which is not stored
	Operations                                     []types.AllowedOperation
	Status, Then                                   string    // Then: what the work that is under way leads to
	Due                                            time.Time // when it does
	Reason                                         string
	Version                                        int
	Override                                       types.ActivationOverrideBehavior
	Active                                         bool // of a grant to many: its sub-grants are active
	Tags                                           map[string]string
}

// settle gives the grant as it is by now.
func (g Grant) settle(now time.Time) Grant {
	if g.Then != "" && !now.Before(g.Due) {
		g.Status, g.Then = g.Then, ""
	}
	return g
}

// begin starts work that leads somewhere.
func (g *Grant) begin(c *world.Call, during, then types.GrantStatus) {
	g.Status, g.Then, g.Due = string(during), string(then), c.Now.Add(world.Takes(c, work, usualWork))
	g.Reason = ""
}

func put(c *world.Call, g Grant) { world.Put(global(c), kindGrant, g.ARN, g) }

// grantsOf are a licence's grants as they are now, in order of ARN; sub-grants follow their own.
func grantsOf(c *world.Call, licence string) (all []Grant) {
	for _, g := range world.List[Grant](global(c), kindGrant) {
		if g.Licence == licence {
			g = g.settle(c.Now)
			all = append(append(all, g), g.below(c)...)
		}
	}
	return all
}

// below are the sub-grants of a grant to many, one for each active account.
func (g Grant) below(c *world.Call) (all []Grant) {
	node, one := g.node()
	if one || g.Status != string(types.GrantStatusWorkflowCompleted) {
		return nil
	}
	for _, a := range world.AccountsUnder(c.In(g.Granter, ""), node) {
		if a.State != "ACTIVE" || a.ID == g.Granter {
			continue
		}
		sub := g
		sub.ARN, sub.Parent, sub.Principal = g.ARN+"-"+a.ID, g.ARN, "arn:aws:iam::"+a.ID+":root"
		if sub.Status = string(types.GrantStatusDisabled); g.Active {
			sub.Status = string(types.GrantStatusActive)
		}
		all = append(all, sub)
	}
	return all
}

// node is whom the grant is to: an account, or what accounts are below.
func (g Grant) node() (id string, account bool) {
	if id, ok := strings.CutPrefix(g.Principal, "arn:aws:iam::"); ok {
		return strings.TrimSuffix(id, ":root"), true
	}
	return g.Principal[strings.LastIndex(g.Principal, "/")+1:], false
}

// reaches says whether a grant, or a sub-grant, is the account's own.
func (g Grant) reaches(account string) bool {
	id, one := g.node()
	return one && id == account
}

func (g Grant) shown() types.Grant {
	s := types.Grant{GrantArn: &g.ARN, GrantName: &g.Name, LicenseArn: &g.Licence, GranteePrincipalArn: &g.Principal, HomeRegion: &g.Region,
		GrantStatus: types.GrantStatus(g.Status), GrantedOperations: g.Operations, Version: aws.String(strconv.Itoa(g.Version))}
	if g.Parent != "" {
		s.ParentArn = &g.Parent
	}
	if g.Reason != "" {
		s.StatusReason = &g.Reason
	}
	if g.Override != "" {
		s.Options = &types.Options{ActivationOverrideBehavior: g.Override}
	}
	return s
}

func (g Grant) fields(l Licence) map[string]string {
	return map[string]string{"LicenseArn": g.Licence, "GrantStatus": g.Status, "GranteePrincipalARN": g.Principal, "GranteePrincipalArn": g.Principal,
		"ProductSKU": l.SKU, "LicenseIssuerName": l.Issuer, "ParentArn": g.Parent, "GranterAccountId": g.Granter}
}

// others are the account's grants of the same product that are active beside this one, and
// whether it holds an active licence of its own.
func (g Grant) others(c *world.Call, l Licence) (grants []Grant, own bool) {
	account, one := g.node()
	if !one {
		return nil, false
	}
	for _, other := range world.List[Licence](global(c), kindLicence) {
		if other.SKU != l.SKU {
			continue
		}
		own = own || other.Holder == account && other.status(c.Now) == types.LicenseStatusAvailable
		for _, h := range grantsOf(c, other.ARN) {
			if h.ARN != g.ARN && h.reaches(account) && h.Status == string(types.GrantStatusActive) {
				grants = append(grants, h)
			}
		}
	}
	return grants, own
}

// principal says whether an ARN is an account's, a unit's or an organization's.
func principal(arn string) bool {
	account, ok := strings.CutPrefix(arn, "arn:aws:iam::")
	if ok {
		account, ok = strings.CutSuffix(account, ":root")
		return ok && len(account) == 12 && strings.Trim(account, "0123456789") == ""
	}
	rest, ok := strings.CutPrefix(arn, "arn:aws:organizations::")
	return ok && (strings.Contains(rest, ":ou/") || strings.Contains(rest, ":organization/"))
}

func within(want, have []types.AllowedOperation) bool {
	return !slices.ContainsFunc(want, func(op types.AllowedOperation) bool { return !slices.Contains(have, op) })
}
