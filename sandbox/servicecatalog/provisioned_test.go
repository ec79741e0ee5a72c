package servicecatalog_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
)

func self(key types.AccessLevelFilterKey) *types.AccessLevelFilter {
	return &types.AccessLevelFilter{Key: key, Value: aws.String("self")}
}

// Who lists which provisioned products: those of the account, of the role, of the session.
func TestAccessLevels(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	must(t, b.admit(b.hub, p.folio, types.PrincipalTypeIamPattern, "arn:aws:iam:::role/CatalogSpokeReader"))
	b.launch(b.builder(spoke), p, "one", nil)
	b.launch(b.builder(spoke), p, "two", nil)
	b.launch(b.as(spoke, "CatalogSpokeReader"), p, "three", nil)
	b.launch(b.builder(sister), p, "four", nil)
	tests := []struct {
		level *types.AccessLevelFilter
		scan  int // by default, one's own
		find  int // by default, the account's
	}{
		{nil, 2, 3}, {self(types.AccessLevelFilterKeyAccount), 3, 3}, {self(types.AccessLevelFilterKeyRole), 2, 2}, {self(types.AccessLevelFilterKeyUser), 2, 2},
	}
	for _, tt := range tests {
		scan, err := b.builder(spoke).ScanProvisionedProducts(t.Context(), &sc.ScanProvisionedProductsInput{AccessLevelFilter: tt.level})
		must(t, err)
		same(t, fmt.Sprint("scan ", tt.level), len(scan.ProvisionedProducts), tt.scan)
		find, err := b.builder(spoke).SearchProvisionedProducts(t.Context(), &sc.SearchProvisionedProductsInput{AccessLevelFilter: tt.level})
		must(t, err)
		same(t, fmt.Sprint("search ", tt.level), len(find.ProvisionedProducts), tt.find)
		same(t, "total", int(find.TotalResultsCount), tt.find)
	}
	_, err := b.builder(spoke).ScanProvisionedProducts(t.Context(), &sc.ScanProvisionedProductsInput{AccessLevelFilter: &types.AccessLevelFilter{Key: types.AccessLevelFilterKeyAccount, Value: aws.String(sister)}})
	wants(t, err, "InvalidParametersException", "self")
	_, err = b.builder(spoke).ScanProvisionedProducts(t.Context(), &sc.ScanProvisionedProductsInput{AccessLevelFilter: self("Team")})
	wants(t, err, "ValidationException", "accessLevelFilter")
}

// What a search can ask, and what it cannot here.
func TestSearchProvisioned(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	mine := b.launch(user, p, "mine", nil)
	b.launch(user, p, "other", nil)
	tests := []struct {
		name    string
		filters map[string][]string
		found   int
		code    string
	}{
		{"by name", map[string][]string{"SearchQuery": {"name:mine"}}, 1, ""},
		{"by id", map[string][]string{"SearchQuery": {"id:" + mine}}, 1, ""},
		{"by product", map[string][]string{"SearchQuery": {"productId:" + p.product}}, 2, ""},
		{"by version", map[string][]string{"SearchQuery": {"provisioningArtifactName:1.0.0"}}, 2, ""},
		{"by status", map[string][]string{"SearchQuery": {"status:TAINTED"}}, 0, ""},
		{"by text", map[string][]string{"SearchQuery": {"oth"}}, 1, ""},
		{"by tags", map[string][]string{"SearchQuery": {"tags:x"}}, 0, "NotImplemented"},
		{"two queries", map[string][]string{"SearchQuery": {"name:mine", "name:other"}}, 0, "NotImplemented"},
		{"another filter", map[string][]string{"Name": {"mine"}}, 0, "InvalidParametersException"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := user.SearchProvisionedProducts(t.Context(), &sc.SearchProvisionedProductsInput{Filters: tt.filters})
			wants(t, err, tt.code)
			if err == nil {
				same(t, "found", len(out.ProvisionedProducts), tt.found)
			}
		})
	}
	sorted, err := user.SearchProvisionedProducts(t.Context(), &sc.SearchProvisionedProductsInput{SortBy: aws.String("name"), SortOrder: types.SortOrderDescending})
	must(t, err)
	first := sorted.ProvisionedProducts[0]
	same(t, "sorted", *first.Name, "other")
	same(t, "product", *first.ProductName, "bucket")
	same(t, "user", *first.UserArn, "arn:aws:iam::"+spoke+":role/CatalogBuilder")
	_, err = user.SearchProvisionedProducts(t.Context(), &sc.SearchProvisionedProductsInput{SortBy: aws.String("age")})
	wants(t, err, "InvalidParametersException", "age")
}

