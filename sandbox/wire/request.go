package wire

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Protocol is how a request and its reply are written.
type Protocol int

const (
	JSON     Protocol = iota + 1 // awsJson1.1
	Query                        // awsQuery
	REST                         // restXml; the service reads the request itself
	RESTJSON                     // restJson1, as AWS Marketplace Catalog has it
	CBOR                         // rpc-v2-cbor
)

// Bodies are refused above these sizes.
const (
	MaxBody   = 8 << 20
	MaxObject = 64 << 20 // S3
)

// Request is what an HTTP request names. For REST the service names Operation and
// Resource.
type Request struct {
	Protocol                   Protocol
	Service, Operation, Region string
	Signature                  *Signature // nil: unsigned
	Resource                   string     // what a REST request is on: bucket/key
	HTTP                       *http.Request
	Body                       []byte
	form                       url.Values
}

// targets and versions say whose a target prefix or a Query API version is.
var (
	targets = map[string]string{
		"AWS242ServiceCatalogService":    "servicecatalog",
		"AWSOrganizationsV20161128":      "organizations",
		"AWSLicenseManager":              "license-manager",
		"AWSMPCommerceService_v20200301": "marketplace-agreement",
		"AWSEvents":                      "events",
		"AmazonSSM":                      "ssm",
		"ServiceQuotasV20190624":         "servicequotas",
		"AmazonSQS":                      "sqs",
	}
	versions = map[string]string{
		"2011-06-15": "sts",
		"2010-05-15": "cloudformation",
		"2010-03-31": "sns",
		"2010-05-08": "iam",
	}
)

// marketplace is the name that two services sign with: they are told apart by target and path.
const marketplace = "aws-marketplace"

// signs is the name that a service signs with.
func signs(service string) string {
	if service == "marketplace-catalog" || service == "marketplace-agreement" {
		return marketplace
	}
	return service
}

// protocols are those of the services that are here and have one.
var protocols = map[string]Protocol{
	"servicecatalog": JSON, "organizations": JSON, "sqs": JSON, "servicequotas": JSON,
	"sts": Query, "cloudformation": Query, "sns": Query, "s3": REST,
}

// Read reads the body, within its limit, and says which service and operation are meant.
// The Request is usable for an error's form also when there is an error.
func Read(r *http.Request) (*Request, *Error) {
	req := &Request{HTTP: r}
	sig, err := parseSignature(r)
	if sig != nil {
		req.Signature, req.Service, req.Region = sig, sig.Service, sig.Region
	}
	named := req.route()
	if err != nil {
		return req, err
	}
	if named != "" && req.Service != "" && signs(named) != req.Service {
		return req, Fail("SignatureDoesNotMatch", "Credential should be scoped to correct service: '%s'.", signs(named)).With(http.StatusForbidden)
	}
	if req.Service == "" || named != "" {
		req.Service = named
	}
	if err := req.readBody(); err != nil {
		return req, err
	}
	if err := req.readForm(); err != nil {
		return req, err
	}
	if its := protocols[req.Service]; its != 0 && its != req.Protocol {
		return req, Fail("UnknownOperationException", "%s is not asked in the protocol of this request.", req.Service)
	}
	return req, nil
}

// route finds the protocol, and the service and operation where a header or the query names them.
func (req *Request) route() string {
	r := req.HTTP
	if target, op, ok := cborOperation(r); ok {
		req.Protocol, req.Operation = CBOR, op
		return targets[target]
	}
	if prefix, op, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		req.Protocol, req.Operation = JSON, op
		return targets[prefix]
	}
	if req.Service == marketplace {
		req.Protocol, req.Operation = RESTJSON, restOperation(r)
		return "marketplace-catalog"
	}
	if req.Service == "s3" { // an object may well be of a form's type
		req.Protocol = REST
		return ""
	}
	if isForm(r) || r.URL.Query().Has("Action") {
		req.Protocol = Query
		return versions[r.URL.Query().Get("Version")]
	}
	req.Protocol = REST
	return ""
}

func isForm(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

func (req *Request) readBody() *Error {
	limit := int64(MaxBody)
	if req.Protocol == REST {
		limit = MaxObject
	}
	if req.HTTP.Body == nil {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(req.HTTP.Body, limit+1))
	if err != nil {
		return Fail("IncompleteBody", "The request body could not be read: %v", err)
	}
	if int64(len(body)) > limit {
		return Fail("RequestEntityTooLarge", "The request body is larger than %d bytes.", limit).With(http.StatusRequestEntityTooLarge)
	}
	req.Body = body
	return nil
}

// readForm reads action and version of a Query request from its body or its URL.
func (req *Request) readForm() *Error {
	if req.Protocol != Query {
		return nil
	}
	raw := req.HTTP.URL.RawQuery
	if isForm(req.HTTP) {
		raw = string(req.Body)
	}
	form, err := url.ParseQuery(raw)
	if err != nil {
		return Fail("MalformedQueryString", "The form cannot be read: %v", err)
	}
	req.form, req.Operation = form, form.Get("Action")
	if named := versions[form.Get("Version")]; req.Service == "" {
		req.Service = named
	} else if named != "" && named != req.Service {
		return Fail("SignatureDoesNotMatch", "Credential should be scoped to correct service: '%s'.", named).With(http.StatusForbidden)
	}
	if req.Operation == "" {
		return Fail("MissingAction", "The request names no Action.")
	}
	return nil
}

// Decode fills into, a pointer to the SDK's input or to a Rest.
func (req *Request) Decode(into any) *Error {
	var err *Error
	switch rest, ok := into.(*Rest); {
	case ok:
		*rest, err = readRest(req)
	case req.Protocol == JSON:
		err = decodeJSON(req.Body, into)
	case req.Protocol == RESTJSON:
		err = decodeRest(req, into)
	case req.Protocol == CBOR:
		err = decodeCBOR(req.Body, into)
	case req.Protocol == Query:
		err = decodeQuery(req.form, into)
	default:
		err = Fail("MalformedInput", "The request is not in the protocol of %s.", req.Service)
	}
	switch {
	case err != nil && err.Code == notImplemented:
		err.Message = req.Service + ":" + req.Operation + "." + err.Message
	case err != nil:
		err.Message = strings.TrimPrefix(err.Message, ".") // a path begins with its first member's dot
	}
	return err
}

// Digested is an input as text, in which nothing that it holds is left out.
func (req *Request) Digested(in any) ([]byte, error) {
	if req.Protocol == RESTJSON { // its documents are hidden from encoding/json
		return encodeJSON(in), nil
	}
	return json.Marshal(in)
}
