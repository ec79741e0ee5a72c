package market

import (
	"fmt"
	"strings"

	"github.com/axle-cd/axle/document"
)

// purchasing are the actions with which somebody buys, or ends what was bought (LIC-11).
var purchasing = []string{
	"aws-marketplace:Subscribe", "aws-marketplace:Unsubscribe",
	"aws-marketplace:AcceptAgreementApprovalRequest", "aws-marketplace:RejectAgreementApprovalRequest",
	"aws-marketplace:CreateAgreementRequest", "aws-marketplace:AcceptAgreementRequest",
	"aws-marketplace:CancelAgreement", "aws-marketplace:CancelAgreementRequest",
	"aws-marketplace:UpdatePurchaseOrders",
	"aws-marketplace:AcceptAgreementPaymentRequest", "aws-marketplace:RejectAgreementPaymentRequest",
	"aws-marketplace:AcceptAgreementCancellationRequest", "aws-marketplace:RejectAgreementCancellationRequest",
}

// MostControl is how long a service control policy may be.
const MostControl = 5120

// PurchaseControl is the service control policy that lets one role of one account purchase, and
// nobody else. A role of that name in another account is not exempt, and cannot be made there (L17).
func PurchaseControl(role string) (string, error) {
	prefix, name, ok := strings.Cut(role, ":role/")
	account, isARN := strings.CutPrefix(prefix, "arn:aws:iam::")
	if !ok || !isARN || !document.AccountID(account).Valid() || name == "" || strings.ContainsAny(name, "*?\" ") {
		return "", document.Fail("AXLE1199", fmt.Sprintf("%q is not one role's ARN", role), "give arn:aws:iam::123456789012:role/path/name, without wildcards", nil)
	}
	return within("policy", MostControl,
		statement{Sid: "PurchaseByOneRole", Effect: "Deny", Action: purchasing, Resource: "*", Condition: map[string]map[string]any{"ArnNotEquals": {"aws:PrincipalArn": role}}},
		statement{Sid: "NoSecondRole", Effect: "Deny", Action: []string{"iam:CreateRole", "iam:UpdateAssumeRolePolicy"}, Resource: "arn:aws:iam::*:role/" + name,
			Condition: map[string]map[string]any{"StringNotEquals": {"aws:PrincipalAccount": account}}})
}

// PurchaseCaveats are what such a policy does not do.
var PurchaseCaveats = []string{
	"It does not bind the management account, nor service-linked roles: give people there a permissions boundary with the same statements.",
	"Who may assume the exempt role may purchase: keep its trust policy narrow.",
	"It ends no subscription that is there already.",
	"Attach it by a plan of your organization's own tooling, first to one test account: axle prints it, and attaches nothing.",
}
