package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// nodes are the share types that are nodes of the organization; ACCOUNT is an account by itself.
var nodes = map[string]types.OrganizationNodeType{
	"ORGANIZATION":                types.OrganizationNodeTypeOrganization,
	"ORGANIZATIONAL_UNIT":         types.OrganizationNodeTypeOrganizationalUnit,
	"ORGANIZATION_MEMBER_ACCOUNT": types.OrganizationNodeTypeAccount,
}

// receiver is whom a share is with, as the calls take it: an account, or a node.
func receiver(s catalog.Share) (account *string, node *types.OrganizationNode) {
	if s.Type == "ACCOUNT" {
		return sdk.String(s.Node), nil
	}
	return nil, &types.OrganizationNode{Type: nodes[s.Type], Value: sdk.String(s.Node)}
}

// shares reads whom a portfolio is shared with. AWS tells who was not reached only by the
// token of the action, so the token of one that was not seen to its end stays pinned.
func (r *region) shares(ctx context.Context, key, portfolio string) ([]catalog.Share, error) {
	var all []catalog.Share
	for _, t := range types.DescribePortfolioShareType("").Values() {
		err := r.pages(ctx, "DescribePortfolioShares", func(ctx context.Context, token *string) (*string, error) {
			out, err := r.catalog.DescribePortfolioShares(ctx, &servicecatalog.DescribePortfolioSharesInput{PortfolioId: &portfolio, Type: t, PageToken: token, PageSize: 100})
			if err != nil {
				return nil, err
			}
			for _, d := range out.PortfolioShareDetails {
				all = append(all, catalog.Share{Type: string(t), Node: bare(sdk.ToString(d.PrincipalId)), TagOptions: d.ShareTagOptions, Principals: d.SharePrincipals,
					Accepted: d.Accepted && t == types.DescribePortfolioShareTypeAccount})
			}
			return out.NextPageToken, nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b catalog.Share) int { return compareText(a.Type, b.Type, a.Node, b.Node) })
	return all, r.unfinished(ctx, key, all)
}

// bare is a node's id, which AWS gives alone or at the end of its ARN.
func bare(node string) string { return node[strings.LastIndex(node, "/")+1:] }

// asked is pinned in place of an action's token while it is asked for. Where that stays, whoever
// asked was killed, and only asking again tells the token: AWS gives that of the share which is there.
const asked = "asked"

// unfinished marks the shares whose last action is not known to have reached everybody.
func (r *region) unfinished(ctx context.Context, key string, all []catalog.Share) error {
	for i, s := range all {
		action := r.pin("share", shareKey(key, s))
		if action == "" {
			continue
		}
		if action == asked {
			all[i].Errors = []catalog.ShareError{{Account: "all", Code: catalog.EndUnseen, Message: "nobody saw the end of the share"}}
			continue
		}
		status, err := r.shareStatus(ctx, action)
		if err != nil && !answered(err, missing) {
			return err
		}
		if err == nil {
			all[i].Errors = notReached(status)
		}
		if len(all[i].Errors) == 0 {
			if err := r.setPin("share", shareKey(key, s), ""); err != nil {
				return err
			}
		}
	}
	return nil
}

func shareKey(portfolio string, s catalog.Share) string {
	return portfolio + "/" + s.Type + "/" + s.Node
}

func (r *region) shareStatus(ctx context.Context, action string) (*servicecatalog.DescribePortfolioShareStatusOutput, error) {
	o := op{"servicecatalog", "DescribePortfolioShareStatus", ofNew}
	return call(ctx, r.site, o, func(ctx context.Context) (*servicecatalog.DescribePortfolioShareStatusOutput, error) {
		return r.catalog.DescribePortfolioShareStatus(ctx, &servicecatalog.DescribePortfolioShareStatusInput{PortfolioShareToken: &action})
	})
}

// notReached is who a share action did not reach. An account that had the portfolio already
// (DuplicateResourceException) has it.
func notReached(s *servicecatalog.DescribePortfolioShareStatusOutput) []catalog.ShareError {
	var all []catalog.ShareError
	if s.ShareDetails != nil {
		for _, e := range s.ShareDetails.ShareErrors {
			if sdk.ToString(e.Error) == "DuplicateResourceException" {
				continue
			}
			for _, a := range e.Accounts {
				all = append(all, catalog.ShareError{Account: a, Code: sdk.ToString(e.Error), Message: sdk.ToString(e.Message)})
			}
		}
	}
	if len(all) == 0 && s.Status != types.ShareStatusCompleted && s.Status != types.ShareStatusCompletedWithErrors {
		all = append(all, catalog.ShareError{Account: "all", Code: string(s.Status), Message: "the share is " + string(s.Status)})
	}
	return all
}

// attempts is how often a share that did not reach everybody is made anew.
const attempts = 3

// share makes a share whole. A share in error is of no use until it is removed and made
// again; making it again over itself would do nothing, and say nothing (CT-5, CT-7).
func (r *region) share(ctx context.Context, c catalog.Change) error {
	portfolio := r.ids["portfolio/"+c.Portfolio]
	left, err := r.followPinned(ctx, c)
	if err != nil {
		return err
	}
	there := r.shareSeen(c)
	for n := 0; left == nil || len(left) > 0; n++ {
		if n == attempts {
			return notShared(c, left)
		}
		if len(left) > 0 {
			still, err := r.unshare(ctx, c, portfolio)
			if err != nil {
				return err
			}
			if len(still) > 0 { // made again over what is left, it would do nothing
				left = still
				continue
			}
			there = nil
		}
		if left, err = r.shareOnce(ctx, c, portfolio); err != nil {
			return err
		}
	}
	if there != nil && (there.TagOptions != c.Share.TagOptions || there.Principals != c.Share.Principals) {
		return r.updateShare(ctx, c)
	}
	return r.setPin("share", shareKey(c.Portfolio, *c.Share), "")
}

// shareSeen is the change's share as it was seen, or nil.
func (r *region) shareSeen(c catalog.Change) *catalog.Share {
	folio := r.seen.Portfolio(c.Region, c.Portfolio)
	if folio == nil {
		return nil
	}
	i := slices.IndexFunc(folio.Shares, func(s catalog.Share) bool { return s.Type == c.Share.Type && s.Node == c.Share.Node })
	if i < 0 {
		return nil
	}
	return &folio.Shares[i]
}

// followPinned goes on with a share action of an earlier process. nil is: there is none.
func (r *region) followPinned(ctx context.Context, c catalog.Change) ([]catalog.ShareError, error) {
	action := r.pin("share", shareKey(c.Portfolio, *c.Share))
	if action == "" || action == asked {
		return nil, nil
	}
	left, err := r.follow(ctx, action)
	if answered(err, missing) {
		return nil, nil
	}
	return left, err
}

func (r *region) shareOnce(ctx context.Context, c catalog.Change, portfolio string) ([]catalog.ShareError, error) {
	in := &servicecatalog.CreatePortfolioShareInput{PortfolioId: &portfolio, ShareTagOptions: c.Share.TagOptions, SharePrincipals: c.Share.Principals}
	in.AccountId, in.OrganizationNode = receiver(*c.Share)
	if in.OrganizationNode != nil {
		if err := r.setPin("share", shareKey(c.Portfolio, *c.Share), asked); err != nil {
			return nil, err
		}
	}
	o := op{"servicecatalog", "CreatePortfolioShare", r.effect(repeatable, portfolio)}
	out, err := call(ctx, r.site, o, func(ctx context.Context) (*servicecatalog.CreatePortfolioShareOutput, error) {
		return r.catalog.CreatePortfolioShare(ctx, in)
	})
	if err != nil {
		return nil, err
	}
	return r.followNew(ctx, c, out.PortfolioShareToken)
}

// updateShare changes what goes with a share. It is refused while another action runs (CT-6).
func (r *region) updateShare(ctx context.Context, c catalog.Change) error {
	portfolio := r.ids["portfolio/"+c.Portfolio]
	in := &servicecatalog.UpdatePortfolioShareInput{PortfolioId: &portfolio, ShareTagOptions: sdk.Bool(c.Share.TagOptions), SharePrincipals: sdk.Bool(c.Share.Principals)}
	in.AccountId, in.OrganizationNode = receiver(*c.Share)
	out, err := call(ctx, r.site, op{"servicecatalog", "UpdatePortfolioShare", repeatable}, func(ctx context.Context) (*servicecatalog.UpdatePortfolioShareOutput, error) {
		return r.catalog.UpdatePortfolioShare(ctx, in)
	})
	if err != nil {
		return err
	}
	left, err := r.followNew(ctx, c, out.PortfolioShareToken)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return notShared(c, left)
	}
	return r.setPin("share", shareKey(c.Portfolio, *c.Share), "")
}

