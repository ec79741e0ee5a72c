package aws_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"crypto/sha256"
	"encoding/hex"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// bed is a hub on the sandbox's default organization, under the real SDK client.
type bed struct {
	permit  catalog.Permit // of try: everything, where nothing is said
	t       *testing.T
	sandbox *sandbox.Sandbox
	session *aws.Session
	wire    *wire
	pins    *pins
	store   map[string][]byte // the artifact store
	files   *catalog.File
	spoke   string // of a fleet, one that sees the catalog
}

// full asks for the whole of what takes long: AXLE_FULL=1 go test ./adapters/aws.
var full = os.Getenv("AXLE_FULL") != ""

func newBed(t *testing.T) *bed {
	t.Helper()
	return newBedOf(t, "adapters/aws")
}

func newBedOf(t *testing.T, seed string) *bed {
	t.Helper()
	return newBedIn(t, sandbox.Options{Seed: []byte(seed)})
}

// newBedIn is a bed in another world.
func newBedIn(t *testing.T, o sandbox.Options) *bed {
	t.Helper()
	o.Wall = time.Now
	s, err := sandbox.New(world.Memory(), o)
	if err != nil {
		t.Fatal(err)
	}
	b := &bed{t: t, sandbox: s, wire: &wire{next: s.Transport()}, pins: &pins{ids: map[string]string{}}, store: map[string][]byte{}}
	b.session = b.newSession()
	b.files = &catalog.File{
		Hub: catalog.Hubs{Account: "999999999999", Regions: []string{"eu-west-1"}, Role: "CatalogHubPublisher", Bucket: "axle-artifacts"},
		Portfolios: map[string]catalog.PortfolioFile{
			"storage": {DisplayName: "Storage", ProviderName: "Platform team", Description: "Buckets", Tags: map[string]string{"cost": "1"},
				Principals: []catalog.PrincipalFile{{Type: "IAM_PATTERN", ARN: "arn:aws:iam:::role/CatalogBuilder"}},
				Shares:     []catalog.ShareFile{{OrganizationalUnit: "ou-ab12-11111111", Principals: true}}},
			"staging": {DisplayName: "Staging", ProviderName: "Platform team"},
		},
	}
	return b
}

func (b *bed) newSession() *aws.Session { return b.sessionOn(b.clock()) }

func (b *bed) sessionOn(clock aws.Clock) *aws.Session {
	k, err := b.sandbox.Credentials(b.t.Context(), "axle")
	if err != nil {
		b.t.Fatal(err)
	}
	return aws.New(aws.Options{Region: "eu-west-1", Transport: b.wire, Clock: clock,
		Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)})
}

func (b *bed) clock() aws.Clock {
	return aws.Clock{Sleep: b.sandbox.Sleep, Now: func() time.Time {
		now, err := b.sandbox.Now(context.WithoutCancel(b.t.Context()))
		if err != nil {
			b.t.Error(err)
		}
		return now
	}}
}

// product is a product.yaml of one bucket, in portfolio storage.
func product(version string) *products.File {
	return &products.File{Name: "bucket", Version: version, Owner: "team@example.com", Description: "A bucket", Type: "CLOUD_FORMATION_TEMPLATE",
		Tags: map[string]string{"cost": "1"}, Support: products.Support{Email: "team@example.com"},
		Portfolios: map[string]products.Placement{"storage": {Constraints: products.Constraints{Launch: &products.LaunchConstraint{LocalRoleName: "SCLaunchStorage"}}}}}
}

const templateText = `AWSTemplateFormatVersion: "2010-09-09"
Description: A bucket (%s)
Parameters:
  Owner: { Type: String, Default: nobody }
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: AES256 } }] }
      Tags: [{ Key: owner, Value: !Ref Owner }]
Outputs:
  Name: { Value: !Ref Bucket }
`

