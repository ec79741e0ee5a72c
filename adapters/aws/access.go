package aws

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// mayShare is an error where the organization no longer lets this account share with its nodes: the
// shares of an account that is no delegated administrator any more are gone, and with access
// switched off those that are there stand still, whoever moves (CT-21, X63).
func (r *region) mayShare(ctx context.Context) error {
	if !slices.ContainsFunc(r.scope.Portfolios, sharesWithNodes) {
		return nil
	}
	out, err := call(ctx, r.site, op{"servicecatalog", "GetAWSOrganizationsAccessStatus", repeatable}, func(ctx context.Context) (*servicecatalog.GetAWSOrganizationsAccessStatusOutput, error) {
		return r.catalog.GetAWSOrganizationsAccessStatus(ctx, &servicecatalog.GetAWSOrganizationsAccessStatusInput{})
	})
	if coded(err, "OperationNotSupportedException") {
		return document.Fail("AXLE3331", "account "+r.account+" may no longer share portfolios with the organization, and what it shared is gone: "+err.Error(),
			"in the management account: aws organizations register-delegated-administrator --account-id "+r.account+" --service-principal servicecatalog.amazonaws.com; then run again: every share is made anew", nil)
	}
	if err != nil {
		return err
	}
	if out.AccessStatus != types.AccessStatusEnabled {
		return document.Fail("AXLE3330", "sharing with the organization is "+string(out.AccessStatus)+": accounts that move neither gain nor lose a portfolio",
			"in the management account: aws servicecatalog enable-aws-organizations-access; then run again", nil)
	}
	return nil
}

func sharesWithNodes(p catalog.Portfolio) bool {
	return slices.ContainsFunc(p.Shares, func(s catalog.Share) bool { return s.Type != "ACCOUNT" })
}
