package wire_test

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/axle-cd/axle/sandbox/wire"
)

// fixtures are AWS's own, inside the SDK's modules: read where they lie, never copied.
func fixtures(t *testing.T, service, pattern string) []string {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/"+service).Output()
	if err != nil {
		t.Skip("SKIPPED REFEREE: the SDK's modules are not on this machine: ", err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no %s: %v", service, pattern, err)
	}
	return files
}

// snapshot is a fixture's first line, headers and body.
func snapshot(t *testing.T, file string) (first string, header http.Header, body string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	first, rest, _ := strings.Cut(string(raw), "\n")
	head, body, _ := strings.Cut(strings.TrimPrefix(rest, "\n"), "\n\n")
	header = http.Header{}
	for _, line := range strings.Split(head, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			header.Set(name, value)
		}
	}
	return first, header, body
}

func operationOf(file string) string {
	name, _, _ := strings.Cut(filepath.Base(file), ".")
	return name
}

// fixed are the services whose fixtures are judged, and how many of each kind their modules have.
// The services that are not here yet are judged too: their codec is the same. s3 reads its requests
// itself: tests/sandbox routes its fixtures.
var fixed = map[string]struct{ requests, responses, empty, errors int }{
	"organizations":        {requests: 63, responses: 63, empty: 16, errors: 50},
	"cloudformation":       {requests: 90},
	"sts":                  {requests: 11},
	"iam":                  {requests: 180},
	"sns":                  {requests: 42},
	"sqs":                  {requests: 23, responses: 20, empty: 9, errors: 19},
	"servicequotas":        {requests: 26, responses: 26, empty: 9, errors: 17},
	"marketplacecatalog":   {requests: 15, responses: 15, empty: 4, errors: 8},
	"marketplaceagreement": {requests: 25, responses: 25, errors: 7},
}

// spoken are the protocols of services that are not asked in awsJson or awsQuery.
var spoken = map[string]wire.Protocol{"marketplacecatalog": wire.RESTJSON, "marketplaceagreement": wire.CBOR}

// unread are the inputs and outputs that the codec does not know yet. Each is refused, never misread,
// and one that is read goes from this table.
var unread = map[string]string{
	"iam/SimulatePrincipalPolicy": "a union",
}

// older are the codes that SQS's clients show for its errors.
var older = map[string]string{
	"QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue",
	"QueueNameExists":   "QueueAlreadyExists",
}

// thrower is an operation that throws all errors of a service whose fixtures name none.
var thrower = map[string]string{"marketplacecatalog": "StartChangeSet", "marketplaceagreement": "AcceptAgreementRequest"}

func counted(t *testing.T, service, what string, files []string, want int) {
	t.Helper()
	if len(files) != want {
		t.Errorf("%s has %d %s, want %d: say so in the table", service, len(files), what, want)
	}
}

// A fixture's request is decoded, sent again by AWS's client, and is the same. SBX-80
func TestRequestSnapshots(t *testing.T) {
	for service, n := range fixed {
		files := fixtures(t, service, "request_snapshot/*.request.snap")
		counted(t, service, "requests", files, n.requests)
		inputs := operations(service)
		for _, file := range files {
			operation := operationOf(file)
			t.Run(service+"/"+operation, func(t *testing.T) {
				first, header, body := snapshot(t, file)
				method, target, _ := strings.Cut(first, " ")
				if spoken[service] == 0 {
					target = "/"
				}
				r := signed(method, target, body, signs(service))
				for name := range header {
					r.Header.Set(name, header.Get(name))
				}
				req, werr := wire.Read(r)
				if werr != nil {
					t.Fatal(werr)
				}
				in := reflect.New(inputs[operation])
				werr = req.Decode(in.Interface())
				if why := unread[service+"/"+operation]; why != "" {
					if werr == nil {
						t.Errorf("it is read: %s is not in the way", why)
					}
					return
				}
				if werr != nil {
					t.Fatal(werr)
				}
				if req.Operation != operation {
					t.Errorf("it asks for %s", req.Operation)
				}
				sent, query := resent(t, service, operation, in)
				if !sameBody(sent, body) || query != r.URL.RawQuery {
					t.Errorf("sent again\n%s %s\nthe fixture\n%s %s", query, sent, r.URL.RawQuery, body)
				}
			})
		}
	}
}