// release puts a template into the artifact store and gives its release.
func (b *bed) release(version string) catalog.Release {
	data := fmt.Appendf(nil, templateText, version)
	d := digestOf(data)
	b.store[d] = data
	return catalog.Release{Version: version, Digest: d, Template: d, Commit: "c0ffee", Changes: "Version " + version}
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (b *bed) open(digest string) ([]byte, error) {
	data, ok := b.store[digest]
	if !ok {
		return nil, fmt.Errorf("no artifact %s", digest)
	}
	return data, nil
}

func (b *bed) want(version string) catalog.Catalog {
	b.t.Helper()
	c, err := catalog.Want(b.files, product(version), b.release(version))
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *bed) hub(want catalog.Catalog) *aws.Hub {
	return aws.NewHub(b.session, b.files.Hub, want, b.pins, b.open)
}

// everything permits any plan.
func everything(plan []catalog.Change) ([]catalog.Change, error) { return plan, nil }

// publish reconciles, and fails the test unless the hub is then as wanted, in as many calls as
// were planned (CAT-51).
func (b *bed) publish(want catalog.Catalog) catalog.Report {
	b.t.Helper()
	mark, planned := b.mark(), 0
	r, err := catalog.Reconcile(b.t.Context(), b.hub(want), want, everything)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := r.Err(); err != nil {
		b.t.Fatal(err)
	}
	for _, c := range r.Applied {
		planned += c.Calls
	}
	if made := sent(b.since(mark), r.Applied); len(made) != planned && b.wire.quiet() {
		b.t.Errorf("planned %d calls, made %q for:\n%s", planned, made, strings.Join(catalog.Summary(r.Applied), "\n"))
	}
	return r
}

// pins keep ids in memory.
type pins struct {
	mu  sync.Mutex
	ids map[string]string
}

func (p *pins) Pin(kind, region, key string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ids[kind+" "+region+" "+key]
}

func (p *pins) SetPin(kind, region, key, id string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ids[kind+" "+region+" "+key] = id
	return nil
}

// wire is the way to AWS, with faults: a fault is asked before each request, by operation and
// how often that one was sent before.
type wire struct {
	next  http.RoundTripper
	fault func(operation string, nth int) fault
	mu    sync.Mutex
	sent  map[string]int
}

type fault struct {
	status int    // answer this, without effect
	code   string // with this code
	body   string // or with this body
	lost   bool   // let it have its effect, and lose the answer
	reset  bool   // lose the request
	cut    bool   // let it have its effect, and end the answer in its middle
	then   func() // and do this, after the effect
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	f := w.ask(operation(r))
	if f.then != nil {
		defer f.then()
	}
	switch {
	case f.reset:
		return nil, net.ErrClosed
	case f.status != 0:
		return answer(r, f), nil
	}
	out, err := w.next.RoundTrip(r)
	if err == nil && f.lost {
		out.Body.Close()
		return nil, net.ErrClosed
	}
	if err == nil && f.cut {
		out.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(io.LimitReader(out.Body, out.ContentLength/2), iotest.ErrReader(io.ErrUnexpectedEOF)), out.Body}
	}
	return out, err
}

func (w *wire) ask(name string) fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sent == nil {
		w.sent = map[string]int{}
	}
	w.sent[name]++
	if w.fault == nil {
		return fault{}
	}
	return w.fault(name, w.sent[name])
}

// quiet says that no fault is set: then each call is made once.
func (w *wire) quiet() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fault == nil
}

func (w *wire) count(name string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sent[name]
}

// set gives the wire another fault and counts from the start.
func (w *wire) set(f func(operation string, nth int) fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault, w.sent = f, map[string]int{}
}

// operation is a request's, by target, by form, or by method.
func operation(r *http.Request) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndex(target, ".")+1:]
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			return ""
		}
		r.Body = io.NopCloser(bytes.NewReader(raw))
		_, rest, _ := strings.Cut("&"+string(raw), "&Action=")
		name, _, _ := strings.Cut(rest, "&")
		return name
	}
	if strings.HasPrefix(r.URL.Host, "catalog.marketplace.") {
		return strings.TrimPrefix(r.URL.Path, "/")
	}
	return r.Method + "Object"
}

func answer(r *http.Request, f fault) *http.Response {
	body := fmt.Sprintf(`{"__type":%q,"Message":"by the test"}`, f.code)
	header := http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amzn-Requestid": {"request-by-test"}}
	if f.body != "" {
		body = f.body
	} else if strings.Contains(r.URL.Host, ".s3.") {
		body = fmt.Sprintf(`<Error><Code>%s</Code><Message>by the test</Message></Error>`, f.code)
		header.Set("Content-Type", "application/xml")
	} else if strings.HasPrefix(r.URL.Host, "catalog.marketplace.") {
		header.Set("X-Amzn-Errortype", f.code)
	} else if r.Header.Get("X-Amz-Target") == "" {
		body = fmt.Sprintf(`<ErrorResponse><Error><Code>%s</Code><Message>by the test</Message></Error><RequestId>request-by-test</RequestId></ErrorResponse>`, f.code)
		header.Set("Content-Type", "text/xml")
	}
	return &http.Response{StatusCode: f.status, Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r, ProtoMajor: 1, ProtoMinor: 1}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n  %s\nwant:\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// as is the SDK's configuration for a role, without the adapter.
func (b *bed) as(account, role string) sdk.Config {
	b.t.Helper()
	return b.assumed("axle", account, role)
}

// everything is the SDK's configuration for who may do anything in an account.
func (b *bed) everything(account string) sdk.Config {
	b.t.Helper()
	return b.assumed("management", account, bootstrap)
}

func (b *bed) assumed(by, account, role string) sdk.Config {
	b.t.Helper()
	k, err := b.sandbox.Credentials(b.t.Context(), by)
	if err != nil {
		b.t.Fatal(err)
	}
	c := b.keys(k)
	out, err := sts.NewFromConfig(c).AssumeRole(b.t.Context(), &sts.AssumeRoleInput{RoleArn: sdk.String("arn:aws:iam::" + account + ":role/" + role), RoleSessionName: sdk.String("by-hand")})
	if err != nil {
		b.t.Fatal(err)
	}
	c.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	return c
}

// keys is the SDK's configuration for these.
func (b *bed) keys(k world.Credential) sdk.Config {
	return sdk.Config{Region: "eu-west-1", HTTPClient: &http.Client{Transport: b.sandbox.Transport()},
		Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)}
}

// foreignStack makes a stack by hand.
func (b *bed) foreignStack(t products.StackTarget) {
	b.t.Helper()
	_, err := cloudformation.NewFromConfig(b.as(t.Account, t.Role)).CreateStack(b.t.Context(), &cloudformation.CreateStackInput{
		StackName: &t.Name, TemplateBody: sdk.String(templateText)})
	if err != nil {
		b.t.Fatal(err)
	}
}
