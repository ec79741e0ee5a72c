package sandbox

import (
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/axle-cd/axle/sandbox"
)

// noise draws requests: of a service, of none, whole, broken, signed or not.
type noise struct {
	*rand.Rand
	operations []string // service:Operation of all that is here, and of some that are not
}

func (n noise) pick(of ...string) string { return of[n.IntN(len(of))] }

func (n noise) bytes(most int) string {
	b := make([]byte, n.IntN(most))
	for i := range b {
		b[i] = byte(n.Uint32())
	}
	return string(b)
}

// value is JSON of any shape, with AWS's names among its members.
func (n noise) value(depth int) any {
	switch n.IntN(9) {
	case 0:
		return nil
	case 1:
		return n.IntN(3) == 0
	case 2:
		return n.NormFloat64() * 1e12
	case 3, 4:
		return n.pick("", "s3", "arn:aws:iam::999999999999:role/x", "https://s3.amazonaws.com/b/k", "2026-01-01T00:00:00Z", "\x00", n.bytes(40), strings.Repeat("a", n.IntN(3000)))
	}
	if depth == 0 {
		return "leaf"
	}
	if n.IntN(3) == 0 {
		list := make([]any, n.IntN(4))
		for i := range list {
			list[i] = n.value(depth - 1)
		}
		return list
	}
	object := map[string]any{}
	for range n.IntN(6) {
		object[n.pick("Id", "Name", "PortfolioId", "ProductId", "PageToken", "NextToken", "PageSize", "MaxResults", "StackName", "TemplateBody", "Parameters",
			"Tags", "Key", "Value", "RoleArn", "RoleSessionName", "AccountId", "ParentId", "OrganizationNode", "Type", "IdempotencyToken", "Filters", n.bytes(9))] = n.value(depth - 1)
	}
	return object
}

func (n noise) body(service, operation string) string {
	kind := n.IntN(8)
	if versions[service] != "" && kind > 2 {
		kind = 2
	}
	switch kind {
	case 0:
		return n.bytes(200)
	case 1:
		return n.pick("", "{", "[]", "null", "<a>", "<Delete><Object>", "Action", "a=%zz", "Action=&Version=", strings.Repeat("[", 20000), strings.Repeat(`{"a":`, 5000))
	case 2:
		form := "Action=" + operation + "&Version=" + versions[service]
		for range n.IntN(6) {
			form += "&" + n.pick("StackName", "TemplateBody", "Tags.member.1.Key", "Tags.member.3.Key", "RoleArn", "Attributes.entry.1.key", "A.B.C.D", n.bytes(5)) + "=" + n.pick("x", "1", "%7B%7D", "Resources: {A: {Type: AWS::SNS::Topic}}", n.bytes(20))
		}
		return form
	}
	text, err := json.Marshal(n.value(4))
	if err != nil {
		return "{}"
	}
	return string(text)
}

func (n noise) operation() (service, name string) {
	service, name, _ = strings.Cut(n.operations[n.IntN(len(n.operations))], ":")
	return service, name
}

// prefixes are how JSON services are asked; versions how those are that take forms.
var (
	prefixes = map[string]string{"servicecatalog": "AWS242ServiceCatalogService", "organizations": "AWSOrganizationsV20161128", "sqs": "AmazonSQS",
		"license-manager": "AWSLicenseManager", "marketplace-agreement": "AWSMPCommerceService_v20200301", "servicequotas": "ServiceQuotasV20190624", "ssm": "AmazonSSM", "nobody": "Nobody"}
	versions = map[string]string{"cloudformation": "2010-05-15", "sts": "2011-06-15", "iam": "2010-05-08", "sns": "2010-03-31", "nobody": "x"}
)

