package wire_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/marketplaceagreement"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"

	"github.com/axle-cd/axle/sandbox/wire"
)

const formBody = "application/x-www-form-urlencoded"

func scope(service string) string {
	return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260304/eu-west-1/" + service +
		"/aws4_request, SignedHeaders=host;x-amz-date, Signature=00"
}

func signed(method, url, body, service string, header ...string) *http.Request {
	return request(method, url, body, append(header, "Authorization", scope(service), "X-Amz-Date", "20260304T050607Z")...)
}

// Whose request it is comes from scope, target, action, path and host. SBX-7
func TestRoutes(t *testing.T) {
	cases := []struct {
		name               string
		r                  *http.Request
		protocol           wire.Protocol
		service, operation string
		region, code       string
	}{
		{name: "JSON target", r: signed("POST", "/", "{}", "servicecatalog", "X-Amz-Target", "AWS242ServiceCatalogService.ListPortfolios"),
			protocol: wire.JSON, service: "servicecatalog", operation: "ListPortfolios", region: "eu-west-1"},
		{name: "form action", r: signed("POST", "/", "Action=DescribeStacks&Version=2010-05-15", "cloudformation", "Content-Type", formBody),
			protocol: wire.Query, service: "cloudformation", operation: "DescribeStacks", region: "eu-west-1"},
		{name: "action in the URL", r: signed("GET", "/?Action=GetCallerIdentity&Version=2011-06-15", "", "sts"),
			protocol: wire.Query, service: "sts", operation: "GetCallerIdentity", region: "eu-west-1"},
		{name: "Marketplace Catalog, by its path", r: signed("POST", "/ListEntities", "{}", "aws-marketplace"),
			protocol: wire.RESTJSON, service: "marketplace-catalog", operation: "ListEntities", region: "eu-west-1"},
		{name: "Marketplace Catalog, in the query", r: signed("PATCH", "/CancelChangeSet?catalog=x", "", "aws-marketplace"),
			protocol: wire.RESTJSON, service: "marketplace-catalog", operation: "CancelChangeSet", region: "eu-west-1"},
		{name: "Marketplace Catalog, by another method", r: signed("POST", "/DescribeEntity?catalog=x", "", "aws-marketplace"),
			protocol: wire.RESTJSON, service: "marketplace-catalog", region: "eu-west-1"},
		{name: "agreements in CBOR", r: signed("POST", "/service/AWSMPCommerceService_v20200301/operation/SearchAgreements", "\xa0", "aws-marketplace", "Smithy-Protocol", "rpc-v2-cbor"),
			protocol: wire.CBOR, service: "marketplace-agreement", operation: "SearchAgreements", region: "eu-west-1"},
		{name: "agreements in JSON", r: signed("POST", "/", "{}", "aws-marketplace", "X-Amz-Target", "AWSMPCommerceService_v20200301.SearchAgreements"),
			protocol: wire.JSON, service: "marketplace-agreement", operation: "SearchAgreements", region: "eu-west-1"},
		{name: "agreements, signed as themselves", r: signed("POST", "/", "{}", "marketplace-agreement", "X-Amz-Target", "AWSMPCommerceService_v20200301.SearchAgreements"),
			protocol: wire.JSON, service: "marketplace-agreement", operation: "SearchAgreements", region: "eu-west-1", code: "SignatureDoesNotMatch"},
		{name: "S3", r: signed("PUT", "/bucket/key", "x", "s3"), protocol: wire.REST, service: "s3", region: "eu-west-1"},
		{name: "S3, an object of a form's type", r: signed("PUT", "/bucket/key", "a=b", "s3", "Content-Type", formBody),
			protocol: wire.REST, service: "s3", region: "eu-west-1"},
		{name: "version 2 of the signature, in the URL", r: request("GET", "/bucket/key?AWSAccessKeyId=AKID&Signature=x&Expires=1", ""),
			protocol: wire.REST, code: "InvalidRequest"},
		{name: "version 2 of the signature, in the header", r: request("GET", "/bucket/key", "", "Authorization", "AWS AKID:x"),
			protocol: wire.REST, code: "InvalidRequest"},
		{name: "unsigned, by version", r: request("POST", "/", "Action=AssumeRoleWithWebIdentity&Version=2011-06-15", "Content-Type", formBody),
			protocol: wire.Query, service: "sts", operation: "AssumeRoleWithWebIdentity"},
		{name: "presigned S3", r: request("GET", "/bucket/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID/20260304/eu-west-1/s3/aws4_request"+
			"&X-Amz-Date=20260304T050607Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00", ""),
			protocol: wire.REST, service: "s3", region: "eu-west-1"},
		{name: "a service that is not here", r: signed("POST", "/", "{}", "kinesis", "X-Amz-Target", "Kinesis_20131202.ListStreams"),
			protocol: wire.JSON, service: "kinesis", operation: "ListStreams", region: "eu-west-1"},
		{name: "scope of another service, JSON", r: signed("POST", "/", "{}", "sts", "X-Amz-Target", "AWS242ServiceCatalogService.ListPortfolios"),
			protocol: wire.JSON, service: "sts", operation: "ListPortfolios", region: "eu-west-1", code: "SignatureDoesNotMatch"},
		{name: "scope of another service, form", r: signed("POST", "/", "Action=DescribeStacks&Version=2010-05-15", "sts", "Content-Type", formBody),
			protocol: wire.Query, service: "sts", operation: "DescribeStacks", region: "eu-west-1", code: "SignatureDoesNotMatch"},
		{name: "a Query service asked in JSON", r: signed("POST", "/", "{}", "cloudformation", "X-Amz-Target", "CloudFormation_20100515.DescribeStacks"),
			protocol: wire.JSON, service: "cloudformation", operation: "DescribeStacks", region: "eu-west-1", code: "UnknownOperationException"},
		{name: "a JSON service asked by a form", r: signed("POST", "/", "Action=ListPortfolios", "servicecatalog", "Content-Type", formBody),
			protocol: wire.Query, service: "servicecatalog", operation: "ListPortfolios", region: "eu-west-1", code: "UnknownOperationException"},
		{name: "a JSON service without a target", r: signed("GET", "/", "", "servicecatalog"),
			protocol: wire.REST, service: "servicecatalog", region: "eu-west-1", code: "UnknownOperationException"},
		{name: "no action", r: signed("POST", "/", "Version=2011-06-15", "sts", "Content-Type", formBody),
			protocol: wire.Query, service: "sts", region: "eu-west-1", code: "MissingAction"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			req, err := wire.Read(c.r)
			code := ""
			if err != nil {
				code = err.Code
			}
			got := []any{req.Protocol, req.Service, req.Operation, req.Region, code}
			if want := []any{c.protocol, c.service, c.operation, c.region, c.code}; !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// Bodies have an end. SBX-13
func TestBodyLimit(t *testing.T) {
	for _, c := range []struct {
		service string
		size    int
		want    int
	}{
		{"servicecatalog", wire.MaxBody, 0},
		{"servicecatalog", wire.MaxBody + 1, http.StatusRequestEntityTooLarge},
		{"s3", wire.MaxBody + 1, 0},
	} {
		r := signed("POST", "/", strings.Repeat(" ", c.size), c.service)
		if c.service != "s3" {
			r.Header.Set("X-Amz-Target", "AWS242ServiceCatalogService.ListPortfolios")
		}
		_, err := wire.Read(r)
		if err == nil && c.want != 0 || err != nil && err.Status != c.want {
			t.Errorf("%s, %d bytes: %v", c.service, c.size, err)
		}
	}
}

// Malformed input is refused by name; a member the types do not have is 501. SBX-5, SBX-13
func TestMalformed(t *testing.T) {
	cases := []struct{ name, body, want string }{
		{"not JSON", `{"Id":`, "SerializationException: The body is not JSON: unexpected EOF"},
		{"two values", `{} {}`, "SerializationException: The body has more than one JSON value"},
		{"a list", `[]`, "SerializationException: The body: not an object"},
		{"a number for text", `{"DisplayName": 7}`, "SerializationException: DisplayName: not a string"},
		{"text for a list", `{"Tags": "x"}`, "SerializationException: Tags: not a list"},
		{"deep inside", `{"Tags": [{"Key": {}}]}`, "SerializationException: Tags.0.Key: not a string"},
		{"an unknown member", `{"Tags": [{"Colour": 1}]}`, "NotImplemented: servicecatalog:CreatePortfolio.Tags.0.Colour"},
		{"the client's own field", `{"noSmithyDocumentSerde": {}}`, "NotImplemented: servicecatalog:CreatePortfolio.noSmithyDocumentSerde"},
	}
	for _, c := range cases {
		req, werr := wire.Read(signed("POST", "/", c.body, "servicecatalog", "X-Amz-Target", "AWS242ServiceCatalogService.CreatePortfolio"))
		if werr != nil {
			t.Fatal(werr)
		}
		if err := req.Decode(&servicecatalog.CreatePortfolioInput{}); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

func TestMalformedForm(t *testing.T) {
	cases := []struct{ name, body, want string }{
		{"a gap in a list", "Tags.member.1.Key=a&Tags.member.3.Key=b", "InvalidParameterValue: Tags.member: number 2 is missing"},
		{"a list without numbers", "Tags.member=a", "InvalidParameterValue: Tags: not a list of member"},
		{"a list by another name", "Tags.item.1.Key=a", "InvalidParameterValue: Tags: not a list of member"},
		{"text for a bool", "DisableRollback=maybe", `InvalidParameterValue: DisableRollback: "maybe" is not a bool`},
		{"a structure for text", "StackName.x=a", "InvalidParameterValue: StackName: not a structure"},
		{"an unknown member", "Shape=a", "NotImplemented: cloudformation:CreateStack.Shape"},
		{"too deep", strings.Repeat("a.", 20) + "a=1", "InvalidParameterValue: " + strings.Repeat("a.", 20) + "a: too deep"},
		{"an empty list", "Tags=", ""},
	}
	for _, c := range cases {
		req, werr := wire.Read(signed("POST", "/", "Action=CreateStack&Version=2010-05-15&"+c.body, "cloudformation", "Content-Type", formBody))
		if werr != nil {
			t.Fatal(werr)
		}
		got := ""
		if err := req.Decode(&cloudformation.CreateStackInput{}); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// wellBehaved says what holds for any input: 4xx or 501, never a panic. SBX-13
func wellBehaved(t *testing.T, r *http.Request, into any) {
	req, err := wire.Read(r)
	if err == nil {
		err = req.Decode(into)
	}
	if err != nil && (err.Status < 400 || err.Status >= 500 && err.Status != 501) {
		t.Errorf("status %d: %v", err.Status, err)
	}
}

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"DisplayName":"x","Tags":[{"Key":"a","Value":null}]}`, `[1e999]`, `{"Tags":[[[[`, "\x00", `{"":{}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		wellBehaved(t, signed("POST", "/", body, "servicecatalog", "X-Amz-Target", "AWS242ServiceCatalogService.CreatePortfolio"), &servicecatalog.CreatePortfolioInput{})
		wellBehaved(t, signed("POST", "/", body, "servicecatalog", "X-Amz-Target", "AWS242ServiceCatalogService.X"), &servicecatalog.DescribePortfolioShareStatusOutput{})
	})
}

func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"Tags.member.1.Key=a", "Tags.member.1=", "Parameters.member.1.ParameterValue=%zz", "A.B.C&&=;", "ResourcesToImport.member.1.ResourceIdentifier.entry.1.key=x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		wellBehaved(t, signed("POST", "/", "Action=CreateChangeSet&"+body, "cloudformation", "Content-Type", formBody), &cloudformation.CreateChangeSetInput{})
	})
}

func FuzzREST(f *testing.F) {
	const chunked = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	f.Add("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", chunked, "5")
	f.Add("ffffffffffffffff\r\n", chunked, "0")
	f.Add("plain", "UNSIGNED-PAYLOAD", "")
	f.Add("0\r\n:\r\n", chunked, "")
	f.Fuzz(func(t *testing.T, body, sum, length string) {
		r := signed("PUT", "/b/k", body, "s3")
		r.Header.Set("X-Amz-Content-Sha256", sum)
		r.Header.Set("X-Amz-Decoded-Content-Length", length)
		wellBehaved(t, r, &wire.Rest{})
	})
}

func FuzzSignature(f *testing.F) {
	f.Add(scope("sts"), "20260304T050607Z", "X-Amz-Signature=0&X-Amz-Expires=9")
	f.Add("AWS4-HMAC-SHA256 ,,,=", "", "X-Amz-Signature")
	f.Fuzz(func(t *testing.T, auth, date, query string) {
		r := request("GET", "/", "", "Authorization", auth, "X-Amz-Date", date)
		r.URL.RawQuery = query
		wellBehaved(t, r, &wire.Rest{})
	})
}

// An S3 body may come in chunks, with its checksum behind it; both are held to what was sent. SBX-11
func TestChunked(t *testing.T) {
	const hello = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
	cases := []struct{ name, body, length, want string }{
		{"whole", hello, "5", "hello"},
		{"in two", "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", "5", "hello"},
		{"wrong checksum", strings.Replace(hello, "NhCmhg", "AAAAAA", 1), "5", "BadDigest"},
		{"other length", hello, "6", "IncompleteBody"},
		{"cut off", hello[:8], "5", "IncompleteBody"},
		{"no size", "hello", "5", "IncompleteBody"},
		{"a trailer that is none", "0\r\nAuthorization: x\r\n\r\n", "0", "IncompleteBody"},
	}
	for _, c := range cases {
		req, err := wire.Read(signed("PUT", "/b/k", c.body, "s3", "X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "X-Amz-Decoded-Content-Length", c.length))
		if err != nil {
			t.Fatal(err)
		}
		var rest wire.Rest
		got := ""
		if err := req.Decode(&rest); err != nil {
			got = err.Code
		} else {
			got = string(rest.Body)
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// Known sums of "123456789", from the catalogues of each algorithm.
func TestChecksums(t *testing.T) {
	for name, want := range map[string]string{
		"crc32": "y/Q5Jg==", "crc32c": "4waSgw==", "crc64nvme": "rosUhgp5mIg=",
		"sha1": "98O8HYCOBHMq32eZZczDTKeuNEE=", "sha256": "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
	} {
		if got := wire.Checksum(name, []byte("123456789")); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// The query of a restJson1 operation, its documents and unions. SBX-5, SBX-8, SBX-13, MKA-30
func TestMalformedRest(t *testing.T) {
	cases := []struct {
		name, method, path, body string
		into                     any
		want                     string
	}{
		{"a member unknown", "GET", "/DescribeEntity?catalog=a&colour=b", "", &marketplacecatalog.DescribeEntityInput{}, "NotImplemented: marketplace-catalog:DescribeEntity.colour"},
		{"a member as the body has it", "GET", "/DescribeEntity?Catalog=a", "", &marketplacecatalog.DescribeEntityInput{}, "NotImplemented: marketplace-catalog:DescribeEntity.Catalog"},
		{"a member twice", "GET", "/DescribeEntity?catalog=a&catalog=b", "", &marketplacecatalog.DescribeEntityInput{}, "NotImplemented: marketplace-catalog:DescribeEntity.catalog"},
		{"a body", "GET", "/DescribeEntity?catalog=a", "{}", &marketplacecatalog.DescribeEntityInput{}, "SerializationException: The operation has no body"},
		{"a union of two", "POST", "/ListEntities", `{"EntityTypeFilters":{"OfferFilters":{},"OfferSetFilters":{}}}`, &marketplacecatalog.ListEntitiesInput{}, "SerializationException: EntityTypeFilters: not an object with one member"},
		{"a union's member unknown", "POST", "/ListEntities", `{"EntityTypeFilters":{"Colours":{}}}`, &marketplacecatalog.ListEntitiesInput{}, "NotImplemented: marketplace-catalog:ListEntities.EntityTypeFilters.Colours"},
		{"deep in a union", "POST", "/ListEntities", `{"EntityTypeFilters":{"OfferFilters":{"Name":7}}}`, &marketplacecatalog.ListEntitiesInput{}, "SerializationException: EntityTypeFilters.OfferFilters.Name: not an object"},
		{"a document of any shape", "POST", "/StartChangeSet", `{"ChangeSet":[{"DetailsDocument":[1,{"a":null}]}]}`, &marketplacecatalog.StartChangeSetInput{}, ""},
	}
	for _, c := range cases {
		req, werr := wire.Read(signed(c.method, c.path, c.body, "aws-marketplace"))
		if werr != nil {
			t.Fatal(werr)
		}
		got := ""
		if err := req.Decode(c.into); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// CBOR that is broken, too deep or of other types is refused; whole numbers, times and nulls are read. SBX-13, MKA-30
func TestMalformedCBOR(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"nothing", "", ""},
		{"an empty map", "\xa0", ""},
		{"a member", "\xa1kagreementIdcabc", ""},
		{"null", "\xa1kagreementId\xf6", ""},
		{"a list", "\x80", "SerializationException: The body: not an object"},
		{"null alone", "\xf6", "SerializationException: The body: not an object"},
		{"a number for text", "\xa1kagreementId\x01", "SerializationException: agreementId: not a string"},
		{"a member in Go's letters", "\xa1kAgreementIdcabc", "NotImplemented: marketplace-agreement:DescribeAgreement.AgreementId"},
		{"cut short", "\xa1kagreem", "SerializationException: The body is not CBOR"},
		{"too deep", strings.Repeat("\x81", 300), "SerializationException: The body is not CBOR"},
		{"no number", "\xa1kagreementId\xfb\x7f\xf8\x00\x00\x00\x00\x00\x00", "SerializationException: The body has a number that is none"},
		{"a tag", "\xa1kagreementId\xc2cabc", "SerializationException: The body has a CBOR tag 2"},
		{"too long", strings.Repeat("\x00", 1<<20+1), "RequestEntityTooLarge: A CBOR body is at most 1048576 bytes."},
	} {
		req, werr := wire.Read(signed("POST", "/service/AWSMPCommerceService_v20200301/operation/DescribeAgreement", c.body, "aws-marketplace", "Smithy-Protocol", "rpc-v2-cbor"))
		if werr != nil {
			t.Fatal(werr)
		}
		got := ""
		if err := req.Decode(&marketplaceagreement.DescribeAgreementInput{}); err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
