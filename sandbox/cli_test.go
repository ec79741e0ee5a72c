package sandbox_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// cli runs the unmodified aws command against a sandbox on a port.
type cli struct {
	t   *testing.T
	dir string
	env []string
}

func newCLI(t *testing.T) *cli {
	t.Helper()
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("SKIPPED REFEREE: the aws CLI is not installed: ", err)
	}
	s := newSandbox(t, sandbox.Options{})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c := &cli{t: t, dir: t.TempDir()}
	c.env = append(os.Environ(), "HOME="+c.dir, "AWS_ENDPOINT_URL="+server.URL, "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1", "AWS_PAGER=",
		"AWS_MAX_ATTEMPTS=1", "AWS_EC2_METADATA_DISABLED=true", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	k, err := s.Credentials(t.Context(), "axle")
	if err != nil {
		t.Fatal(err)
	}
	c.as(k)
	return c
}

func (c *cli) as(k world.Credential) {
	c.env = append(c.env, "AWS_ACCESS_KEY_ID="+k.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+k.SecretAccessKey, "AWS_SESSION_TOKEN="+k.SessionToken)
}

func (c *cli) run(args ...string) string {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), "aws", args...)
	cmd.Env, cmd.Dir = c.env, c.dir
	out, err := cmd.CombinedOutput()
	if err != nil && !strings.Contains(string(out), "An error occurred") {
		c.t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// The aws CLI reads the sandbox's replies by botocore's own model. SBX-81
func TestCLI(t *testing.T) {
	c := newCLI(t)
	template := "Resources: {T: {Type: AWS::SNS::Topic}}\n"
	if err := os.WriteFile(filepath.Join(c.dir, "t.yaml"), []byte(template), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		args []string
		want string
	}{
		{[]string{"sts", "get-caller-identity", "--query", "Arn", "--output", "text"}, "arn:aws:iam::999999999999:user/axle"},
		{[]string{"organizations", "list-accounts", "--query", "length(Accounts)"}, "8"},
		{[]string{"organizations", "list-accounts", "--max-items", "9", "--page-size", "3", "--query", "Accounts[?State=='SUSPENDED'].Id", "--output", "text"}, "666666666666"},
		{[]string{"s3", "cp", "--no-progress", "t.yaml", "s3://" + artifacts + "/dir/t.yaml"}, "upload: ./t.yaml to s3://" + artifacts + "/dir/t.yaml"},
		{[]string{"s3", "cp", "--no-progress", "s3://" + artifacts + "/dir/t.yaml", "-"}, strings.TrimSpace(template)},
		{[]string{"s3api", "list-buckets", "--prefix", "axle-artifacts", "--page-size", "3", "--query", "length(Buckets)"}, "4"},
		{[]string{"s3api", "list-buckets", "--bucket-region", "eu-west-1", "--query", "Buckets[].Name", "--output", "text"}, artifacts},
		{[]string{"s3api", "list-objects-v2", "--bucket", artifacts, "--query", "Contents[0].Key", "--output", "text"}, "dir/t.yaml"},
		{[]string{"s3api", "get-object", "--bucket", artifacts, "--key", "none", "out"}, "An error occurred (NoSuchKey) when calling the GetObject operation: The specified key does not exist."},
		{[]string{"servicecatalog", "list-portfolios", "--query", "PortfolioDetails", "--output", "json"}, "[]"}, // a list that is empty is there
		{[]string{"cloudformation", "describe-stacks", "--query", "Stacks", "--output", "json"}, "[]"},
		{[]string{"servicecatalog", "create-portfolio", "--display-name", "storage", "--provider-name", "platform", "--tags", "Key=a,Value=b", "--query", "PortfolioDetail.DisplayName", "--output", "text"}, "storage"},
		{[]string{"servicecatalog", "list-portfolios", "--query", "length(PortfolioDetails)"}, "1"},
		{[]string{"cloudformation", "describe-stacks", "--stack-name", "none"}, "An error occurred (ValidationError) when calling the DescribeStacks operation: Stack with id none does not exist"},
		{[]string{"cloudformation", "list-types"}, "An error occurred (NotImplemented) when calling the ListTypes operation: cloudformation:ListTypes"},
		{[]string{"organizations", "enable-all-features"}, "An error occurred (NotImplemented) when calling the EnableAllFeatures operation: organizations:EnableAllFeatures"},
		{[]string{"sts", "assume-role", "--role-arn", roleARN(spoke1, "CatalogHubPublisher"), "--role-session-name", "x1"},
			"An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::999999999999:user/axle is not authorized to perform: sts:AssumeRole on resource: " + roleARN(spoke1, "CatalogHubPublisher")},
	}
	for _, k := range cases {
		if got := c.run(k.args...); got != k.want {
			t.Errorf("aws %s\ngot  %s\nwant %s", strings.Join(k.args, " "), got, k.want)
		}
	}
}

// After assume-role the CLI is the role, in its account.
func TestCLISession(t *testing.T) {
	c := newCLI(t)
	keys := strings.Fields(c.run("sts", "assume-role", "--role-arn", roleARN(spoke1, "CatalogBuilder"), "--role-session-name", "me",
		"--query", "Credentials.[AccessKeyId,SecretAccessKey,SessionToken]", "--output", "text"))
	if len(keys) != 3 {
		t.Fatalf("got %d words", len(keys))
	}
	c.as(world.Credential{AccessKeyID: keys[0], SecretAccessKey: keys[1], SessionToken: keys[2]})
	want := "arn:aws:sts::333333333333:assumed-role/CatalogBuilder/me"
	if got := c.run("sts", "get-caller-identity", "--query", "Arn", "--output", "text"); got != want {
		t.Errorf("got %s", got)
	}
}
