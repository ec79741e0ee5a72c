package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/marketplaceagreement"
	agreementtypes "github.com/aws/aws-sdk-go-v2/service/marketplaceagreement/types"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/document"
	catalogtypes "github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	sctypes "github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/sandbox/wire"
)

const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

// clients are AWS's own, whose requests wire reads and who read wire's replies.
var clients = map[string]func(aws.Config) any{
	"servicecatalog":       func(c aws.Config) any { return servicecatalog.NewFromConfig(c) },
	"organizations":        func(c aws.Config) any { return organizations.NewFromConfig(c) },
	"cloudformation":       func(c aws.Config) any { return cloudformation.NewFromConfig(c) },
	"sts":                  func(c aws.Config) any { return sts.NewFromConfig(c) },
	"iam":                  func(c aws.Config) any { return iam.NewFromConfig(c) },
	"sns":                  func(c aws.Config) any { return sns.NewFromConfig(c) },
	"sqs":                  func(c aws.Config) any { return sqs.NewFromConfig(c) },
	"servicequotas":        func(c aws.Config) any { return servicequotas.NewFromConfig(c) },
	"marketplacecatalog":   func(c aws.Config) any { return marketplacecatalog.NewFromConfig(c) },
	"marketplaceagreement": func(c aws.Config) any { return marketplaceagreement.NewFromConfig(c) },
}

// signs is the name that a client signs with, and read the one under which wire knows its service.
func signs(service string) string {
	if strings.HasPrefix(service, "marketplace") {
		return "aws-marketplace"
	}
	return service
}

func read(service string) string {
	return strings.Replace(service, "marketplace", "marketplace-", 1)
}

// unsigned operations carry no signature.
var unsigned = map[string]bool{"AssumeRoleWithSAML": true, "AssumeRoleWithWebIdentity": true}

// answering is the other end of a client's wire.
type answering func(*http.Request) (wire.Reply, error)

func (f answering) RoundTrip(r *http.Request) (*http.Response, error) {
	reply, err := f(r)
	if err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	reply.Write(w, r.Method)
	return w.Result(), nil
}

func client(service string, f answering) reflect.Value {
	return reflect.ValueOf(clients[service](aws.Config{
		Region:           "eu-west-1",
		Credentials:      credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", secret, "token"),
		HTTPClient:       &http.Client{Transport: f},
		RetryMaxAttempts: 1,
	}))
}

// operations are a client's methods that take and give an operation's shapes.
func operations(service string) map[string]reflect.Type {
	all := map[string]reflect.Type{}
	t := client(service, nil).Type()
	for i := range t.NumMethod() {
		m := t.Method(i)
		if m.Type.NumIn() == 4 && strings.HasSuffix(m.Type.In(2).String(), m.Name+"Input") {
			all[m.Name] = m.Type.In(2).Elem()
		}
	}
	return all
}

func call(client reflect.Value, operation string, in reflect.Value) (any, error) {
	out := client.MethodByName(operation).Call([]reflect.Value{reflect.ValueOf(context.Background()), in})
	err, _ := out[1].Interface().(error)
	return out[0].Interface(), err
}

// fill sets every member, lists and maps with two entries.
func fill(v reflect.Value, depth int) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 3, 4, 5, 6, 7, 250e6, time.UTC)))
	case v.Kind() == reflect.Interface:
		hold(v, depth)
	case v.Kind() == reflect.Pointer:
		if depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), depth)
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "ResultMetadata" {
				fill(v.Field(i), depth-1)
			}
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		v.SetBytes([]byte{0, 255, 10})
	case v.Kind() == reflect.Slice:
		if depth > 0 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			fill(v.Index(0), depth)
			fill(v.Index(1), depth)
		}
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for _, k := range []string{"a key", "b&="} {
			elem := reflect.New(v.Type().Elem()).Elem()
			fill(elem, depth)
			v.SetMapIndex(reflect.ValueOf(k).Convert(v.Type().Key()), elem)
		}
	case v.Kind() == reflect.String:
		v.SetString(`tëxt & <"more">`)
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(42)
	case v.CanFloat():
		v.SetFloat(0.5)
	}
}

