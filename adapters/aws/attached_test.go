package aws_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

// laden is the bucket with all that can be attached to a product.
func laden(version string) *products.File {
	p := product(version)
	p.TagOptions = map[string][]string{"environment": {"test", "dev"}, "cost": {"1"}}
	p.ServiceActions = []products.ServiceAction{{Name: "Restart", Document: "AWS-RestartEC2Instance", AssumeRole: "LAUNCH_ROLE",
		Parameters: []products.ActionParameter{{Name: "InstanceId", Type: "TARGET"}}}}
	at := p.Portfolios["storage"]
	at.Budget = "platform"
	p.Portfolios["storage"] = at
	return p
}

func (b *bed) wanted(p *products.File) catalog.Catalog {
	b.t.Helper()
	c, err := catalog.Want(b.files, p, b.release(p.Version))
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// hand is Service Catalog in the hub, without the adapter.
func (b *bed) hand() *servicecatalog.Client {
	return servicecatalog.NewFromConfig(b.as(hubAccount, "CatalogHubPublisher"))
}

// S17 CAT-4 CAT-32: attached with the first publication; a second makes no call; a new version has
// the actions of the one before; what leaves git is taken away and stays for others.
func TestAttached(t *testing.T) {
	b := newBed(t)
	p := laden("1.0.0")
	steps := []struct {
		name   string
		change func()
		calls  []string
	}{
		{"the first publication", func() {}, []string{"CreatePortfolio", "PutObject", "CreateProduct", "AssociateProductWithPortfolio", "CreateConstraint",
			"CreateTagOption", "AssociateTagOptionWithResource", "CreateTagOption", "AssociateTagOptionWithResource", "CreateTagOption", "AssociateTagOptionWithResource",
			"CreateServiceAction", "AssociateServiceActionWithProvisioningArtifact", "AssociateBudgetWithResource",
			"AssociatePrincipalWithPortfolio", "CreatePortfolioShare"}},
		{"a version", func() { p.Version = "1.1.0" }, []string{"PutObject", "CreateProvisioningArtifact", "AssociateServiceActionWithProvisioningArtifact"}},
		{"a value more", func() { p.TagOptions["environment"] = []string{"test", "dev", "prod"} }, []string{"CreateTagOption", "AssociateTagOptionWithResource"}},
		{"an action does something else", func() { p.ServiceActions[0].Document = "Mine" }, []string{"UpdateServiceAction"}},
		{"another budget", func() {
			p.Portfolios["storage"] = products.Placement{Constraints: p.Portfolios["storage"].Constraints, Budget: "other"}
		},
			[]string{"DisassociateBudgetFromResource", "AssociateBudgetWithResource"}},
		{"all of it leaves git", func() {
			p.TagOptions, p.ServiceActions = nil, nil
			p.Portfolios["storage"] = products.Placement{Constraints: p.Portfolios["storage"].Constraints}
		}, []string{"DisassociateBudgetFromResource",
			"DisassociateTagOptionFromResource", "DisassociateTagOptionFromResource", "DisassociateTagOptionFromResource", "DisassociateTagOptionFromResource",
			"DisassociateServiceActionFromProvisioningArtifact", "DisassociateServiceActionFromProvisioningArtifact"}},
		{"and comes back: what others may use was never deleted", func() {
			p.TagOptions = map[string][]string{"cost": {"1"}}
			p.ServiceActions = []products.ServiceAction{{Name: "Restart", Document: "Mine", AssumeRole: "LAUNCH_ROLE", Parameters: []products.ActionParameter{{Name: "InstanceId", Type: "TARGET"}}}}
		}, []string{"AssociateTagOptionWithResource", "AssociateServiceActionWithProvisioningArtifact", "AssociateServiceActionWithProvisioningArtifact"}},
	}
	for _, s := range steps {
		s.change()
		for i, calls := range [][]string{s.calls, nil} {
			mark := b.mark()
			r := b.publish(b.wanted(p))
			same(t, fmt.Sprint(s.name, ", round ", i+1), mutating(b.since(mark)), calls)
			for _, v := range r.Have.Product("eu-west-1", "bucket").Versions {
				if len(v.Actions) != len(p.ServiceActions) {
					t.Errorf("%s: version %s has the actions %v", s.name, v.Name, v.Actions)
				}
			}
		}
	}
}

// CAT-2: with the state lost, all that is attached is found again: by key and value, by the mark of
// our actions, by name.
func TestAttachedWithTheStateLost(t *testing.T) {
	b := newBed(t)
	b.publish(b.wanted(laden("1.0.0")))
	b.pins = &pins{ids: map[string]string{}}
	mark := b.mark()
	b.publish(b.wanted(laden("1.0.0")))
	same(t, "calls", mutating(b.since(mark)), nil)
}

// CAT-2 S17: what somebody made by hand is used where it is what git says, revived where it is
// inactive, and refused where the name means something else.
func TestAttachedByHand(t *testing.T) {
	cases := []struct {
		name, code string
		by         func(*testing.T, *servicecatalog.Client)
		calls      []string // in place of what is there already
	}{
		{"a tag option", "", func(t *testing.T, c *servicecatalog.Client) { createOption(t, c, "dev") }, []string{"CreateTagOption", "CreateTagOption"}},
		{"an inactive tag option", "", func(t *testing.T, c *servicecatalog.Client) {
			if _, err := c.UpdateTagOption(t.Context(), &servicecatalog.UpdateTagOptionInput{Id: createOption(t, c, "dev"), Active: sdk.Bool(false)}); err != nil {
				t.Fatal(err)
			}
		}, []string{"CreateTagOption", "CreateTagOption", "UpdateTagOption"}},
		{"the same action", "", func(t *testing.T, c *servicecatalog.Client) { createRestart(t, c, "AWS-RestartEC2Instance") }, []string{"CreateTagOption", "CreateTagOption", "CreateTagOption"}},
		{"another action of the name", "AXLE2660", func(t *testing.T, c *servicecatalog.Client) { createRestart(t, c, "Other") }, nil},
		{"two actions of the name", "AXLE2661", func(t *testing.T, c *servicecatalog.Client) {
			createRestart(t, c, "AWS-RestartEC2Instance")
			createRestart(t, c, "AWS-RestartEC2Instance")
		}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBed(t)
			c.by(t, b.hand())
			mark := b.mark()
			want := b.wanted(laden("1.0.0"))
			r, err := catalog.Reconcile(t.Context(), b.hub(want), want, everything)
			if document.CodeOf(err) != c.code || r.Err() != nil {
				t.Fatalf("got %v, %v", err, r.Err())
			}
			got := slices.DeleteFunc(mutating(b.since(mark)), func(name string) bool { return !strings.HasSuffix(name, "TagOption") })
			slices.Sort(got)
			same(t, "tag options", got, c.calls)
		})
	}
}