// The history is kept, newest first, also of what is terminated.
func TestHistory(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	id := b.launch(user, p, "mine", nil)
	same(t, "an update without a change", b.update(user, id, p.artifact).Status, types.RecordStatusSucceeded)
	r, err := b.terminate(user, id)
	must(t, err)
	b.wait(user, *r.RecordId)
	b.launch(user, p, "other", nil)
	out, err := user.ListRecordHistory(t.Context(), &sc.ListRecordHistoryInput{SearchFilter: &types.ListRecordHistorySearchFilter{Key: aws.String("provisionedproduct"), Value: &id}})
	must(t, err)
	for i, want := range []string{"TERMINATE_PROVISIONED_PRODUCT", "UPDATE_PROVISIONED_PRODUCT", "PROVISION_PRODUCT"} {
		same(t, "type", *out.RecordDetails[i].RecordType, want)
		same(t, "status", out.RecordDetails[i].Status, types.RecordStatusSucceeded)
	}
	all, err := user.ListRecordHistory(t.Context(), &sc.ListRecordHistoryInput{SearchFilter: &types.ListRecordHistorySearchFilter{Key: aws.String("product"), Value: &p.product}})
	must(t, err)
	same(t, "of the product", len(all.RecordDetails), 4)
	_, err = user.ListRecordHistory(t.Context(), &sc.ListRecordHistoryInput{SearchFilter: &types.ListRecordHistorySearchFilter{Key: aws.String("team"), Value: &id}})
	wants(t, err, "InvalidParametersException", "team")
}

// A record says when it ended, however late it is asked, and what was done since does not change that.
func TestRecordKeepsItsTime(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	id := b.launch(user, p, "mine", nil)
	updated := func() map[string]time.Time {
		out, err := user.ListRecordHistory(t.Context(), &sc.ListRecordHistoryInput{})
		must(t, err)
		all := map[string]time.Time{}
		for _, r := range out.RecordDetails {
			if r.UpdatedTime.Before(*r.CreatedTime) || r.UpdatedTime.Sub(*r.CreatedTime) > time.Hour {
				t.Errorf("%s: from %s to %s", *r.RecordType, r.CreatedTime, r.UpdatedTime)
			}
			all[*r.RecordType] = *r.UpdatedTime
		}
		return all
	}
	first := updated()["PROVISION_PRODUCT"]
	b.sleep(24 * time.Hour)
	same(t, "a day later", updated()["PROVISION_PRODUCT"], first)
	r, err := b.terminate(user, id)
	must(t, err)
	b.wait(user, *r.RecordId)
	same(t, "after the next", updated()["PROVISION_PRODUCT"], first)
}

// A record keeps the outputs of its own moment.
func TestRecordKeepsItsOutputs(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	r, err := b.provision(user, p, "mine", map[string]string{"Owner": "first"})
	must(t, err)
	b.wait(user, *r.RecordId)
	b.update(user, *r.ProvisionedProductId, p.artifact, types.UpdateProvisioningParameter{Key: aws.String("Owner"), Value: aws.String("second")})
	owner := ""
	out, err := user.DescribeRecord(t.Context(), &sc.DescribeRecordInput{Id: r.RecordId})
	must(t, err)
	for _, o := range out.RecordOutputs {
		if *o.OutputKey == "Owner" {
			owner = *o.OutputValue
		}
	}
	same(t, "of the record", owner, "first")
	one, err := user.GetProvisionedProductOutputs(t.Context(), &sc.GetProvisionedProductOutputsInput{ProvisionedProductName: aws.String("mine"), OutputKeys: []string{"Owner"}})
	must(t, err)
	same(t, "outputs asked for", len(one.Outputs), 1)
	same(t, "of the product", *one.Outputs[0].OutputValue, "second")
}

// Another account's provisioned products and records are not there.
func TestProvisionedNamespace(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	id := b.launch(b.builder(spoke), p, "mine", nil)
	_, err := b.builder(sister).DescribeProvisionedProduct(t.Context(), &sc.DescribeProvisionedProductInput{Id: &id})
	wants(t, err, "ResourceNotFoundException", id)
	_, err = b.builder(sister).DescribeRecord(t.Context(), &sc.DescribeRecordInput{Id: aws.String("rec-nope")})
	wants(t, err, "ResourceNotFoundException", "rec-nope")
	b.launch(b.builder(sister), p, "mine", nil) // the same name in another account
	_, err = b.builder(spoke).DescribeProvisionedProduct(t.Context(), &sc.DescribeProvisionedProductInput{Id: &id, Name: aws.String("mine")})
	wants(t, err, "InvalidParametersException", "not both")
}