func (n noise) request(t *testing.T, url string, sign func(r *http.Request, service, body string)) *http.Request {
	service, operation := n.operation()
	body := n.body(service, operation)
	path := n.pick("/", "/bucket", "/axle-artifacts-999999999999-eu-west-1/k", "/_sandbox/none", "/%2e%2e/x", "/service/X/operation/Y", "//", "/policy/validate") +
		n.pick("", "", "?list-type=2", "?versioning", "?policy", "?uploads", "?uploadId=x&partNumber=1", "?Action=ListUsers", "?X-Amz-Signature=x", "?%zz", "?max-keys=-1&list-type=2")
	method := n.pick("POST", "GET", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS")
	astray := n.IntN(3) == 0 // a request that does not fit together
	if service != "s3" && !astray {
		method, path = "POST", "/"
	}
	if service == "marketplace-catalog" && !astray {
		method, path = n.pick("POST", "POST", "GET", "PATCH"), "/"+operation+n.pick("", "", "?catalog=AWSMarketplace&entityId=exp-1&changeSetId=x", "?entityId=a&entityId=b", "?Catalog=x")
	}
	cbor := service == "marketplace-agreement" && n.IntN(2) == 0
	if cbor {
		path, body = "/service/"+prefixes[service]+"/operation/"+operation, n.pick("", "\xa0", "\xbf\xff", "\xa1kagreementIdcabc", "\xa1gcatalog\xfb\x7f\xf8\x00\x00\x00\x00\x00\x00",
			strings.Repeat("\x9f", 300), "\xa1gfilters\x9b\xff\xff\xff\xff\xff\xff\xff\xff", n.bytes(60))
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	contentType := "application/x-amz-json-1.1"
	if versions[service] != "" {
		contentType = "application/x-www-form-urlencoded"
	}
	if cbor {
		r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		contentType = "application/cbor"
	} else if prefixes[service] != "" {
		r.Header.Set("X-Amz-Target", prefixes[service]+"."+operation)
	}
	if strings.HasPrefix(service, "marketplace-") {
		service = "aws-marketplace"
	}
	if astray {
		contentType = n.pick("application/x-www-form-urlencoded", "application/xml", "application/cbor", "text/plain", "")
		service = n.pick("servicecatalog", "cloudformation", "s3", "access-analyzer", "nobody", "ssm", "aws-marketplace")
	}
	r.Header.Set("Content-Type", contentType)
	if n.IntN(8) == 0 {
		r.Header.Set("Content-Encoding", "aws-chunked")
		r.Header.Set("X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
	}
	if n.IntN(9) == 0 {
		r.Header.Set("Authorization", n.pick("AWS4-HMAC-SHA256 Credential=", "Basic eDp4", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=, Signature=", "\t"))
	} else {
		sign(r, service, body)
	}
	return r
}

// formed says whether an error is in a form of AWS's protocols.
func formed(method, contentType, body string) bool {
	var object map[string]any
	var document struct{ XMLName xml.Name }
	switch {
	case method == http.MethodHead:
		return body == ""
	case strings.Contains(contentType, "cbor"):
		v, err := cbor.Decode([]byte(body))
		_, object := v.(cbor.Map)
		return err == nil && object
	case strings.Contains(contentType, "json"):
		return json.Unmarshal([]byte(body), &object) == nil
	case strings.Contains(contentType, "xml"):
		return xml.Unmarshal([]byte(body), &document) == nil
	}
	return false
}

// Any bytes on any endpoint, over the port: an answer of the protocol, a 4xx or the 501 that says what is
// not here; no 500, no broken connection, and nothing waits. SBX-13
func TestGarbage(t *testing.T) {
	const requests, seed = 6000, 20261122
	s, _ := port(t, "default", "axle")
	server := httptest.NewServer(s)
	defer server.Close()
	n := noise{Rand: rand.New(rand.NewPCG(seed, 0)), operations: []string{"", "nobody:Nothing", "servicecatalog:../x", "cloudformation:Nothing", "organizations:EnableAllFeatures", "ssm:GetParameter"}}
	for _, op := range s.Coverage() {
		n.operations = append(n.operations, op.Service+":"+op.Operation)
	}
	k, err := s.Credentials(t.Context(), "axle")
	if err != nil {
		t.Fatal(err)
	}
	credentials := aws.Credentials{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey}
	sign := func(r *http.Request, service, body string) {
		sum := fmt.Sprintf("%x", sha256.Sum256([]byte(body)))
		if r.Header.Get("X-Amz-Content-Sha256") == "" {
			r.Header.Set("X-Amz-Content-Sha256", sum)
		}
		in := region
		if service == "aws-marketplace" {
			in = marketRegion
		}
		if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, r.Header.Get("X-Amz-Content-Sha256"), service, in, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	client, statuses := http.Client{Timeout: 20 * time.Second}, map[int]int{}
	for i := range requests {
		r := n.request(t, server.URL, sign)
		said := fmt.Sprintf("seed %d, request %d: %s %s %v", seed, i, r.Method, r.URL, r.Header)
		reply, err := client.Do(r)
		if err != nil {
			t.Fatalf("%s: %v", said, err)
		}
		body, err := io.ReadAll(reply.Body)
		reply.Body.Close()
		statuses[reply.StatusCode]++
		if err != nil || reply.StatusCode >= 500 && reply.StatusCode != http.StatusNotImplemented {
			t.Errorf("%s: %s %s %v", said, reply.Status, body, err)
		}
		if reply.StatusCode >= 400 && !formed(r.Method, reply.Header.Get("Content-Type"), string(body)) {
			t.Errorf("%s: %s is in no protocol: %q", said, reply.Status, body)
		}
	}
	t.Log(statuses)
	for _, status := range []int{200, 400, 403, 404, 501} {
		if statuses[status] < 10 {
			t.Errorf("%d of %d are answered with %d: the noise does not reach that", statuses[status], requests, status)
		}
	}
	if calls, err := s.Calls(t.Context(), 0); err != nil || !slices.ContainsFunc(calls, func(c sandbox.Call) bool { return c.Mutating && c.Outcome == "ok" }) {
		t.Errorf("nothing was changed by %d requests: %v", requests, err)
	}
}
