package servicecatalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/servicecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

// settings changes how the world behaves.
func (b *bed) settings(change func(*world.Settings)) {
	b.t.Helper()
	b.in(func(c *world.Call) {
		its := world.SettingsOf(c)
		change(&its)
		world.PutSettings(c.Tx, its)
	})
}

// on turns switches of the service on.
func (b *bed) on(names ...string) {
	b.t.Helper()
	b.settings(func(its *world.Settings) {
		its.Switches = map[string]bool{}
		for _, name := range names {
			its.Switches["servicecatalog:"+name] = true
		}
	})
}

// quota lowers a quota of the service.
func (b *bed) quota(name string, n int) {
	b.t.Helper()
	b.settings(func(its *world.Settings) {
		its.Quotas = map[string]int{"servicecatalog:" + name: n}
	})
}

// fault makes calls go wrong.
func (b *bed) fault(f world.Fault) {
	b.t.Helper()
	b.settings(func(its *world.Settings) {
		its.Faults = []world.Fault{f}
	})
}

// AWS's figures, where nothing is set. SBX-39
func TestUsualQuotas(t *testing.T) {
	want := map[string]string{
		"portfolios": "100", "products": "350", "service-actions": "200", "products-of-portfolio": "150", "accounts-of-portfolio": "5000",
		"principals-of-portfolio": "100", "patterns-of-portfolio": "10", "versions-of-product": "100", "principals-of-product": "200",
		"constraints": "100", "tags": "20", "tags-of-provisioned-product": "50", "tag-options-of-resource": "25",
		"values-of-tag-option": "25", "service-actions-of-version": "25",
	}
	seen := map[string]bool{}
	for _, k := range servicecatalog.Service().Knobs {
		name := strings.TrimPrefix(k.Name, "servicecatalog:")
		if seen[name] || k.Says == "" || name == k.Name {
			t.Errorf("%s is listed twice, says nothing, or is not the service's", k.Name)
		}
		seen[name] = true
		if usual, ok := want[name]; ok && (k.Usual != usual || k.Kind != "quota") {
			t.Errorf("%s: %s %s, want %s", k.Name, k.Kind, k.Usual, usual)
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("no knob: %v", want)
	}
}

// With a quota of two the second is made and the third is refused. SBX-39, RT04
func TestQuotas(t *testing.T) {
	type bedded struct {
		*bed
		folio, product, artifact string
	}
	tests := []struct {
		name string
		have int // there before
		add  func(b bedded, n int) error
	}{
		{"portfolios", 1, func(b bedded, n int) error {
			_, err := b.hub.CreatePortfolio(b.t.Context(), &sc.CreatePortfolioInput{DisplayName: aws.String("P"), ProviderName: aws.String("P"), IdempotencyToken: b.token()})
			return err
		}},
		{"products", 1, func(b bedded, n int) error {
			_, err := b.hub.CreateProduct(b.t.Context(), &sc.CreateProductInput{Name: aws.String("x"), Owner: aws.String("x"), IdempotencyToken: b.token(),
				ProductType: types.ProductTypeCloudFormationTemplate, ProvisioningArtifactParameters: b.version("1.0.0", simple)})
			return err
		}},
		{"products", 1, func(b bedded, n int) error { // a copy is a product too
			_, err := b.hub.CopyProduct(b.t.Context(), &sc.CopyProductInput{SourceProductArn: b.arn(b.product), IdempotencyToken: b.token()})
			return err
		}},
		{"versions-of-product", 1, func(b bedded, n int) error {
			_, err := b.hub.CreateProvisioningArtifact(b.t.Context(), &sc.CreateProvisioningArtifactInput{ProductId: &b.product, Parameters: b.version("2.0.0", simple), IdempotencyToken: b.token()})
			return err
		}},
		{"versions-of-product", 1, func(b bedded, n int) error { // copied ones are counted too
			_, err := b.hub.CopyProduct(b.t.Context(), &sc.CopyProductInput{SourceProductArn: b.arn(b.product), TargetProductId: &b.product,
				SourceProvisioningArtifactIdentifiers: []map[string]string{{"Id": b.artifact}}, IdempotencyToken: b.token()})
			return err
		}},
		{"products-of-portfolio", 1, func(b bedded, n int) error {
			product, _ := b.bed.product("other", simple)
			_, err := b.hub.AssociateProductWithPortfolio(b.t.Context(), &sc.AssociateProductWithPortfolioInput{ProductId: &product, PortfolioId: &b.folio})
			return err
		}},
		{"accounts-of-portfolio", 0, func(b bedded, n int) error {
			_, err := b.hub.CreatePortfolioShare(b.t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &b.folio, AccountId: aws.String([]string{spoke, sister, gamma}[n])})
			return err
		}},
		{"principals-of-portfolio", 0, func(b bedded, n int) error {
			return b.admit(b.hub, b.folio, types.PrincipalTypeIamPattern, builder+string(rune('a'+n)))
		}},
		{"patterns-of-portfolio", 0, func(b bedded, n int) error {
			return b.admit(b.hub, b.folio, types.PrincipalTypeIamPattern, builder+string(rune('a'+n)))
		}},
		{"principals-of-product", 0, func(b bedded, n int) error {
			return b.admit(b.hub, b.folio, types.PrincipalTypeIamPattern, builder+string(rune('a'+n)))
		}},
		{"principals-of-product", 0, func(b bedded, n int) error { // by the portfolios that it is put into
			folio := b.portfolio("Q")
			if err := b.admit(b.hub, folio, types.PrincipalTypeIamPattern, builder); err != nil {
				return err
			}
			_, err := b.hub.AssociateProductWithPortfolio(b.t.Context(), &sc.AssociateProductWithPortfolioInput{ProductId: &b.product, PortfolioId: &folio})
			return err
		}},
		{"constraints", 0, func(b bedded, n int) error {
			_, err := b.constrain(b.product, b.folio, "RESOURCE_UPDATE", mayTag)
			return err
		}},
		{"tags", 0, func(b bedded, n int) error {
			key := string(rune('a' + n))
			_, err := b.hub.UpdatePortfolio(b.t.Context(), &sc.UpdatePortfolioInput{Id: &b.folio, AddTags: []types.Tag{{Key: &key, Value: &key}}})
			return err
		}},
		{"tag-options-of-resource", 0, func(b bedded, n int) error { return b.tag(b.folio, b.tagOption("k", string(rune('a'+n)))) }},
		{"values-of-tag-option", 0, func(b bedded, n int) error {
			_, err := b.hub.CreateTagOption(b.t.Context(), &sc.CreateTagOptionInput{Key: aws.String("k"), Value: aws.String(string(rune('a' + n)))})
			return err
		}},
		{"service-actions", 0, func(b bedded, n int) error { _, err := b.serviceAction("restart"); return err }},
		{"service-actions-of-version", 0, func(b bedded, n int) error {
			id, err := b.serviceAction("restart")
			must(b.t, err)
			return b.act(b.product, b.artifact, id)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := bedded{bed: newBed(t)}
			b.folio = b.portfolio("P")
			b.product, b.artifact = b.bed.product("bucket", simple)
			b.place(b.product, b.folio)
			b.quota(tt.name, 2)
			for n := tt.have; n < 2; n++ {
				must(t, tt.add(b, n))
			}
			wants(t, tt.add(b, 2), "LimitExceededException", "limit of 2")
		})
	}
}