func (r *region) removeShare(ctx context.Context, c catalog.Change) error {
	left, err := r.unshare(ctx, c, r.ids["portfolio/"+c.Portfolio])
	if err == nil && len(left) > 0 {
		err = notShared(c, left)
	}
	return err
}

// unshare removes a share, and gives whom its removal did not reach.
func (r *region) unshare(ctx context.Context, c catalog.Change, portfolio string) ([]catalog.ShareError, error) {
	in := &servicecatalog.DeletePortfolioShareInput{PortfolioId: &portfolio}
	in.AccountId, in.OrganizationNode = receiver(*c.Share)
	out, err := call(ctx, r.site, op{"servicecatalog", "DeletePortfolioShare", repeatable}, func(ctx context.Context) (*servicecatalog.DeletePortfolioShareOutput, error) {
		return r.catalog.DeletePortfolioShare(ctx, in)
	})
	if err != nil && !answered(err, missing) {
		return nil, err
	}
	if err == nil && sdk.ToString(out.PortfolioShareToken) != "" {
		if left, err := r.follow(ctx, *out.PortfolioShareToken); err != nil || len(left) > 0 {
			return left, err
		}
	}
	return nil, r.setPin("share", shareKey(c.Portfolio, *c.Share), "")
}

// followNew pins the action before it waits for it: a killed run goes on with it. An account
// share has none, and is done at once.
func (r *region) followNew(ctx context.Context, c catalog.Change, action *string) ([]catalog.ShareError, error) {
	if sdk.ToString(action) == "" {
		return []catalog.ShareError{}, nil
	}
	if err := r.setPin("share", shareKey(c.Portfolio, *c.Share), *action); err != nil {
		return nil, err
	}
	if err := r.session.clock.Sleep(ctx, sharing); err != nil {
		return nil, err
	}
	return r.follow(ctx, *action)
}

// follow waits for the end of a share action. The list is never nil.
func (r *region) follow(ctx context.Context, action string) ([]catalog.ShareError, error) {
	left := []catalog.ShareError{}
	err := r.poll(ctx, "the portfolio share", sharePause, func() (bool, error) {
		s, err := r.shareStatus(ctx, action)
		if err != nil || s.Status == types.ShareStatusNotStarted || s.Status == types.ShareStatusInProgress {
			return false, err
		}
		left = append(left, notReached(s)...)
		return true, nil
	})
	return left, err
}

func notShared(c catalog.Change, left []catalog.ShareError) error {
	lines := make([]string, len(left))
	for i, e := range left {
		lines[i] = fmt.Sprintf("%s: %s: %s", e.Account, e.Code, e.Message)
	}
	return document.Fail("AXLE3214", fmt.Sprintf("portfolio %s did not reach every account of %s: %s", c.Portfolio, c.Share.Node, strings.Join(lines, "; ")),
		"see to those accounts, then run again: the share is made anew", nil)
}
