package servicecatalog_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The unmodified aws CLI, by botocore's own model, reads what hub and spoke have. SBX-81
func TestCLI(t *testing.T) {
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("SKIPPED REFEREE: the aws CLI is not installed: ", err)
	}
	b := newBed(t)
	p := b.publish(simple)
	b.builder(spoke)
	server := httptest.NewServer(b.s)
	t.Cleanup(server.Close)
	aws := func(account, role string, args ...string) string {
		t.Helper()
		k, err := b.keys[account+role].Credentials.Retrieve(t.Context())
		must(t, err)
		cmd := exec.CommandContext(t.Context(), "aws", append([]string{"servicecatalog", "--output", "text"}, args...)...)
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "AWS_ENDPOINT_URL="+server.URL, "AWS_DEFAULT_REGION="+region, "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1",
			"NO_PROXY=127.0.0.1", "AWS_ACCESS_KEY_ID="+k.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+k.SecretAccessKey, "AWS_SESSION_TOKEN="+k.SessionToken)
		out, err := cmd.CombinedOutput()
		if err != nil && !strings.Contains(string(out), "An error occurred") {
			t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return strings.TrimSpace(string(out))
	}
	hubs := func(args ...string) string { return aws(hub, publisher, args...) }
	users := func(args ...string) string { return aws(spoke, "CatalogBuilder", args...) }

	same(t, "version", hubs("describe-provisioning-artifact", "--product-id", p.product, "--provisioning-artifact-id", p.artifact,
		"--query", "[ProvisioningArtifactDetail.Name,Status,ProvisioningArtifactDetail.Active]"), "1.0.0\tAVAILABLE\tTrue")
	same(t, "share", hubs("describe-portfolio-shares", "--portfolio-id", p.folio, "--type", "ORGANIZATIONAL_UNIT",
		"--query", "PortfolioShareDetails[0].[PrincipalId,Accepted,SharePrincipals]"), workloads+"\tTrue\tTrue")
	same(t, "launch path", users("list-launch-paths", "--product-id", p.product, "--query", "LaunchPathSummaries[].[Name,ConstraintSummaries[0].Type]"), "Storage\tLAUNCH")
	record := users("provision-product", "--product-id", p.product, "--provisioning-artifact-id", p.artifact, "--provisioned-product-name", "mine",
		"--provisioning-parameters", "Key=Owner,Value=team-a", "--query", "RecordDetail.RecordId")
	b.sleep(time.Minute)
	same(t, "record", users("describe-record", "--id", record, "--query", "[RecordDetail.Status,RecordOutputs[?OutputKey=='Owner']|[0].OutputValue]"), "SUCCEEDED\tteam-a")
	same(t, "provisioned product", users("search-provisioned-products", "--query", "ProvisionedProducts[].[Name,Status,ProvisioningArtifactName]"), "mine\tAVAILABLE\t1.0.0")
	if got := users("describe-product", "--id", "prod-nope"); !strings.Contains(got, "An error occurred (ResourceNotFoundException)") {
		t.Errorf("an unknown product: %s", got)
	}
}
