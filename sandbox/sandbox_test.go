package sandbox_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// wall is the tests' wall clock. The SDK signs with the machine's own.
func newSandbox(t *testing.T, options sandbox.Options) *sandbox.Sandbox {
	t.Helper()
	if options.Wall == nil {
		options.Wall = time.Now
	}
	s, err := sandbox.New(world.Memory(), options)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// config is an unmodified SDK's configuration, for a user of the sandbox, in process.
func config(t *testing.T, s *sandbox.Sandbox, user string) aws.Config {
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
func overPort(t *testing.T, s *sandbox.Sandbox, user string) aws.Config {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c := config(t, s, user)
	c.HTTPClient, c.BaseEndpoint = server.Client(), aws.String(server.URL)
	return c
}

// assumed is the configuration with a session of a role.
func assumed(t *testing.T, c aws.Config, arn string) aws.Config {
	t.Helper()
	out, err := sts.NewFromConfig(c).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String("test")})
	if err != nil {
		t.Fatal(err)
	}
	k := out.Credentials
	c.Credentials = credentials.NewStaticCredentialsProvider(*k.AccessKeyId, *k.SecretAccessKey, *k.SessionToken)
	return c
}

var _ = context.Background