// hold sets a document, or a union to one of its members.
func hold(v reflect.Value, depth int) {
	if depth <= 0 {
		return
	}
	for _, member := range []any{
		document.NewLazyDocument(map[string]any{"Name": "x", "List": []any{1, true, nil}}),
		&catalogtypes.EntityTypeFiltersMemberOfferFilters{}, &catalogtypes.EntityTypeSortMemberOfferSort{},
		&catalogtypes.FrameworkFiltersMemberAMISecurityFilters{}, &catalogtypes.FrameworkSummaryMemberAMISecuritySummary{},
		&agreementtypes.AcceptedTermMemberLegalTerm{}, &agreementtypes.PriceIncreaseMemberFixedPercentage{},
		&agreementtypes.RequestedTermConfigurationMemberRenewalTermConfiguration{}, &agreementtypes.TermTemplateMemberPaymentScheduleTermTemplate{},
	} {
		m := reflect.ValueOf(member)
		if !m.Type().Implements(v.Type()) {
			continue
		}
		if value := reflect.Indirect(m).FieldByName("Value"); value.CanSet() {
			fill(value, depth)
		}
		v.Set(m)
		return
	}
}

func filled(t reflect.Type) reflect.Value {
	v := reflect.New(t)
	fill(v.Elem(), 6)
	return v
}

// Every operation of every client: the input arrives as it was, the signature holds, and the
// client reads the reply as it was. SBX-8, SBX-12
func TestEveryOperation(t *testing.T) {
	for service := range clients {
		for operation, input := range operations(service) {
			if unread[service+"/"+operation] != "" || service == "sqs" { // its client compares sums of what it is sent
				continue
			}
			t.Run(service+"/"+operation, func(t *testing.T) { both(t, service, operation, input) })
		}
	}
}

func both(t *testing.T, service, operation string, input reflect.Type) {
	in := filled(input)
	var out reflect.Value
	c := client(service, func(r *http.Request) (wire.Reply, error) {
		req, werr := wire.Read(r)
		if werr != nil {
			t.Fatal(werr)
		}
		if req.Service != read(service) || req.Operation != operation {
			t.Errorf("read as %s:%s", req.Service, req.Operation)
		}
		if !unsigned[operation] {
			if err := req.Verify(secret, time.Now()); err != nil {
				t.Error(err)
			}
		}
		got := reflect.New(input)
		if err := req.Decode(got.Interface()); err != nil {
			t.Fatal(err)
		}
		if !same(got.Interface(), in.Interface()) {
			t.Errorf("the input did not arrive:\ngot  %#v\nsent %#v", got.Elem(), in.Elem())
		}
		return req.Succeed(out.Interface(), "id"), nil
	})
	m, _ := c.Type().MethodByName(operation)
	out = filled(m.Type.Out(0).Elem())
	got, err := call(c, operation, in)
	if err != nil {
		t.Fatal(err)
	}
	plain(reflect.ValueOf(got).Elem())
	if !same(got, out.Interface()) {
		t.Errorf("the reply did not arrive:\ngot  %#v\nsent %#v", reflect.ValueOf(got).Elem(), out.Elem())
	}
}

// plain drops the client's own bookkeeping.
func plain(v reflect.Value) { v.FieldByName("ResultMetadata").SetZero() }

// same compares two of the SDK's structs; times and documents may come in another guise.
func same(a, b any) bool {
	even(reflect.ValueOf(a))
	even(reflect.ValueOf(b))
	return reflect.DeepEqual(a, b)
}

// even gives times in UTC, and documents as their text.
func even(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(v.Interface().(time.Time).UTC()))
	case v.Kind() == reflect.Pointer && !v.IsNil():
		even(v.Elem())
	case v.Kind() == reflect.Interface && !v.IsNil():
		if d, ok := v.Interface().(document.Interface); ok {
			raw, _ := json.Marshal(wire.Plain(d))
			v.Set(reflect.ValueOf(document.NewLazyDocument(string(raw))))
			return
		}
		even(v.Elem())
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			even(v.Index(i))
		}
	case v.Kind() == reflect.Map:
		for _, k := range v.MapKeys() {
			elem := reflect.New(v.Type().Elem()).Elem()
			elem.Set(v.MapIndex(k))
			even(elem)
			v.SetMapIndex(k, elem)
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				even(v.Field(i))
			}
		}
	}
}

