package sandbox

import (
	"flag"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/marketplaceagreement"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

const region = "eu-west-1"

// marketRegion is the one in which AWS Marketplace has its APIs.
const marketRegion = "us-east-1"

// clients are the SDK's, by the name under which the sandbox has the service.
var clients = map[string]func(aws.Config) any{
	"cloudformation":        func(c aws.Config) any { return cloudformation.NewFromConfig(c) },
	"iam":                   func(c aws.Config) any { return iam.NewFromConfig(c) },
	"license-manager":       func(c aws.Config) any { return licensemanager.NewFromConfig(c) },
	"marketplace-agreement": func(c aws.Config) any { c.Region = marketRegion; return marketplaceagreement.NewFromConfig(c) },
	"marketplace-catalog":   func(c aws.Config) any { c.Region = marketRegion; return marketplacecatalog.NewFromConfig(c) },
	"organizations":         func(c aws.Config) any { return organizations.NewFromConfig(c) },
	"servicecatalog":        func(c aws.Config) any { return servicecatalog.NewFromConfig(c) },
	"servicequotas":         func(c aws.Config) any { return servicequotas.NewFromConfig(c) },
	"sns":                   func(c aws.Config) any { return sns.NewFromConfig(c) },
	"sqs":                   func(c aws.Config) any { return sqs.NewFromConfig(c) },
	"sts":                   func(c aws.Config) any { return sts.NewFromConfig(c) },
}

var update = flag.Bool("update", false, "write the files that are made from the code")

// generated compares a file with what the code makes of it, or writes it.
func generated(t *testing.T, file, want string) {
	t.Helper()
	got, err := os.ReadFile(file)
	switch {
	case err == nil && string(got) == want:
	case !*update:
		t.Errorf("%s is not what the code says: go test ./tests/sandbox -run '^%s$' -update", file, t.Name())
	default:
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func box(t testing.TB) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.New(world.Memory(), sandbox.Options{Wall: time.Now, Seed: []byte("referees")})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func keys(k world.Credential) aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)
}

// config is a user's, in process.
func config(t testing.TB, s *sandbox.Sandbox, user string) aws.Config {
	t.Helper()
	k, err := s.Credentials(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	return aws.Config{Region: region, Credentials: keys(k), HTTPClient: &http.Client{Transport: s.Transport()}, RetryMaxAttempts: 1}
}