// resent is the body, and what stands in the URL, that AWS's client makes of an input.
func resent(t *testing.T, service, operation string, in reflect.Value) (body, query string) {
	sent := false
	_, err := call(client(service, func(r *http.Request) (wire.Reply, error) {
		sent, query = true, r.URL.RawQuery
		if r.Body != nil {
			raw, _ := io.ReadAll(r.Body)
			body = string(raw)
		}
		return wire.Reply{Status: http.StatusTeapot}, nil
	}), operation, in)
	if !sent {
		t.Fatal("the client refused the input: ", err)
	}
	return body, query
}

// sameBody compares JSON and CBOR by value, and forms by their parameters.
func sameBody(a, b string) bool {
	var x, y any
	if p, err := cbor.Decode([]byte(a)); err == nil && a[0] >= 0xa0 { // a map
		q, err := cbor.Decode([]byte(b))
		return err == nil && reflect.DeepEqual(p, q)
	}
	if json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil {
		return reflect.DeepEqual(x, y)
	}
	p, perr := url.ParseQuery(a)
	q, qerr := url.ParseQuery(b)
	return perr == nil && qerr == nil && reflect.DeepEqual(p, q)
}

// A fixture's response, read by AWS's client and written again here, is the same. SBX-80
func TestResponseSnapshots(t *testing.T) {
	for service, n := range fixed {
		if n.responses == 0 {
			continue
		}
		files, empty := fixtures(t, service, "response_snapshot/*.response.snap"), 0
		counted(t, service, "responses", files, n.responses)
		for _, file := range files {
			first, header, body := snapshot(t, file)
			if body == "" || body == "{}" {
				empty++
				body = "{}"
			}
			t.Run(service+"/"+operationOf(file), func(t *testing.T) { rewritten(t, service, operationOf(file), first, header, body) })
		}
		if empty != n.empty {
			t.Errorf("%s has %d responses without a body, want %d", service, empty, n.empty)
		}
	}
}

func rewritten(t *testing.T, service, operation, first string, header http.Header, body string) {
	status, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	out, err := call(client(service, func(*http.Request) (wire.Reply, error) {
		return wire.Reply{Status: status, Header: map[string]string{"Content-Type": header.Get("Content-Type")}, Body: []byte(body)}, nil
	}), operation, filled(operations(service)[operation]))
	if err != nil {
		t.Fatal(err)
	}
	protocol := cmp.Or(spoken[service], wire.JSON)
	again := (&wire.Request{Protocol: protocol, Service: service, Operation: operation}).Succeed(out, "id")
	if !sameBody(string(again.Body), body) {
		t.Errorf("written again\n%s\nthe fixture\n%s", again.Body, body)
	}
}

// A fixture's error arrives as the type it names, from our writing of it too. SBX-80
func TestErrorSnapshots(t *testing.T) {
	for service, n := range fixed {
		if n.errors == 0 {
			continue
		}
		files := fixtures(t, service, "response_snapshot/*.error.snap")
		counted(t, service, "errors", files, n.errors)
		for _, file := range files {
			code := operationOf(file)
			_, header, _ := snapshot(t, file)
			_, operation, _ := strings.Cut(header.Get("X-Amz-Target"), ".")
			if operation == "" { // the fixture says not whose it is
				operation = thrower[service]
			}
			_, err := call(client(service, func(r *http.Request) (wire.Reply, error) {
				req, _ := wire.Read(r)
				return req.Refuse(wire.Fail(code, "why"), "id"), nil
			}), operation, filled(operations(service)[operation]))
			if err == nil || !strings.Contains(err.Error(), cmp.Or(older[code], code)+": ") {
				t.Errorf("%s %s: %v", service, code, err)
			}
		}
	}
}
