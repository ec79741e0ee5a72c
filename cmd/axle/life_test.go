package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/sandbox"
)

// life is one passage of a repository's commit, in a state of its own, by real processes.
type life struct {
	t           *testing.T
	repo, state string
}

const (
	author = "dev@example.com"
	second = "manager@example.com"
)

// newRepo is a product repository as axle init begins it.
func newRepo(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	repo := filepath.Join(t.TempDir(), "repo")
	l := life{t, repo, ""}
	if err := os.Mkdir(repo, 0o755); err != nil {
		t.Fatal(err)
	}
	l.must(0, author, "init")
	return repo
}

func newLife(t *testing.T, repo string) life {
	return life{t, repo, filepath.Join(t.TempDir(), "state")}
}

// command is axle in a process of its own; who is what git says of its user.
func (l life) command(who string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(l.t.Context(), "axle", args...)
	cmd.Dir = l.repo
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + l.repo, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=user.email", "GIT_CONFIG_VALUE_0=" + who, "GIT_CONFIG_KEY_1=user.name", "GIT_CONFIG_VALUE_1=X"}
	if l.state != "" {
		cmd.Env = append(cmd.Env, "AXLE_STATE="+l.state)
	}
	return cmd
}

// axle carries a command out to its end.
func (l life) axle(who string, args ...string) (code int, out, talk string) {
	l.t.Helper()
	cmd := l.command(who, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		l.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// must is axle with the exit code it has to end with.
func (l life) must(want int, who string, args ...string) (out, talk string) {
	l.t.Helper()
	code, out, talk := l.axle(who, args...)
	if code != want {
		l.t.Fatalf("axle %s ended with %d, want %d\n%s%s", strings.Join(args, " "), code, want, out, talk)
	}
	return out, talk
}

// answer reads the document that a command prints.
func answer[T any](l life, args ...string) (doc T) {
	l.t.Helper()
	out, _ := l.must(0, author, append(args, "-o", "json")...)
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		l.t.Fatalf("axle %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return doc
}

// killed starts a command and kills it: after a time, or once it has said a number of lines
// where lines is above 0. It gives how many lines it had said.
func (l life) killed(after time.Duration, lines int, who string, args ...string) int {
	l.t.Helper()
	cmd := l.command(who, args...)
	talk := begin(l.t, cmd)
	if lines == 0 {
		defer time.AfterFunc(after, func() { _ = cmd.Process.Kill() }).Stop()
	}
	said := 0
	for talk.Scan() {
		if said++; said == lines {
			_ = cmd.Process.Kill()
		}
	}
	_ = cmd.Wait() // killed, or at its end before that: both are to be survived
	return said
}

// next is the command that takes the run on, and who gives it; nil when the run is over.
func (l life) next() (who string, args []string) {
	l.t.Helper()
	runs := answer[runsDoc](l, "runs", "list").Runs
	switch {
	case len(runs) == 0:
		return author, []string{"run"}
	case len(runs) > 1:
		l.t.Fatalf("there are %d runs of one commit", len(runs))
	case runs[0].State == "awaiting":
		return second, []string{"approvals", "approve", runs[0].ID, "--reason", "Plan and evidence read"}
	case runs[0].State == "queued" || runs[0].State == "running":
		return author, []string{"runs", "resume"}
	}
	return "", nil
}

// finish takes the run to its end, undisturbed. Where it may fail, failing is an end too.
func (l life) finish(mayFail bool) {
	l.t.Helper()
	for range 5 {
		who, args := l.next()
		if args == nil {
			return
		}
		if code, out, talk := l.axle(who, args...); code != exitOK && code != exitAwaiting && (code != exitFindings || !mayFail) {
			l.t.Fatalf("axle %s ended with %d\n%s%s", strings.Join(args, " "), code, out, talk)
		}
	}
	l.t.Fatal("the run does not come to an end")
}

// end is all that must be the same however the run came to it. Ids and times are not in it.
type end struct {
	State     string
	Verdicts  string   // the stages and how each ended
	Approved  []string // by whom
	Published []string // product, version, state, digest, region
	Spokes    []string
	Artifacts []string // every version in the hub, candidates too
	Catalog   string   // what axle plan still finds to do
	Left      []string // stacks that stand in the test accounts, provisioned products in gamma's, open ledger lines
}

func (l life) end() end {
	l.t.Helper()
	var e end
	run := answer[runsDoc](l, "runs", "list").Runs[0]
	e.State = run.State
	for _, st := range run.Stages {
		e.Verdicts += st.Name + " " + st.State + "; "
	}
	for _, a := range run.Approvals {
		e.Approved = append(e.Approved, a.By)
	}
	for _, p := range answer[productsDoc](l, "product", "list").Products {
		for _, v := range p.Published {
			e.Published = append(e.Published, strings.Join([]string{p.Name, v.Version, v.State, v.Digest, v.Region}, " "))
		}
	}
	for _, s := range answer[spokesDoc](l, "spokes", "status").Spokes {
		e.Spokes = append(e.Spokes, fmt.Sprint(s.Account, s.Region, s.State, s.Product, s.Version, s.LaunchPath != "", s.Reason))
	}
	e.Catalog, _ = l.must(0, author, "plan", "--detailed-exitcode")
	l.look(&e)
	return e
}

// look reads the sandbox's accounts by the SDK, as an operator would read AWS.
func (l life) look(e *end) {
	l.t.Helper()
	ctx := l.t.Context()
	store, err := sqlite.OpenWorld(ctx, filepath.Join(l.state, "sandbox.db"))
	check(l.t, err)
	defer store.Close()
	box, err := sandbox.New(store, sandbox.Options{Wall: time.Now})
	check(l.t, err)
	as := func(account, role string) sdk.Config { return session(l.t, box, account, role) }

	hub := servicecatalog.NewFromConfig(as("999999999999", "CatalogHubPublisher"))
	products, err := hub.SearchProductsAsAdmin(ctx, &servicecatalog.SearchProductsAsAdminInput{PageSize: 20})
	check(l.t, err)
	for _, p := range products.ProductViewDetails {
		of, err := hub.DescribeProductAsAdmin(ctx, &servicecatalog.DescribeProductAsAdminInput{Id: p.ProductViewSummary.ProductId})
		check(l.t, err)
		for _, a := range of.ProvisioningArtifactSummaries {
			e.Artifacts = append(e.Artifacts, *p.ProductViewSummary.Name+" "+*a.Name)
		}
	}
	slices.Sort(e.Artifacts)
	for _, at := range [][2]string{{"111111111111", "CatalogBetaDeploy"}, {"222222222222", "CatalogGammaDeploy"}} {
		stacks, err := cloudformation.NewFromConfig(as(at[0], at[1])).ListStacks(ctx, &cloudformation.ListStacksInput{})
		check(l.t, err)
		for _, s := range stacks.StackSummaries {
			if s.StackStatus != "DELETE_COMPLETE" {
				e.Left = append(e.Left, at[0]+" "+*s.StackName+" "+string(s.StackStatus))
			}
		}
	}
	launched, err := servicecatalog.NewFromConfig(as("222222222222", "CatalogGammaBuilder")).ScanProvisionedProducts(ctx,
		&servicecatalog.ScanProvisionedProductsInput{AccessLevelFilter: &types.AccessLevelFilter{Key: types.AccessLevelFilterKeyAccount, Value: sdk.String("self")}})
	check(l.t, err)
	for _, p := range launched.ProvisionedProducts {
		e.Left = append(e.Left, "provisioned "+*p.Name+" "+string(p.Status))
	}
	l.ledger(e)
}

// ledger adds the stacks that the run's own books say may stand (I4).
func (l life) ledger(e *end) {
	l.t.Helper()
	log, err := sqlite.OpenLog(l.t.Context(), l.state)
	check(l.t, err)
	defer log.Close()
	runs, err := log.Runs(l.t.Context())
	check(l.t, err)
	for _, r := range runs {
		open, err := log.OpenStacks(l.t.Context(), r.ID)
		check(l.t, err)
		for _, s := range open {
			e.Left = append(e.Left, "ledger "+s.Account+" "+s.Name)
		}
	}
}

// session is the SDK's configuration for a role in an account of the sandbox.
func session(t *testing.T, box *sandbox.Sandbox, account, role string) sdk.Config {
	t.Helper()
	key, err := box.Credentials(t.Context(), "axle")
	check(t, err)
	c := sdk.Config{Region: "eu-west-1", HTTPClient: &http.Client{Transport: box.Transport()},
		Credentials: credentials.NewStaticCredentialsProvider(key.AccessKeyID, key.SecretAccessKey, key.SessionToken)}
	out, err := sts.NewFromConfig(c).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: sdk.String("arn:aws:iam::" + account + ":role/" + role), RoleSessionName: sdk.String("looking")})
	check(t, err)
	k := out.Credentials
	c.Credentials = credentials.NewStaticCredentialsProvider(*k.AccessKeyId, *k.SecretAccessKey, *k.SessionToken)
	return c
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
