package sandbox_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// newSandbox is a sandbox in memory. Its wall clock is the machine's unless given: the SDK
// signs with that.
func newSandbox(t testing.TB, o sandbox.Options) *sandbox.Sandbox {
	t.Helper()
	s := over(t, world.Memory(), o)
	t.Cleanup(func() { none(t, s) })
	return s
}

func over(t testing.TB, store world.Store, o sandbox.Options) *sandbox.Sandbox {
	t.Helper()
	if o.Wall == nil {
		o.Wall = time.Now
	}
	s, err := sandbox.New(store, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// none holds that nothing in a world that can be read hangs in the air. SBX-69
func none(t testing.TB, s *sandbox.Sandbox) {
	t.Helper()
	orphans, _ := s.Orphans(context.WithoutCancel(t.Context()))
	for _, o := range orphans {
		t.Error(o)
	}
}

// config is an unmodified SDK's configuration, for a user of the sandbox, in process.
func config(t testing.TB, s *sandbox.Sandbox, user string) aws.Config {
	t.Helper()
	k, err := s.Credentials(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	return aws.Config{
		Region:      "eu-west-1",
		Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken),
		HTTPClient:  &http.Client{Transport: s.Transport()},
	}
}

// overPort is the same configuration over a loopback port.
func overPort(t testing.TB, s *sandbox.Sandbox, user string) aws.Config {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c := config(t, s, user)
	c.HTTPClient, c.BaseEndpoint = server.Client(), aws.String(server.URL)
	return c
}

// bothWays runs a test in process and over a port, each on a world of its own. SBX-1
func bothWays(t *testing.T, test func(t *testing.T, s *sandbox.Sandbox, c aws.Config)) {
	for name, connect := range map[string]func(testing.TB, *sandbox.Sandbox, string) aws.Config{"in process": config, "port": overPort} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t, sandbox.Options{Seed: []byte("same")})
			test(t, s, connect(t, s, "axle"))
		})
	}
}

// assume gives the configuration with a session of a role.
func assume(t *testing.T, c aws.Config, arn string) aws.Config {
	t.Helper()
	out, err := sts.NewFromConfig(c).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String("test")})
	if err != nil {
		t.Fatal(err)
	}
	k := out.Credentials
	c.Credentials = credentials.NewStaticCredentialsProvider(*k.AccessKeyId, *k.SecretAccessKey, *k.SessionToken)
	return c
}

func roleARN(account, name string) string { return "arn:aws:iam::" + account + ":role/" + name }

// codeOf is the code AWS's client read from an error, "" for none.
func codeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func TestNewRefuses(t *testing.T) {
	cases := map[string]sandbox.Options{
		"AXLE3100": {Mode: sandbox.Real, Wall: time.Now},
		"AXLE3101": {Mode: "slow", Wall: time.Now},
		"AXLE3102": {Start: "elsewhere", Wall: time.Now},
	}
	for code, o := range cases {
		if _, err := sandbox.New(world.Memory(), o); document.CodeOf(err) != code {
			t.Errorf("want %s, got %v", code, err)
		}
	}
	s := newSandbox(t, sandbox.Options{})
	if _, err := s.Credentials(t.Context(), "nobody"); document.CodeOf(err) != "AXLE3103" {
		t.Errorf("an unknown user: %v", err)
	}
}

// Keys are random, kept in the state, and the same for everyone who opens it. SBX-16
func TestKeys(t *testing.T) {
	store := world.Memory()
	first, err := over(t, store, sandbox.Options{}).Credentials(t.Context(), "axle")
	if err != nil {
		t.Fatal(err)
	}
	again, _ := over(t, store, sandbox.Options{}).Credentials(t.Context(), "axle")
	other, _ := newSandbox(t, sandbox.Options{}).Credentials(t.Context(), "axle")
	if again.SecretAccessKey != first.SecretAccessKey || other.SecretAccessKey == first.SecretAccessKey || len(first.SecretAccessKey) != 40 {
		t.Errorf("keys %q, again %q, of another world %q", first.AccessKeyID, again.AccessKeyID, other.AccessKeyID)
	}
	seeded := sandbox.Options{Seed: []byte("s")}
	a, _ := newSandbox(t, seeded).Credentials(t.Context(), "axle")
	b, _ := newSandbox(t, seeded).Credentials(t.Context(), "axle")
	if a != b {
		t.Error("the same seed gave other keys")
	}
}

// Two that start at once make one world.
func TestOneStart(t *testing.T) {
	store := world.Memory()
	keys := make([]string, 8)
	var all sync.WaitGroup
	for i := range keys {
		s := over(t, store, sandbox.Options{})
		all.Go(func() {
			k, err := s.Credentials(t.Context(), "axle")
			if err != nil {
				t.Error(err)
			}
			keys[i] = k.AccessKeyID
		})
	}
	all.Wait()
	for _, k := range keys {
		if k != keys[0] {
			t.Fatalf("several worlds: %v", keys)
		}
	}
}
