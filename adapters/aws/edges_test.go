package aws_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

// CAT-33 X18 I1: a new version, and its states, in trouble: one version of each name.
func TestNewVersionInTrouble(t *testing.T) {
	troubles := map[string]fault{
		"its answer is lost": {lost: true},
		"it is never sent":   {reset: true},
		"AWS fails":          {status: 503, code: "ServiceUnavailable"},
		"it is throttled":    {status: 400, code: "ThrottlingException"},
	}
	for _, call := range []string{"CreateProvisioningArtifact", "UpdateProvisioningArtifact", "DescribeProvisioningArtifact", "ListProvisioningArtifacts"} {
		for name, f := range troubles {
			t.Run(call+": "+name, func(t *testing.T) {
				b := newBed(t)
				b.publish(b.want("1.0.0"))
				p := product("1.1.0")
				p.Lifecycle.Deprecated = []products.Deprecated{{Version: "1.0.0"}}
				want, err := catalog.Want(b.files, p, b.release("1.1.0"))
				if err != nil {
					t.Fatal(err)
				}
				b.wire.set(func(operation string, nth int) fault {
					if operation == call && nth == 1 {
						return f
					}
					return fault{}
				})
				r := b.publish(want)
				var got []string
				for _, v := range r.Have.Product("eu-west-1", "bucket").Versions {
					got = append(got, fmt.Sprint(v.Name, " ", v.Active, " ", v.Guidance))
				}
				same(t, "versions", got, []string{"1.0.0 true DEPRECATED", "1.1.0 true DEFAULT"})
			})
		}
	}
}

// X19: an object of which half arrives is read again.
func TestCutObject(t *testing.T) {
	b := newBed(t)
	b.wire.set(func(operation string, nth int) fault { return fault{cut: operation == "GETObject" && nth == 1} })
	b.publish(b.want("1.0.0"))
	if n := b.wire.count("GETObject"); n != 2 {
		t.Errorf("read %d times", n)
	}
	b.one(t)
}