// A reply's own lists are there, empty; what is in them, and a REST reply, stays as it is.
func TestListed(t *testing.T) {
	name := "s"
	for _, c := range []struct {
		out  any
		want string
	}{
		{&servicecatalog.DescribePortfolioOutput{}, `{"Budgets":[],"TagOptions":[],"Tags":[]}`},
		{&servicecatalog.ListPrincipalsForPortfolioOutput{Principals: []sctypes.Principal{{PrincipalARN: &name}}}, `{"Principals":[{"PrincipalARN":"s"}]}`},
		{(*servicecatalog.DescribePortfolioOutput)(nil), `null`},
		{&sqs.ReceiveMessageOutput{}, `{}`},
		{&sqs.ListQueuesOutput{}, `{}`},
	} {
		req := &wire.Request{Protocol: wire.JSON}
		if got := string(req.Succeed(wire.Listed(c.out), "id").Body); got != c.want {
			t.Errorf("%T: %s, want %s", c.out, got, c.want)
		}
	}
	if reply, ok := wire.Listed(&wire.Reply{Status: 204}).(*wire.Reply); !ok || reply.Status != 204 || reply.Body != nil {
		t.Errorf("%+v", reply)
	}
}

// Nothing set: nothing is written but what cannot be absent. SBX-10
func TestAbsentMembers(t *testing.T) {
	for service, c := range map[string]struct{ operation, body string }{
		"servicecatalog": {"DescribePortfolio", `{}`},
		"cloudformation": {"DescribeStacks", "<DescribeStacksResult></DescribeStacksResult>"},
	} {
		m, _ := client(service, nil).Type().MethodByName(c.operation)
		req := &wire.Request{Service: service, Operation: c.operation, Protocol: wire.JSON}
		if service == "cloudformation" {
			req.Protocol = wire.Query
		}
		reply := req.Succeed(reflect.New(m.Type.Out(0).Elem()).Interface(), "the-id")
		if !strings.Contains(string(reply.Body), c.body) {
			t.Errorf("%s: %s", service, reply.Body)
		}
		if reply.Header["X-Amzn-Requestid"] != "the-id" {
			t.Errorf("%s: no request id: %v", service, reply.Header)
		}
	}
}

// Errors arrive as the client's own types, with code and message. ▸ SBX-5 form
func TestErrorsArrive(t *testing.T) {
	cases := []struct {
		service, operation string
		in                 any
		err                *wire.Error
		want               string
	}{
		{"servicecatalog", "DescribePortfolio", &servicecatalog.DescribePortfolioInput{Id: aws.String("x")},
			wire.Fail("ResourceNotFoundException", "no %s", "portfolio"), "ResourceNotFoundException: no portfolio"},
		{"cloudformation", "DescribeStacks", &cloudformation.DescribeStacksInput{},
			wire.Fail("ValidationError", "Stack <x> does not exist"), "api error ValidationError: Stack <x> does not exist"},
		{"cloudformation", "DescribeChangeSet", &cloudformation.DescribeChangeSetInput{ChangeSetName: aws.String("x")},
			wire.Fail("ChangeSetNotFound", "gone").With(404), "ChangeSetNotFound: gone"},
		{"sts", "GetCallerIdentity", &sts.GetCallerIdentityInput{},
			wire.NotHere("sts:GetCallerIdentity"), "StatusCode: 501, RequestID: id, api error NotImplemented: sts:GetCallerIdentity"},
	}
	for _, c := range cases {
		tries := 0
		_, err := call(client(c.service, func(r *http.Request) (wire.Reply, error) {
			tries++
			req, _ := wire.Read(r)
			return req.Refuse(c.err, "id"), nil
		}), c.operation, reflect.ValueOf(c.in))
		if err == nil || !strings.Contains(err.Error(), c.want) || tries != 1 {
			t.Errorf("%s: %d tries, got %v", c.operation, tries, err)
		}
	}
}

func request(method, url, body string, header ...string) *http.Request {
	r := httptest.NewRequest(method, url, io.NopCloser(bytes.NewReader([]byte(body))))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}
