package sandbox_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
)

// The sandbox itself is spoken to on its port, from this machine and from no web page. SBX-58
func TestControl(t *testing.T) {
	s := newSandbox(t, sandbox.Options{Seed: []byte("control")})
	server := httptest.NewServer(s)
	defer server.Close()
	ask := func(method, path, body string, with func(*http.Request)) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/_sandbox/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		with(r)
		out, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Body.Close()
		said, _ := io.ReadAll(out.Body)
		return out.StatusCode, string(said)
	}
	plain := func(*http.Request) {}
	if _, err := sts.NewFromConfig(config(t, s, "axle")).GetCallerIdentity(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		method, path, body string
		with               func(*http.Request)
		status             int
		says               string
	}{
		{"GET", "calls", "", plain, 200, `"operation":"GetCallerIdentity"`},
		{"GET", "calls?since=1", "", plain, 200, `"calls":[]`},
		{"GET", "coverage", "", plain, 200, `"operation":"CreatePortfolio"`},
		{"GET", "digest", "", plain, 200, `"digest":"`},
		{"PUT", "settings", `{"preset": "storm", "servicecatalog:rate": "9"}`, plain, 200, `"servicecatalog:rate":9`},
		{"PUT", "settings", `{"preset": "gale"}`, plain, 400, `"code":"AXLE1113"`},
		{"GET", "settings", "", plain, 200, `"preset":"storm"`},
		{"PUT", "rules", `{"faults": [{"kind": "lost_reply", "operation": "CreatePortfolio", "nth": 2}]}`, plain, 200, `"nth":2`},
		{"PUT", "rules", `{"faults": [{"kind": "lost_reply", "operatoin": "CreatePortfolio"}]}`, plain, 400, `"code":"AXLE1117"`},
		{"PUT", "rules", `{"faults": [{"kind": "lost"}]}`, plain, 400, `"code":"AXLE1112"`},
		{"GET", "rules", "", plain, 200, `"kind":"lost_reply"`},
		{"PUT", "clock", `{"pace": "manual", "advance": "3h"}`, plain, 200, `"mode":"manual"`},
		{"PUT", "clock", `{"advance": "-3h"}`, plain, 400, `"code":"AXLE1114"`},
		{"POST", "reset", `{"start": "elsewhere"}`, plain, 400, `"code":"AXLE3102"`},
		{"POST", "reset", "", plain, 200, `"done":true`},
		{"GET", "rules", "", plain, 200, `{}`},
		{"POST", "licences", `{"holder": "888888888888", "sku": "prod-x"}`, plain, 200, `"arn":"arn:aws:license-manager::`},
		{"POST", "experiences", `{"account": "888888888888", "id": "exp-x", "allow": ["prod-x"], "audience": ["o-exampleorg1"]}`, plain, 200, `"id":"exp-x"`},
		{"POST", "experiences", `{"account": "1"}`, plain, 400, `"code":"AXLE1129"`},
		{"POST", "experiences", `{"account": "888888888888", "alow": []}`, plain, 400, `"code":"AXLE1117"`},
		{"POST", "agreements", `{"acceptor": "333333333333", "product": "prod-x", "ends": "2099-01-01T00:00:00Z"}`, plain, 200, `"id":"agmt-`},
		{"POST", "agreements", `{"acceptor": "333333333333", "product": "prod-y"}`, plain, 400, `"code":"AXLE1138"`},
		{"POST", "agreements", `{"id": "agmt-old", "acceptor": "333333333333", "product": "prod-y"}`, plain, 200, `"id":"agmt-old"`},
		{"POST", "products", `{"id": "prod-y", "code": "INCOMPATIBLE", "message": "no"}`, plain, 200, `"done":true`},
		{"POST", "products", `{"id": "prod-y", "procurable": true}`, plain, 200, `"done":true`},
		{"POST", "products", `{}`, plain, 400, `"code":"AXLE1129"`},
		{"GET", "agreements", "", plain, 400, `"code":"AXLE1117"`},
		{"POST", "restore", "no snapshot", plain, 400, `"code":"AXLE1116"`},
		{"DELETE", "calls", "", plain, 400, `"code":"AXLE1117"`},
		{"POST", "calls", "", plain, 400, `"code":"AXLE1117"`},
		{"GET", "elsewhere", "", plain, 404, `"code":"AXLE1117"`},
		{"POST", "reset", "", func(r *http.Request) { r.Header.Set("Origin", "https://example.com") }, 403, `"code":"AXLE1118"`},
		{"POST", "reset", "", func(r *http.Request) { r.Host = "example.com" }, 403, `"code":"AXLE1118"`},
	}
	for _, c := range cases {
		status, said := ask(c.method, c.path, c.body, c.with)
		if status != c.status || !strings.Contains(said, c.says) {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, status, said)
		}
	}
}