// A change applied again changes nothing, also by a Hub that has not looked before.
func TestApplyTwice(t *testing.T) {
	b := newBed(t)
	want := b.want("1.0.0")
	for _, c := range catalog.Plan(want, catalog.Catalog{}) {
		if err := b.hub(want).Apply(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		again := b.hub(want)
		if err := again.Apply(t.Context(), c); err != nil {
			t.Fatalf("again: %v", err)
		}
	}
	b.one(t)
}

// CT-19 X70: an update that fails leaves the product TAINTED; that is told, each time anew, and
// the old stack stays.
func TestFailedUpdate(t *testing.T) {
	b := newBed(t)
	b.publish(b.want("1.0.0"))
	bad := strings.Replace(templateText, "    Properties:\n", "    Properties:\n      BucketName: axle-artifacts-999999999999-eu-west-1\n", 1)
	d := digestOf([]byte(bad))
	b.store[d] = []byte(bad)
	want, err := catalog.Want(b.files, product("1.1.0"), catalog.Release{Version: "1.1.0", Digest: d, Template: d})
	if err != nil {
		t.Fatal(err)
	}
	b.publish(want)
	l := aws.NewLauncher(b.session)
	q := catalog.LaunchRequest{User: builder, Product: "bucket", Version: "1.0.0", Name: "trial"}
	if p, err := l.Launch(t.Context(), q); err != nil || p.Status != "AVAILABLE" {
		t.Fatal(p, err)
	}
	q.Version = "1.1.0"
	for range 2 {
		mark := b.mark()
		p, err := l.Launch(t.Context(), q)
		if err != nil || p.Status != "TAINTED" || p.Message == "" {
			t.Errorf("got %+v, %v", p, err)
		}
		if n := len(mutating(b.since(mark))); n > 1 {
			t.Errorf("%d calls", n)
		}
	}
	if p, there, err := l.Find(t.Context(), builder, "trial"); err != nil || !there || p.Outputs["Name"] == "" {
		t.Errorf("found %+v, %v, %v", p, there, err)
	}
}

// X02 I4: a stack that was never begun is axle's by its change set, and somebody else's is not.
func TestStackInReview(t *testing.T) {
	b := newBed(t)
	b.wire.set(func(operation string, nth int) fault {
		if operation == "ExecuteChangeSet" {
			return fault{status: 400, code: "AccessDenied"}
		}
		return fault{}
	})
	s := aws.NewStacks(b.session, b.files.Hub)
	if _, err := s.Provision(t.Context(), request(templateText), nil); document.CodeOf(err) != "AXLE4200" {
		t.Fatal(err)
	}
	b.wire.set(nil)
	if got, err := s.Describe(t.Context(), beta); err != nil || got.Status != "REVIEW_IN_PROGRESS" {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := s.Delete(t.Context(), beta, nil); err != nil || got.Status != "DELETE_COMPLETE" {
		t.Errorf("ours: %+v, %v", got, err)
	}

	theirs := beta
	theirs.Name = "by-hand"
	_, err := cloudformation.NewFromConfig(b.as(beta.Account, beta.Role)).CreateChangeSet(t.Context(), &cloudformation.CreateChangeSetInput{
		StackName: &theirs.Name, ChangeSetName: sdk.String("mine"), ChangeSetType: types.ChangeSetTypeCreate, TemplateBody: sdk.String(templateText)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Delete(t.Context(), theirs, nil); document.CodeOf(err) != "AXLE3221" {
		t.Errorf("deleted somebody's review: %v", err)
	}
	q := request(templateText)
	q.Name = theirs.Name
	if _, err := s.Provision(t.Context(), q, nil); document.CodeOf(err) != "AXLE3221" {
		t.Errorf("took over somebody's review: %v", err)
	}
}

// A stack that is not there is told as deleted.
func TestStackThatIsNotThere(t *testing.T) {
	b := newBed(t)
	s := aws.NewStacks(b.session, b.files.Hub)
	if got, err := s.Describe(t.Context(), beta); err != nil || got.Status != "DELETE_COMPLETE" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// X22: one session a role serves all calls in all regions.
func TestSessionsAreKept(t *testing.T) {
	b := newBed(t)
	b.files.Hub.Regions = []string{"eu-west-1", "us-east-1"}
	b.publish(b.want("1.0.0"))
	if n := b.wire.count("AssumeRole"); n != 1 {
		t.Errorf("the hub's role was assumed %d times", n)
	}
}

// A profile is read as the AWS tools read it, and keys in the environment do not take its place.
func TestFromProfile(t *testing.T) {
	b := newBed(t)
	k, err := b.sandbox.Credentials(t.Context(), "axle")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Setenv("AWS_CONFIG_FILE", write("config", "[profile work]\nregion = eu-west-1\n"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", write("credentials", fmt.Sprintf("[work]\naws_access_key_id = %s\naws_secret_access_key = %s\n", k.AccessKeyID, k.SecretAccessKey)))
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIA"+"EXAMPLEEXAMPLE00")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "of nobody")
	s, err := aws.FromProfile(t.Context(), "work", aws.Options{Transport: b.sandbox.Transport(), Clock: b.clock()})
	if err != nil {
		t.Fatal(err)
	}
	if account, _, err := s.Identity(t.Context()); err != nil || account != "999999999999" {
		t.Errorf("%s, %v", account, err)
	}
}

// An account by itself is shared with at once: AWS gives no action to follow.
func TestShareWithAnAccount(t *testing.T) {
	b := newBed(t)
	want := b.want("1.0.0")
	b.publish(want)
	hub := b.hub(want)
	c := catalog.Change{Verb: catalog.Create, Kind: catalog.KindShare, Region: "eu-west-1", Portfolio: "storage", Share: &catalog.Share{Type: "ACCOUNT", Node: "333333333333"}}
	if err := hub.Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	have, err := hub.Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if shares := have.Portfolio("eu-west-1", "storage").Shares; len(shares) != 2 || shares[0].Type != "ACCOUNT" {
		t.Errorf("shares %+v", shares)
	}
	c.Verb = catalog.Delete
	for range 2 {
		if err := hub.Apply(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
}

// X21 I19: a page of the organization that cannot be read makes the whole unread.
func TestOrganizationHalfRead(t *testing.T) {
	for _, call := range []string{"DescribeOrganization", "ListRoots", "ListOrganizationalUnitsForParent", "ListAccountsForParent"} {
		b := newBed(t)
		b.wire.set(func(operation string, nth int) fault {
			if operation == call {
				return fault{status: 400, code: "AccessDeniedException"}
			}
			return fault{}
		})
		org, err := aws.NewOrganization(b.session, "999999999999", "CatalogHubPublisher").Accounts(t.Context())
		if err == nil || len(org.Accounts) > 0 {
			t.Errorf("%s: %d accounts, %v", call, len(org.Accounts), err)
		}
	}
}