func createOption(t *testing.T, c *servicecatalog.Client, value string) *string {
	t.Helper()
	out, err := c.CreateTagOption(t.Context(), &servicecatalog.CreateTagOptionInput{Key: sdk.String("environment"), Value: &value})
	if err != nil {
		t.Fatal(err)
	}
	return out.TagOptionDetail.Id
}

func createRestart(t *testing.T, c *servicecatalog.Client, documentName string) {
	t.Helper()
	_, err := c.CreateServiceAction(t.Context(), &servicecatalog.CreateServiceActionInput{Name: sdk.String("Restart"), DefinitionType: types.ServiceActionDefinitionTypeSsmAutomation,
		Definition: map[string]string{"Name": documentName, "Version": "$DEFAULT", "AssumeRole": "LAUNCH_ROLE", "Parameters": `[ {"Type":"TARGET", "Name":"InstanceId"} ]`}})
	if err != nil {
		t.Fatal(err)
	}
}

// CAT-33 CAT-45: each call about what is attached, in trouble, leaves one of each.
func TestAttachedInTrouble(t *testing.T) {
	troubles := map[string]fault{
		"its answer is lost": {lost: true},
		"it is never sent":   {reset: true},
		"it is throttled":    {status: 400, code: "ThrottlingException"},
	}
	for _, operation := range []string{"CreateTagOption", "AssociateTagOptionWithResource", "CreateServiceAction", "AssociateServiceActionWithProvisioningArtifact",
		"AssociateBudgetWithResource", "ListTagOptions", "ListServiceActions", "DescribeServiceAction", "ListBudgetsForResource"} {
		for name, f := range troubles {
			t.Run(operation+": "+name, func(t *testing.T) {
				t.Parallel()
				b := newBed(t)
				b.wire.set(func(sent string, nth int) fault {
					if sent == operation && nth == 1 {
						return f
					}
					return fault{}
				})
				r := b.publish(b.wanted(laden("1.0.0")))
				all := r.Have.SharedIn("eu-west-1")
				if len(all.TagOptions) != 3 || len(all.Actions) != 1 || len(r.Have.Products[0].TagOptions) != 3 || len(r.Have.Products[0].Budgets) != 1 {
					t.Errorf("got %+v of %+v", r.Have.Products[0], all)
				}
			})
		}
	}
}

// A budget is AWS's word: one that is not there is named, with what to do.
func TestBudgetThatIsNotThere(t *testing.T) {
	b := newBed(t)
	if err := b.sandbox.Set(t.Context(), map[string]string{"servicecatalog:no-budgets": "on"}); err != nil {
		t.Fatal(err)
	}
	want := b.wanted(laden("1.0.0"))
	r, err := catalog.Reconcile(t.Context(), b.hub(want), want, everything)
	if err != nil || document.CodeOf(r.Err()) != "AXLE3260" || !strings.Contains(r.Err().Error(), "platform") {
		t.Errorf("got %v, %v", err, r.Err())
	}
}

