package sandbox_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/sandbox"
)

// Whatever a caller of good standing sends, to any service: an answer below 500, or the 501
// that names what is not here. SBX-13
func FuzzHandler(f *testing.F) {
	seeds := []struct{ service, target, contentType, method, path, body string }{
		{"servicecatalog", "AWS242ServiceCatalogService.CreateProduct", "", "POST", "/", `{"Name":"x","Owner":"y","ProductType":"CLOUD_FORMATION_TEMPLATE","IdempotencyToken":"t","ProvisioningArtifactParameters":{"Info":{"LoadTemplateFromURL":"https://x"}}}`},
		{"servicecatalog", "AWS242ServiceCatalogService.ListPortfolios", "", "POST", "/", `{"PageSize":-1,"PageToken":"0"}`},
		{"servicecatalog", "AWS242ServiceCatalogService.ProvisionProduct", "", "POST", "/", `{"ProvisionToken":"t"}`},
		{"organizations", "AWSOrganizationsV20161128.ListAccounts", "", "POST", "/", `{"NextToken":"zzzzzzzzzzzzzzzzzz"}`},
		{"cloudformation", "", "application/x-www-form-urlencoded", "POST", "/", "Action=CreateStack&Version=2010-05-15&StackName=s&TemplateBody=%7B%22Resources%22%3A%7B%22T%22%3A%7B%22Type%22%3A%22AWS%3A%3ASNS%3A%3ATopic%22%7D%7D%7D"},
		{"cloudformation", "", "application/x-www-form-urlencoded", "POST", "/", "Action=DescribeStackEvents&StackName=s&NextToken=x"},
		{"sts", "", "application/x-www-form-urlencoded", "POST", "/", "Action=AssumeRole&RoleArn=arn:aws:iam::333333333333:role/CatalogBuilder&RoleSessionName=xx"},
		{"s3", "", "", "PUT", "/axle-artifacts-999999999999-eu-west-1/k", "body"},
		{"s3", "", "", "GET", "/axle-artifacts-999999999999-eu-west-1?list-type=2&max-keys=x", ""},
		{"s3", "", "", "POST", "/axle-artifacts-999999999999-eu-west-1/k?uploads", ""},
		{"s3", "", "", "POST", "/axle-artifacts-999999999999-eu-west-1?delete", "<Delete><Object><Key>k</Key></Object></Delete>"},
		{"s3", "", "", "GET", "/axle-artifacts-999999999999-eu-west-1?versions&max-keys=1&key-marker=a", ""},
		{"sqs", "AmazonSQS.CreateQueue", "", "POST", "/", `{"QueueName":"q","Attributes":{"RedrivePolicy":"{}"}}`},
		{"sqs", "AmazonSQS.ReceiveMessage", "", "POST", "/", `{"QueueUrl":"https://x/999999999999/q","MaxNumberOfMessages":-1}`},
		{"sqs", "AmazonSQS.DeleteMessage", "", "POST", "/", `{"QueueUrl":"//","ReceiptHandle":"eCB5"}`},
		{"license-manager", "AWSLicenseManager.CreateGrant", "", "POST", "/", `{"ClientToken":"t","Principals":[""],"Tags":[{}],"HomeRegion":"x","LicenseArn":"arn"}`},
		{"aws-marketplace", "", "", "POST", "/StartChangeSet", `{"Catalog":"AWSMarketplace","ClientRequestToken":"t","ChangeSet":[{"ChangeType":"CreateExperience","ChangeName":"New","Entity":{"Type":"Experience@1.0"},"DetailsDocument":{"Name":"n"}},{"ChangeType":"AllowProductProcurement","Entity":{"Type":"Experience@1.0","Identifier":"$New.Entity.Identifier"},"Details":"{\"Products\":[{\"Ids\":[\"p\"]}]}"}]}`},
		{"aws-marketplace", "", "", "POST", "/StartChangeSet", `{"Catalog":"AWSMarketplace","ClientRequestToken":"u","ChangeSet":[{"ChangeType":"AssociateAudience","Entity":{"Type":"Experience@1.0","Identifier":"exp-1@1"},"DetailsDocument":{"Principals":[1,null]}}]}`},
		{"aws-marketplace", "", "", "POST", "/ListChangeSets", `{"Catalog":"AWSMarketplace","FilterList":[{"Name":"BeforeEndTime","ValueList":["2026-01-01T00:00:00Z"]}],"Sort":{"SortBy":"EndTime"},"MaxResults":-1}`},
		{"aws-marketplace", "", "", "POST", "/ListEntities", `{"Catalog":"AWSMarketplace","EntityType":"Experience","EntityTypeFilters":{"OfferFilters":{}},"NextToken":"x"}`},
		{"aws-marketplace", "", "", "GET", "/DescribeEntity?catalog=AWSMarketplace&entityId=exp-1", ""},
		{"aws-marketplace", "", "", "POST", "/service/AWSMPCommerceService_v20200301/operation/SearchAgreements", "\xbfgfilters\x81\xa2dnameiPartyTypefvalues\x81hAcceptor\xff"},
		{"aws-marketplace", "AWSMPCommerceService_v20200301.SearchAgreements", "", "POST", "/", `{"filters":[{"name":"PartyType","values":["Acceptor"]},{"name":"AgreementType","values":["PurchaseAgreement"]}]}`},
		{"servicequotas", "ServiceQuotasV20190624.ListServiceQuotas", "", "POST", "/", `{"ServiceCode":"servicecatalog","NextToken":"-1"}`},
		{"sns", "", "application/x-www-form-urlencoded", "POST", "/", "Action=CreateTopic&Version=2010-03-31&Name=t&Attributes.entry.1.key=Policy&Attributes.entry.1.value=%7B"},
		{"sns", "", "application/x-www-form-urlencoded", "POST", "/", "Action=Subscribe&Version=2010-03-31&TopicArn=arn:aws:sns:eu-west-1:999999999999:t&Protocol=sqs&Endpoint=arn:aws:sqs:::&Attributes.entry.1.key=FilterPolicy&Attributes.entry.1.value=%7B%22a%22%3A%5B%5B%5D%5D%7D"},
		{"s3", "", "", "PUT", "/new-bucket", "<CreateBucketConfiguration>"},
	}
	for _, s := range seeds {
		f.Add(s.service, s.target, s.contentType, s.method, s.path, s.body)
	}
	s := newSandbox(f, sandbox.Options{Seed: []byte("fuzz")})
	k, err := s.Credentials(f.Context(), "axle")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, service, target, contentType, method, path, body string) {
		r := httptest.NewRequest("POST", "https://127.0.0.1/", strings.NewReader(body))
		if !strings.ContainsAny(method+path, " \r\n\x00") && method != "" {
			r.Method = method
		}
		r.URL.Path, r.URL.RawQuery, _ = strings.Cut(path, "?")
		for name, value := range map[string]string{"X-Amz-Target": target, "Content-Type": contentType} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		if strings.HasPrefix(r.URL.Path, "/service/") {
			r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		}
		signFor(t, r, k, service, time.Now())
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != 501 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}
