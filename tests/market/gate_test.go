package market

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"

	"github.com/axle-cd/axle/sandbox"
	lm "github.com/axle-cd/axle/sandbox/licensemanager"
	"github.com/axle-cd/axle/sandbox/marketplacecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

const management, hub = "888888888888", "999999999999"

// gate stands on a port before a sandbox whose clock stands still but while somebody waits for a
// change set or a grant. on sees each call: its number, its operation, and what answers it.
type gate struct {
	box *sandbox.Sandbox
	mu  sync.Mutex
	n   int
	met map[int]int // how often which status was answered
	on  func(n int, op string, gone <-chan struct{}, answer func() int)
}

// operation is what a request asks for.
func operation(r *http.Request) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndex(target, ".")+1:]
	}
	return strings.TrimPrefix(r.URL.Path, "/")
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body) // only then is it seen that who asked is gone
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	g.mu.Lock()
	g.n++
	n, op, on := g.n, operation(r), g.on
	g.mu.Unlock()
	if op == "DescribeChangeSet" || op == "GetGrant" {
		_ = g.box.Advance(r.Context(), 3*time.Minute)
	}
	reply := httptest.NewRecorder()
	answer := func() int {
		g.box.ServeHTTP(reply, r.WithContext(context.WithoutCancel(r.Context()))) // what has come in is carried out
		return reply.Code
	}
	if on == nil {
		answer()
	} else {
		on(n, op, r.Context().Done(), answer)
	}
	g.mu.Lock()
	g.met[reply.Code]++
	g.mu.Unlock()
	for name, values := range reply.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(reply.Code)
	_, _ = w.Write(reply.Body.Bytes())
}

// stand is two organizations as every life begins: a product that AWS will not have, and a licence.
func stand(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	box, err := sandbox.New(world.Memory(), sandbox.Options{Wall: time.Now, Start: "two-organizations", Seed: []byte("outside")})
	check(t, err)
	check(t, box.SetPace(t.Context(), world.Pace{Mode: "manual"}))
	check(t, box.PutProduct(t.Context(), marketplacecatalog.Product{ID: "prod-poison"}, false))
	_, err = box.EnsureRole(t.Context(), []string{management}, world.Role{Name: "market", Path: "/axle/", TrustAccounts: []string{hub}, ExternalID: "7f3c2d9e41"})
	check(t, err)
	_, err = box.PutLicence(t.Context(), lm.Licence{Holder: management, SKU: "prod-scanner"})
	check(t, err)
	_, err = granting(t, box).UpdateServiceSettings(t.Context(), &licensemanager.UpdateServiceSettingsInput{
		OrganizationConfiguration: &types.OrganizationConfiguration{EnableIntegration: true}, EnableCrossAccountsDiscovery: aws.Bool(false)})
	check(t, err)
	return box
}

// granting is License Manager as the management account has it.
func granting(t *testing.T, box *sandbox.Sandbox) *licensemanager.Client {
	t.Helper()
	return licensemanager.NewFromConfig(config(t, box, "management"))
}

// at is a shop at a gate of its own before the sandbox.
func at(t *testing.T, box *sandbox.Sandbox, repo string) (*shop, *gate) {
	t.Helper()
	g := &gate{box: box, met: map[int]int{}}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	s := newShop(t, repo)
	s.url = server.URL
	s.enter(box)
	return s, g
}

// grants are the living ones by their grantee.
func grants(t *testing.T, box *sandbox.Sandbox) map[string]string {
	t.Helper()
	living := map[string]string{}
	out, err := granting(t, box).ListDistributedGrants(t.Context(), &licensemanager.ListDistributedGrantsInput{})
	check(t, err)
	for _, g := range out.Grants {
		if g.GrantStatus != types.GrantStatusDeleted {
			if living[*g.GranteePrincipalArn] != "" {
				t.Errorf("%s has two grants", *g.GranteePrincipalArn)
			}
			living[*g.GranteePrincipalArn] = string(g.GrantStatus)
		}
	}
	return living
}