// A snapshot, changes, the snapshot restored: the state is the same again, keys and all. SBX-58
func TestSnapshot(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	c := config(t, s, "axle")
	id, _ := createPortfolio(t, catalogOf(c), "t")
	before := digest(t, s)
	var kept bytes.Buffer
	if err := s.Snapshot(t.Context(), &kept); err != nil {
		t.Fatal(err)
	}
	createPortfolio(t, catalogOf(c), "u")
	if digest(t, s) == before {
		t.Error("a portfolio more, and the digest is the same")
	}
	half := bytes.NewReader(kept.Bytes()[:kept.Len()/2])
	for name, from := range map[string]io.Reader{"half": half, "empty": strings.NewReader(""), "foreign": strings.NewReader("{}\n{}\n"),
		"a head alone": strings.NewReader(`{"axle_sandbox_snapshot":1}` + "\n")} {
		if err := s.Restore(t.Context(), from); document.CodeOf(err) != "AXLE1116" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := countPortfolios(t, c); n != 2 {
		t.Errorf("a refused restore left %d portfolios", n)
	}
	other := newSandbox(t, sandbox.Options{}) // with keys of its own, until it has these
	for name, to := range map[string]*sandbox.Sandbox{"itself": s, "another": other} {
		if err := to.Restore(t.Context(), bytes.NewReader(kept.Bytes())); err != nil {
			t.Fatal(err)
		}
		again, _ := createPortfolio(t, catalogOf(config(t, to, "axle")), "t")
		if digest(t, to) != before || again != id {
			t.Errorf("restored into %s: another state", name)
		}
	}
}

func digest(t *testing.T, s *sandbox.Sandbox) string {
	t.Helper()
	d, err := s.Digest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The digest is the same for the same content, whatever ids and times; which object names which
// counts. SBX-59
func TestStateDigest(t *testing.T) {
	world := func(seed string, extra int, swap bool) string {
		s := newSandbox(t, sandbox.Options{Seed: []byte(seed)})
		c := catalogOf(config(t, s, "axle"))
		for range extra { // ids that are drawn and not kept
			_, _ = c.DescribePortfolio(t.Context(), nil)
			r, _ := createPortfolio(t, c, "gone")
			deletePortfolio(t, c, r)
			set(t, s, map[string]string{"sandbox:token-memory": "0s"})
		}
		names := []string{"one", "two"}
		for i, name := range names {
			id := named(t, c, name)
			if (i == 0) != swap {
				admit(t, c, id)
			}
		}
		return digest(t, s)
	}
	first := world("a", 0, false)
	if world("b", 0, false) != first {
		t.Error("another seed, another digest")
	}
	if world("a", 3, false) != first {
		t.Error("other ids, another digest")
	}
	if world("a", 0, true) == first {
		t.Error("the principal is in another portfolio, and the digest is the same")
	}
}

// A reset begins as before: the same start, keys and ids; or anew as it is told.
func TestReset(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	k, err := s.Credentials(t.Context(), "axle")
	if err != nil {
		t.Fatal(err)
	}
	first := digest(t, s)
	createPortfolio(t, catalogOf(config(t, s, "axle")), "t")
	for _, c := range []struct {
		start      string
		seed       []byte
		same, keys bool
	}{{"", nil, true, true}, {"empty", nil, false, true}, {"", nil, false, true}, {"default", []byte("x"), true, false}} {
		if err := s.Reset(t.Context(), c.start, c.seed); err != nil {
			t.Fatal(err)
		}
		again, err := s.Credentials(t.Context(), "axle")
		if err != nil || (digest(t, s) == first) != c.same || (again.SecretAccessKey == k.SecretAccessKey) != c.keys {
			t.Errorf("%+v: digest %v, keys %v, %v", c, digest(t, s) == first, again.SecretAccessKey == k.SecretAccessKey, err)
		}
	}
	if err := s.Reset(t.Context(), "elsewhere", nil); document.CodeOf(err) != "AXLE3102" {
		t.Errorf("an unknown start: %v", err)
	}
}
