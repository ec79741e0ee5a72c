package aws_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox"
	lm "github.com/axle-cd/axle/sandbox/licensemanager"
)

// told answers calls by what is given for them; a second page has its text after a line of its own.
func (s *shop) told(answers map[string]string) {
	s.wire.next = trip(func(r *http.Request) (*http.Response, error) {
		text, is := answers[operation(r)]
		if !is {
			return s.sandbox.Transport().RoundTrip(r)
		}
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		first, second, _ := strings.Cut(text, "\n")
		if bytes.Contains(raw, []byte(`"NextToken":"more"`)) {
			first = second
		}
		return answer(r, fault{status: 200, body: first}), nil
	})
}

// LIC-7, LIC-8, L18: of what License Manager tells, the granter's own licences count, and of their entitlements
// the least that has an end; who bought the product itself is read to the last page.
func TestWhatLicenceManagerTells(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	page := func(texts ...string) string { return strings.Join(texts, " ") }
	s.told(map[string]string{
		"ListReceivedLicenses": page(`{"NextToken": "more", "Licenses": [{"LicenseArn": "a", "ProductSKU": "s", "Beneficiary": "`+granter+`", "Status": "AVAILABLE", "Issuer": {"Name": "acme"},`,
			`"ReceivedMetadata": {"AllowedOperations": ["CreateGrant", "SomethingNew"]}, "Validity": {"End": "2027-01-01T00:00:00Z"}, "Entitlements": [`,
			`{"Name": "x", "MaxCount": 3, "Overage": true, "Unit": "Count"}, {"Name": "y", "MaxCount": 9, "Unit": "Count"}, {"Name": "z", "MaxCount": 7, "Unit": "Count"}]}]}`) +
			"\n" + `{"Licenses": [{"LicenseArn": "b", "ProductSKU": "s", "Beneficiary": "` + first + `", "Status": "AVAILABLE"}]}`,
		"ListDistributedGrants": `{"Grants": []}`,
		"ListReceivedLicensesForOrganization": `{"NextToken": "more", "Licenses": [{"LicenseArn": "c", "ProductSKU": "s", "Beneficiary": "` + first + `", "Status": "AVAILABLE"}]}` +
			"\n" + page(`{"Licenses": [{"LicenseArn": "d", "ProductSKU": "s", "Beneficiary": "`+second+`", "Status": "EXPIRED"},`, `{"LicenseArn": "a", "ProductSKU": "s", "Beneficiary": "`+granter+`"}]}`),
	})
	e, err := aws.NewLicences(s.session, s.org, s.licences).Observe(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%+v", e.Licences); got != "[{ARN:a Name: SKU:s Product: Issuer:acme Region: Status:AVAILABLE Ends:2027-01-01T00:00:00Z Operations:[CreateGrant SomethingNew] Seats:7}]" {
		t.Error(got)
	}
	if got := fmt.Sprintf("%+v", e.Owned); got != "[{Licence:c SKU:s Account:333333333333 Status:AVAILABLE Ends:} {Licence:d SKU:s Account:444444444444 Status:EXPIRED Ends:}]" {
		t.Error(got)
	}
}

// LIC-8: a licence with two seats goes to two; the third is a finding.
func TestSeats(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.licence.Seats = 2
	s.buy(s.licence)
	for _, account := range []string{first, second, canary} {
		s.tag(account, tagOf, "true")
	}
	plan, got := s.pass()
	if got.Outcome != market.Conflict || len(plan.Notices) != 1 || plan.Notices[0].Kind != "seats" || plan.Notices[0].Account != canary {
		t.Errorf("%+v %+v", plan.Notices, got)
	}
	s.have(map[string]string{first: "ACTIVE", second: "ACTIVE"})
}

// LIC-9: a grant says by its tag that it is axle's: also where the state is lost it is taken when its time has come.
func TestOursByItsTag(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.licences.RevokeAfter = 0
	s.tag(first, tagOf, "true")
	s.pass()
	clear(s.books.marks)
	s.untag(first, tagOf)
	if plan, _ := s.pass(); plan.Revokes() != 1 {
		t.Errorf("%+v", plan)
	}
	s.have(map[string]string{first: "DELETED"})
}

// LIC-7, MKA-22: an activation replaces nothing that an account bought, unless that is asked for and agreed to.
func TestActivationsReplaceNothing(t *testing.T) {
	for on, want := range map[string]string{"skip": "DISTRIBUTED_GRANTS_ONLY", "replace": "ALL_GRANTS_PERMITTED_BY_ISSUER"} {
		s := newShop(t, sandbox.Options{})
		s.licences.OnConflict = on
		if on == "replace" {
			s.buy(lm.Licence{Holder: first})
		}
		s.tag(first, tagOf, "true")
		sent := ""
		s.wire.next = trip(func(r *http.Request) (*http.Response, error) {
			if operation(r) == "CreateGrantVersion" {
				raw, err := io.ReadAll(r.Body)
				if err != nil {
					return nil, err
				}
				r.Body, sent = io.NopCloser(bytes.NewReader(raw)), string(raw)
			}
			return s.sandbox.Transport().RoundTrip(r)
		})
		s.pass()
		if !strings.Contains(sent, `"ActivationOverrideBehavior":"`+want+`"`) {
			t.Errorf("%s: %s", on, sent)
		}
	}
}
