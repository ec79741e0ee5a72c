package market

import (
	"encoding/json"
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
func PurchaseControl(role string) (policy string, err error) {
	prefix, name, ok := strings.Cut(role, ":role/")
	account, isARN := strings.CutPrefix(prefix, "arn:aws:iam::")
	if !ok || !isARN || !principal(account) || len(account) != 12 || name == "" || strings.ContainsAny(name, "*?\" ") {
		return "", document.Fail("AXLE1199", fmt.Sprintf("%q is not one role's ARN", role), "give arn:aws:iam::123456789012:role/path/name, without wildcards", nil)
	}
	type statement struct {
		Sid, Effect string
		Action      []string
		Resource    string
		Condition   map[string]map[string]string
	}
	doc := struct {
		Version   string
		Statement []statement
	}{"2012-10-17", []statement{
		{"PurchaseByOneRole", "Deny", purchasing, "*", map[string]map[string]string{"ArnNotEquals": {"aws:PrincipalArn": role}}},
		{"NoSecondRole", "Deny", []string{"iam:CreateRole", "iam:UpdateAssumeRolePolicy"}, "arn:aws:iam::*:role/" + name,
			map[string]map[string]string{"StringNotEquals": {"aws:PrincipalAccount": account}}},
	}}
	raw, err := json.Marshal(doc)
	if err == nil && len(raw) > MostControl {
		err = document.Fail("AXLE2821", fmt.Sprintf("the policy has %d characters, and AWS takes %d", len(raw), MostControl), "give a role with a shorter path", nil)
	}
	return string(raw), err
}

// PurchaseCaveats are what such a policy does not do.
var PurchaseCaveats = []string{
	"It does not bind the management account, nor service-linked roles: give people there a permissions boundary with the same statements.",
	"Who may assume the exempt role may purchase: keep its trust policy narrow.",
	"It ends no subscription that is there already.",
	"Attach it by a plan of your organization's own tooling, first to one test account: axle prints it, and attaches nothing.",
}