// Fifty tags for a provisioned product, the portfolio's among them. SBX-39
func TestProvisionedTagQuota(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	b.quota("tags-of-provisioned-product", 1)
	in := &sc.ProvisionProductInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact, ProvisionedProductName: aws.String("mine"), ProvisionToken: b.token(),
		Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("1")}}}
	_, err := b.builder(spoke).ProvisionProduct(t.Context(), in)
	wants(t, err, "LimitExceededException", "provisioned product")
	in.Tags, in.ProvisionToken = in.Tags[:1], b.token()
	_, err = b.builder(spoke).ProvisionProduct(t.Context(), in)
	must(t, err)
}

// Each asynchronous work ends well, takes longer, never ends, or fails. SBX-34
func TestWorks(t *testing.T) {
	tests := []struct {
		work                string
		operation           string        // that begins it
		usual               time.Duration // that it takes
		going, well, failed string
		begin               func(b *bed) func() string // gives what tells its state
	}{
		{"product", "CreateProduct", 2 * time.Second, "CREATING", "AVAILABLE", "FAILED", func(b *bed) func() string {
			out, err := b.hub.CreateProduct(b.t.Context(), &sc.CreateProductInput{Name: aws.String("x"), Owner: aws.String("x"), IdempotencyToken: b.token(),
				ProductType: types.ProductTypeCloudFormationTemplate, ProvisioningArtifactParameters: b.version("1.0.0", simple)})
			must(b.t, err)
			return func() string {
				got, err := b.hub.DescribeProductAsAdmin(b.t.Context(), &sc.DescribeProductAsAdminInput{Id: out.ProductViewDetail.ProductViewSummary.ProductId})
				must(b.t, err)
				return string(got.ProductViewDetail.Status)
			}
		}},
		{"version", "CreateProvisioningArtifact", 2 * time.Second, "CREATING", "AVAILABLE", "FAILED", func(b *bed) func() string {
			product, _ := b.product("bucket", simple)
			out, err := b.hub.CreateProvisioningArtifact(b.t.Context(), &sc.CreateProvisioningArtifactInput{ProductId: &product, Parameters: b.version("2.0.0", simple), IdempotencyToken: b.token()})
			must(b.t, err)
			return func() string {
				got, err := b.hub.DescribeProvisioningArtifact(b.t.Context(), &sc.DescribeProvisioningArtifactInput{ProductId: &product, ProvisioningArtifactId: out.ProvisioningArtifactDetail.Id})
				must(b.t, err)
				return string(got.Status)
			}
		}},
		{"constraint", "CreateConstraint", 2 * time.Second, "CREATING", "AVAILABLE", "FAILED", func(b *bed) func() string {
			folio := b.portfolio("P")
			product, _ := b.product("bucket", simple)
			b.place(product, folio)
			out, err := b.hub.CreateConstraint(b.t.Context(), &sc.CreateConstraintInput{ProductId: &product, PortfolioId: &folio, Type: aws.String("LAUNCH"), Parameters: aws.String(launchLocal), IdempotencyToken: b.token()})
			must(b.t, err)
			return func() string {
				got, err := b.hub.DescribeConstraint(b.t.Context(), &sc.DescribeConstraintInput{Id: out.ConstraintDetail.ConstraintId})
				must(b.t, err)
				return string(got.Status)
			}
		}},
		{"share", "CreatePortfolioShare", 15 * time.Second, "IN_PROGRESS", "COMPLETED", "ERROR", func(b *bed) func() string {
			folio := b.portfolio("P")
			out, err := b.hub.CreatePortfolioShare(b.t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &folio, OrganizationNode: unit})
			must(b.t, err)
			return func() string {
				got, err := b.hub.DescribePortfolioShareStatus(b.t.Context(), &sc.DescribePortfolioShareStatusInput{PortfolioShareToken: out.PortfolioShareToken})
				must(b.t, err)
				if has := len(b.accepted(spoke, types.PortfolioShareTypeAwsOrganizations)) == 1; has != (got.Status == types.ShareStatusCompleted) {
					b.t.Errorf("%s, and the spoke has it: %v", got.Status, has)
				}
				return string(got.Status)
			}
		}},
		{"copy", "CopyProduct", 5 * time.Second, "IN_PROGRESS", "SUCCEEDED", "FAILED", func(b *bed) func() string {
			product, _ := b.product("bucket", simple)
			out, err := b.hub.CopyProduct(b.t.Context(), &sc.CopyProductInput{SourceProductArn: b.arn(product), IdempotencyToken: b.token()})
			must(b.t, err)
			return func() string {
				got, err := b.hub.DescribeCopyProductStatus(b.t.Context(), &sc.DescribeCopyProductStatusInput{CopyProductToken: out.CopyProductToken})
				must(b.t, err)
				return string(got.CopyProductStatus)
			}
		}},
		{"plan", "CreateProvisionedProductPlan", 2 * time.Second, "CREATE_IN_PROGRESS", "CREATE_SUCCESS", "CREATE_FAILED", func(b *bed) func() string {
			p := b.publish(simple)
			id := b.planned(b.builder(spoke), p, "mine")
			return func() string { return string(b.plan(b.builder(spoke), id).Status) }
		}},
		{"service-action", "ExecuteProvisionedProductServiceAction", 5 * time.Second, "IN_PROGRESS", "SUCCEEDED", "FAILED", func(b *bed) func() string {
			p := b.publish(simple)
			id, err := b.serviceAction("restart")
			must(b.t, err)
			must(b.t, b.act(p.product, p.artifact, id))
			user := b.builder(spoke)
			pp := b.launch(user, p, "mine", nil)
			out, err := user.ExecuteProvisionedProductServiceAction(b.t.Context(), &sc.ExecuteProvisionedProductServiceActionInput{ProvisionedProductId: &pp, ServiceActionId: &id, ExecuteToken: b.token()})
			must(b.t, err)
			return func() string { return string(b.record(user, *out.RecordDetail.RecordId).Status) }
		}},
	}
	for _, tt := range tests {
		name := "servicecatalog:" + tt.work
		for _, how := range []struct {
			name     string
			settings world.Settings
			states   [3]string // after a second, after its usual time, after a minute
		}{
			{"ends well", world.Settings{}, [3]string{tt.going, tt.well, tt.well}},
			{"lasts longer", world.Settings{Takes: map[string]world.Duration{name: world.Duration(30 * time.Second)}}, [3]string{tt.going, tt.going, tt.well}},
			{"sticks", world.Settings{Faults: []world.Fault{{Operation: tt.operation, Kind: world.KindStuck}}}, [3]string{tt.going, tt.going, tt.going}},
			{"fails", world.Settings{Switches: map[string]bool{name + "-fails": true}}, [3]string{tt.going, tt.failed, tt.failed}},
		} {
			t.Run(tt.work+" "+how.name, func(t *testing.T) {
				b := newBed(t)
				b.builder(spoke)
				b.settings(func(its *world.Settings) {
					*its = how.settings
				})
				state := tt.begin(b)
				for i, wait := range []time.Duration{time.Second, tt.usual, time.Minute} {
					b.sleep(wait)
					same(t, "state "+[]string{"after a second", "after its time", "a minute later"}[i], state(), how.states[i])
				}
			})
		}
	}
}

// Organizations access that cannot be enabled is DISABLED again. SBX-34
func TestAccessFails(t *testing.T) {
	b := newBed(t)
	b.in(func(c *world.Call) {
		org, _ := world.Org(c.In(management, ""))
		org.CatalogSharing = "DISABLED"
		world.PutOrg(c, org)
	})
	b.on("access-fails")
	top := sc.NewFromConfig(b.user("management"))
	for _, want := range []types.AccessStatus{types.AccessStatusUnderChange, types.AccessStatusDisabled} {
		if want == types.AccessStatusUnderChange {
			_, err := top.EnableAWSOrganizationsAccess(t.Context(), &sc.EnableAWSOrganizationsAccessInput{})
			must(t, err)
		}
		out, err := top.GetAWSOrganizationsAccessStatus(t.Context(), &sc.GetAWSOrganizationsAccessStatusInput{})
		must(t, err)
		same(t, "status", out.AccessStatus, want)
		b.sleep(5 * time.Second)
	}
}