// S17 CAT-5: a launch takes product.yaml's first value of each tag option, where the share has them;
// a fixed value is held against whoever gives another.
func TestLaunchOfWhatIsAttached(t *testing.T) {
	b := newBed(t)
	folio := b.files.Portfolios["storage"]
	folio.Shares[0].TagOptions = true
	p, fixed := laden("1.0.0"), "nobody"
	p.Parameters = map[string]products.Parameter{"Owner": {Fixed: &fixed}}
	b.publish(b.wanted(p))
	l := aws.NewLauncher(b.session)
	q := catalog.LaunchRequest{User: builder, Product: "bucket", Version: "1.0.0", Name: "trial"}
	if _, err := l.Launch(t.Context(), q); document.CodeOf(err) != "AXLE2664" {
		t.Errorf("nobody chose: %v", err)
	}
	q.Choices = p.TagOptions
	got, err := l.Launch(t.Context(), q)
	if err != nil || got.Status != "AVAILABLE" {
		t.Fatalf("got %+v, %v", got, err)
	}
	user := servicecatalog.NewFromConfig(b.as(builder.Account, builder.Role))
	out, err := user.DescribeRecord(t.Context(), &servicecatalog.DescribeRecordInput{Id: lastRecord(t, user, got.ID)})
	if err != nil {
		t.Fatal(err)
	}
	tags := map[string]string{}
	for _, tag := range out.RecordDetail.RecordTags {
		tags[*tag.Key] = *tag.Value
	}
	if tags["environment"] != "test" || tags["cost"] != "1" {
		t.Errorf("launched with the tags %v", tags)
	}
	q.Name, q.Parameters = "other", map[string]string{"Owner": "somebody"}
	got, err = l.Launch(t.Context(), q)
	if err == nil && got.Status == "AVAILABLE" || err != nil && !strings.Contains(err.Error(), "Owner is fixed") {
		t.Errorf("another value than the fixed one: %+v, %v", got, err)
	}
}

func lastRecord(t *testing.T, c *servicecatalog.Client, id string) *string {
	t.Helper()
	out, err := c.DescribeProvisionedProduct(t.Context(), &servicecatalog.DescribeProvisionedProductInput{Id: &id})
	if err != nil {
		t.Fatal(err)
	}
	return out.ProvisionedProductDetail.LastRecordId
}

// CD-10: what is attached and altered by hand is found, and what is not ours beside it.
func TestDriftOfWhatIsAttached(t *testing.T) {
	b := newBed(t)
	b.files.Spokes = []catalog.SpokeFile{{OrganizationalUnit: "ou-ab12-11111111"}}
	have := b.publish(b.wanted(laden("1.0.0"))).Have
	p, hand := have.Product("eu-west-1", "bucket"), b.hand()
	sight := func() []string {
		t.Helper()
		want, err := catalog.Want(b.files, laden("1.0.0"), catalog.Release{})
		if err != nil {
			t.Fatal(err)
		}
		hub := aws.NewHub(b.session, b.files.Hub, want, b.pins, b.open)
		s := catalog.Sight{File: b.files, Products: []*products.File{laden("1.0.0")}, Want: want}
		if s.Have, err = hub.Observe(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.Survey, err = hub.Survey(t.Context(), s.Have); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range s.Drifts() {
			got = append(got, d.Kind+" "+d.What)
		}
		return got
	}
	same(t, "clean", sight(), nil)
	_, err := hand.UpdateTagOption(t.Context(), &servicecatalog.UpdateTagOptionInput{Id: &p.TagOptions[0].ID, Active: sdk.Bool(false)})
	if err == nil {
		_, err = hand.UpdateServiceAction(t.Context(), &servicecatalog.UpdateServiceActionInput{Id: &have.SharedIn("eu-west-1").Actions[0].ID,
			Definition: map[string]string{"Name": "Evil", "Version": "$DEFAULT"}})
	}
	if err == nil {
		_, err = hand.DisassociateServiceActionFromProvisioningArtifact(t.Context(), &servicecatalog.DisassociateServiceActionFromProvisioningArtifactInput{
			ProductId: &p.ID, ProvisioningArtifactId: &p.Versions[0].ID, ServiceActionId: &have.SharedIn("eu-west-1").Actions[0].ID})
	}
	if err == nil {
		_, err = hand.DisassociateBudgetFromResource(t.Context(), &servicecatalog.DisassociateBudgetFromResourceInput{BudgetName: sdk.String("platform"), ResourceId: &p.ID})
	}
	if err != nil {
		t.Fatal(err)
	}
	altered := sight()
	slices.Sort(altered)
	same(t, "altered", altered, []string{
		"CD-10 budget platform of bucket: missing",
		"CD-10 service action Restart of bucket 1.0.0: missing",
		`CD-10 service action Restart of bucket: Evil $DEFAULT; git has AWS-RestartEC2Instance $DEFAULT as LAUNCH_ROLE with [{"Name":"InstanceId","Type":"TARGET"}]`,
		"CD-10 tag option cost=1: inactive; git has active"})
	b.publish(b.wanted(laden("1.0.0")))
	same(t, "mended", sight(), nil)
}
