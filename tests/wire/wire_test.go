package wire

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// sample is a product of this repository and the catalog it goes to, as they stand in it.
type sample struct {
	catalog  *catalog.File
	product  *products.File
	template []byte
	digest   string
	stack    products.StackRequest
}

func readSample(t testing.TB) sample {
	t.Helper()
	const dir = "../../products/encrypted-bucket/"
	s := sample{template: read(t, dir+"template.yaml")}
	var ds document.Diagnostics
	if s.catalog, ds = catalog.Load("catalog.yaml", read(t, "../../catalog.yaml")); ds.Err() != nil {
		t.Fatal(ds)
	}
	if s.product, ds = products.Load("product.yaml", read(t, dir+"product.yaml")); ds.Err() != nil {
		t.Fatal(ds)
	}
	template, ds := cfn.Parse("template.yaml", s.template)
	if ds.Err() != nil {
		t.Fatal(ds)
	}
	sum := sha256.Sum256(s.template)
	s.digest = "sha256:" + hex.EncodeToString(sum[:])
	s.stack = products.StackRequest{Template: s.template, Capabilities: template.Capabilities(), Tags: map[string]string{"axle:run": "wire"},
		StackTarget: products.StackTarget{Account: "111111111111", Role: "CatalogBetaDeploy", Region: "eu-west-1", Name: "axle-wire"}}
	return s
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// noPins remember nothing: every id is searched for.
type noPins struct{}

func (noPins) Pin(string, string, string) string           { return "" }
func (noPins) SetPin(string, string, string, string) error { return nil }

// publish puts the sample's version into the hub's catalog.
func (s sample) publish(ctx context.Context, session *aws.Session) error {
	want, err := catalog.Want(s.catalog, s.product, catalog.Release{Version: s.product.Version, Digest: s.digest, Template: s.digest, Commit: "c0ffee", Changes: s.product.Changes})
	if err != nil {
		return err
	}
	open := func(string) ([]byte, error) { return s.template, nil }
	r, err := catalog.Reconcile(ctx, aws.NewHub(session, s.catalog.Hub, want, noPins{}, open), want, catalog.Additions)
	return errors.Join(err, r.Err())
}

// wholeWay makes the sample in the beta account and takes it down, publishes it, and launches and
// ends it in a spoke: every service that axle calls, reads and writes and a refusal.
func (s sample) wholeWay(ctx context.Context, session *aws.Session) error {
	stacks, launcher := aws.NewStacks(session, s.catalog.Hub), aws.NewLauncher(session)
	made, err := stacks.Provision(ctx, s.stack, nil)
	if err != nil || made.Status != "CREATE_COMPLETE" {
		return fmt.Errorf("provision: %s %s: %w", made.Status, made.Reason, err)
	}
	if seen, err := stacks.Describe(ctx, s.stack.StackTarget); err != nil || len(seen.Outputs) == 0 {
		return fmt.Errorf("describe: %v: %w", seen.Outputs, err)
	}
	if gone, err := stacks.Delete(ctx, s.stack.StackTarget, nil); err != nil || gone.Status != "DELETE_COMPLETE" {
		return fmt.Errorf("delete: %s: %w", gone.Status, err)
	}
	if err := s.publish(ctx, session); err != nil {
		return err
	}
	if _, err := aws.NewOrganization(session, string(s.catalog.Hub.Account), s.catalog.Hub.Role).Accounts(ctx); err != nil {
		return err
	}
	user := catalog.User{Account: "333333333333", Role: "CatalogBuilder", Region: "eu-west-1"}
	if _, err := launcher.Offer(ctx, user, s.product.Name, "9.9.9"); err == nil {
		return errors.New("a version that nobody published can be launched")
	}
	launched, err := launcher.Launch(ctx, catalog.LaunchRequest{User: user, Product: s.product.Name, Version: s.product.Version, Name: "mine"})
	if err != nil || launched.Status != "AVAILABLE" {
		return fmt.Errorf("launch: %s %s: %w", launched.Status, launched.Message, err)
	}
	return launcher.Terminate(ctx, user, "mine")
}

// box is a sandbox whose wall stands still, so that two of them can be the same to the last byte.
func box(t testing.TB, wall time.Time) (*sandbox.Sandbox, world.Store) {
	t.Helper()
	store := world.Memory()
	s, err := sandbox.New(store, sandbox.Options{Wall: func() time.Time { return wall }, Seed: []byte("one wire")})
	if err != nil {
		t.Fatal(err)
	}
	return s, store
}

// connect is a session as axle's user of the sandbox, over a transport or to an endpoint.
func connect(t testing.TB, s *sandbox.Sandbox, transport http.RoundTripper, endpoint string) *aws.Session {
	t.Helper()
	key, err := s.Credentials(t.Context(), "axle")
	if err != nil {
		t.Fatal(err)
	}
	return aws.New(aws.Options{Region: "eu-west-1", Transport: transport, Endpoint: endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(key.AccessKeyID, key.SecretAccessKey, key.SessionToken),
		Clock:       aws.Clock{Now: func() time.Time { now, _ := s.Now(t.Context()); return now }, Sleep: s.Sleep}})
}

// The whole way in process and over a loopback port: the same calls in the same order with the
// same answers, and the same world after them. SBX-1
func TestOneWire(t *testing.T) {
	smp, wall := readSample(t), time.Now().UTC().Truncate(time.Second)
	inside, insideStore := box(t, wall)
	if err := smp.wholeWay(t.Context(), connect(t, inside, inside.Transport(), "")); err != nil {
		t.Fatal("in process:", err)
	}
	port, portStore := box(t, wall)
	server := httptest.NewServer(port)
	defer server.Close()
	if err := smp.wholeWay(t.Context(), connect(t, port, server.Client().Transport, server.URL)); err != nil {
		t.Fatal("over a port:", err)
	}
	one, two := logged(t, inside), logged(t, port)
	for i := range min(len(one), len(two)) {
		if one[i] != two[i] {
			t.Fatalf("call %d in process, and over a port:\n%+v\n%+v", i+1, one[i], two[i])
		}
	}
	if len(one) != len(two) || len(one) < 40 {
		t.Errorf("%d calls in process, %d over a port", len(one), len(two))
	}
	for _, service := range []string{"cloudformation", "organizations", "s3", "servicecatalog", "sts"} {
		if !slices.ContainsFunc(one, func(c sandbox.Call) bool { return c.Service == service }) {
			t.Errorf("%s was not called: this is not the whole way", service)
		}
	}
	a, b := contents(t, insideStore), contents(t, portStore)
	for _, k := range slices.Sorted(maps.Keys(a)) {
		if b[k] != a[k] {
			t.Fatalf("%s in process, and over a port:\n%s\n%s", k, a[k], b[k])
		}
	}
	if len(a) != len(b) || len(a) < 60 {
		t.Errorf("the worlds hold %d and %d entries", len(a), len(b))
	}
}

// logged is the call log. Organizations is one for all regions: the SDK signs for us-east-1 where
// it knows the address itself, and for the client's region where it is given one.
func logged(t testing.TB, s *sandbox.Sandbox) []sandbox.Call {
	t.Helper()
	calls, err := s.Calls(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range calls {
		if calls[i].Service == "organizations" {
			calls[i].Region = "us-east-1"
		}
	}
	return calls
}

// contents are all that a store holds.
func contents(t testing.TB, store world.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := store.View(t.Context(), func(tx world.Tx) error {
		tx.Scan("", func(k string, v []byte) bool {
			if !strings.HasPrefix(k, "l/") { // the log: see logged
				all[k] = string(v)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// In process no socket is opened: every dialer fails, no name is looked up, and during no call
// does the process hold a socket more than before. SBX-2
func TestNoSocket(t *testing.T) {
	refuse := func(context.Context, string, string) (net.Conn, error) {
		t.Error("a connection was dialled")
		return nil, errors.New("no network here")
	}
	transport, resolver := http.DefaultTransport, net.DefaultResolver
	http.DefaultTransport = &http.Transport{DialContext: refuse, DialTLSContext: refuse}
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: refuse}
	defer func() { http.DefaultTransport, net.DefaultResolver = transport, resolver }()

	s, _ := box(t, time.Now().UTC())
	w := &watched{next: s.Transport(), before: sockets()}
	if err := readSample(t).wholeWay(t.Context(), connect(t, s, w, "")); err != nil {
		t.Fatal(err)
	}
	if w.calls < 40 || w.most > w.before {
		t.Errorf("%d calls; %d sockets before them, up to %d during them", w.calls, w.before, w.most)
	}
}

// watched counts the process's sockets at each call.
type watched struct {
	next                http.RoundTripper
	calls, before, most int
}

func (w *watched) RoundTrip(r *http.Request) (*http.Response, error) {
	out, err := w.next.RoundTrip(r)
	w.calls++
	w.most = max(w.most, sockets())
	return out, err
}

// sockets is how many the process holds; 0 where the system does not tell.
func sockets() (n int) {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	for _, e := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

// The count of sockets would notice one.
func TestSocketsAreCounted(t *testing.T) {
	if _, err := os.ReadDir("/proc/self/fd"); err != nil {
		t.Skip("this system does not tell a process's sockets:", err)
	}
	before := sockets()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if after := sockets(); after != before+1 {
		t.Errorf("%d sockets, then one more, are %d", before, after)
	}
}
