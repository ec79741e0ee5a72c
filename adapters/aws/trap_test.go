package aws_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// trap is a row of the table of traps (catalog.md §5): a plain client, which believes each of AWS's
// answers, falls into it; axle, in the same world, does not.
type trap struct {
	id, name string
	bitten   func(p *plain) bool   // what the plain client does, and whether it was bitten
	axle     func(b *bed) (ok any) // what axle does: true, or what is wrong
}

// CAT-40: the sandbox has every trap, always or by a named switch; without axle's measure it bites.
func TestTraps(t *testing.T) {
	for _, tr := range traps {
		t.Run(tr.id+" "+tr.name, func(t *testing.T) {
			if !tr.bitten(newBed(t).plain()) {
				t.Error("the plain client was not bitten: the row shows nothing")
			}
		})
		t.Run(tr.id+" axle", func(t *testing.T) {
			if got := tr.axle(newBed(t)); got != true {
				t.Errorf("axle was bitten: %v", got)
			}
		})
	}
}

// lives publishes 1.0.0 in the world that these settings make, and says whether the spoke then sees it.
func lives(settings ...string) func(*bed) any {
	return func(b *bed) any {
		b.on(settings...)
		b.publish(b.want("1.0.0"))
		b.on("preset=calm")
		return b.sees("CatalogBuilder", "bucket") == "1.0.0"
	}
}

var traps = []trap{
	{"CT-1", "names are not unique: made again after its answer was lost, there are two", func(p *plain) bool {
		first := p.folio("Storage")
		return p.folio("Storage") != first
	}, func(b *bed) any {
		b.publish(b.want("1.0.0"))
		b.pins = &pins{ids: map[string]string{}} // the state is lost
		mark := b.mark()
		b.publish(b.want("1.0.0"))
		return len(mutating(b.since(mark))) == 0
	}},
	{"CT-2", "what was just made is not found", func(p *plain) bool {
		p.on("preset=eventual")
		product, _ := p.product("plain")
		return refusedWith(p.put(product, p.folio("Plain")), "ResourceNotFoundException")
	}, lives("preset=eventual")},
	{"CT-3", "two versions of a product at once", func(p *plain) bool {
		p.on("servicecatalog:parallel-versions-not-found")
		product, _ := p.product("plain")
		_, err := p.newVersion(product, "1.1.0")
		return refusedWith(err, "ResourceNotFoundException")
	}, func(b *bed) any {
		b.publish(b.want("1.0.0"))
		b.on("servicecatalog:parallel-versions-not-found")
		want := b.want("1.1.0")
		want.Products[0].Versions = append(want.Products[0].Versions, b.want("1.2.0").Products[0].Versions...)
		b.publish(want)
		return b.sees("CatalogBuilder", "bucket") == "1.0.0 1.1.0 1.2.0"
	}},
	{"CT-4", "one share action at a time", func(p *plain) bool {
		must(p.t, p.share(p.folio("One"), false))
		return refusedWith(p.share(p.folio("Two"), false), "InvalidStateException")
	}, func(b *bed) any {
		must(b.t, b.plain().share(b.plain().folio("Somebody else's"), false)) // just begun
		b.folioFile(func(f *catalog.PortfolioFile) {
			f.Shares = append(f.Shares, catalog.ShareFile{Organization: "o-exampleorg1"})
		})
		return lives()(b)
	}},
	{"CT-5", "a share that AWS throttled looks made", func(p *plain) bool {
		p.rules(halfShared)
		folio := p.folio("Plain")
		must(p.t, p.share(folio, true)) // no error
		p.pass(20 * time.Second)
		_, listed := p.shared(folio) // and it is listed
		return listed && p.received() == 0
	}, func(b *bed) any {
		b.rules(halfShared)
		b.publish(b.want("1.0.0"))
		return b.received() == 1
	}},
	{"CT-6", "a share cannot be changed while it is made", func(p *plain) bool {
		folio := p.folio("Plain")
		must(p.t, p.share(folio, false))
		_, err := p.UpdatePortfolioShare(p.t.Context(), &servicecatalog.UpdatePortfolioShareInput{PortfolioId: &folio, SharePrincipals: sdk.Bool(true),
			OrganizationNode: workloads()})
		return refusedWith(err, "InvalidStateException")
	}, func(b *bed) any {
		b.folioFile(func(f *catalog.PortfolioFile) { f.Shares[0].Principals = false })
		b.killAfter("CreatePortfolioShare") // and it goes on without axle
		b.folioFile(func(f *catalog.PortfolioFile) { f.Shares[0].Principals = true })
		return lives()(b)
	}},
	{"CT-7", "made again with other flags, a share stays as it was, without an error", func(p *plain) bool {
		folio := p.folio("Plain")
		must(p.t, p.share(folio, false))
		p.pass(20 * time.Second)
		must(p.t, p.share(folio, true))
		p.pass(20 * time.Second)
		s, _ := p.shared(folio)
		return !s.SharePrincipals
	}, func(b *bed) any {
		b.folioFile(func(f *catalog.PortfolioFile) { f.Shares[0].Principals = false })
		b.publish(b.want("1.0.0"))
		b.folioFile(func(f *catalog.PortfolioFile) { f.Shares[0].Principals = true })
		return lives()(b)
	}},
	{"CT-8", "a new principal has no launch path yet", func(p *plain) bool {
		folio, product, _ := p.whole("arn:aws:iam:::role/Nobody")
		p.rules(unseenPrincipal)
		must(p.t, p.admit(folio, types.PrincipalTypeIamPattern, "arn:aws:iam:::role/CatalogBuilder"))
		out, err := p.plainIn(someSpoke, "CatalogBuilder").ListLaunchPaths(p.t.Context(), &servicecatalog.ListLaunchPathsInput{ProductId: &product})
		return err != nil || len(out.LaunchPathSummaries) == 0
	}, func(b *bed) any {
		b.rules(unseenPrincipal)
		b.publish(b.want("1.0.0"))
		_, err := aws.NewLauncher(b.session).Launch(b.t.Context(), catalog.LaunchRequest{User: builder, Product: "bucket", Version: "1.0.0", Name: "trial"})
		return orTrue(err)
	}},
	{"CT-9", "a new role is not known yet", func(p *plain) bool {
		p.on("servicecatalog:fresh-principals-unknown")
		return refusedWith(p.admit(p.folio("Plain"), types.PrincipalTypeIam, p.freshRole()), "InvalidParametersException")
	}, func(b *bed) any {
		b.on("servicecatalog:fresh-principals-unknown")
		b.folioFile(func(f *catalog.PortfolioFile) {
			f.Principals = append(f.Principals, catalog.PrincipalFile{Type: "IAM", ARN: b.freshRole()})
		})
		return lives("servicecatalog:fresh-principals-unknown")(b)
	}},
	{"CT-10", "a launch role by its ARN builds the spoke's stack in the hub", func(p *plain) bool {
		folio, product, _ := p.whole("arn:aws:iam:::role/CatalogBuilder")
		must(p.t, p.constrain(product, folio, "LAUNCH", `{"RoleArn":"arn:aws:iam::`+hubAccount+`:role/SCLaunchStorage"}`))
		p.pass(5 * time.Second)
		return strings.Contains(p.launched("plain"), ":"+hubAccount+":")
	}, func(b *bed) any {
		b.publish(b.want("1.0.0"))
		return strings.Contains(b.launched("bucket"), ":"+someSpoke+":")
	}},
	{"CT-11", "two constraints of which AWS takes one", func(p *plain) bool {
		folio, product, _ := p.whole("arn:aws:iam:::role/CatalogBuilder")
		must(p.t, p.constrain(product, folio, "LAUNCH", `{"LocalRoleName":"SCLaunchStorage"}`))
		return refusedWith(p.constrain(product, folio, "LAUNCH", `{"LocalRoleName":"SCLaunchNetwork"}`), "DuplicateResourceException")
	}, func(b *bed) any { // refused before any call
		want := b.want("1.0.0")
		at := &want.Portfolios[0].Placements[0]
		at.Constraints = append(at.Constraints, catalog.Constraint{Type: "STACKSET", Parameters: "{}"})
		_, err := catalog.Reconcile(b.t.Context(), b.hub(want), want, everything)
		return document.CodeOf(err) == "AXLE2663" && len(mutating(b.since(0))) == 0
	}},
	{"CT-12", "who may make a role with a fitting name is admitted", func(p *plain) bool {
		p.whole("arn:aws:iam:::role/Catalog*")
		_, err := p.sandbox.EnsureRole(p.t.Context(), []string{someSpoke}, world.Role{Name: "CatalogIntruder", Path: "/", TrustAccounts: []string{hubAccount}})
		must(p.t, err)
		return p.sees("CatalogIntruder", "plain") != ""
	}, func(b *bed) any {
		_, said := catalog.Load("catalog.yaml", []byte("hub: {account: \"999999999999\", regions: [eu-west-1]}\nportfolios:\n  storage: {display_name: S, provider_name: P, principals: [{type: IAM_PATTERN, arn: \"arn:aws:iam:::role/Catalog*\"}]}\n"))
		return strings.Contains(fmt.Sprint(said), "AXLE1153")
	}},
	{"CT-13", "there are no drafts: what is made is seen at once", func(p *plain) bool {
		_, product, _ := p.whole("arn:aws:iam:::role/CatalogBuilder")
		_, err := p.newVersion(product, "1.1.0")
		must(p.t, err)
		p.pass(5 * time.Second)
		return p.sees("CatalogBuilder", "plain") == "1.0.0 1.1.0"
	}, func(b *bed) any { // a candidate is tried in a product of its own
		b.publish(b.want("1.0.0"))
		want, err := catalog.Staging(b.files, product("1.1.0"), catalog.Gamma{Portfolio: "staging", Account: "222222222222", Deploy: "CatalogGammaDeploy",
			Role: "CatalogGammaBuilder", Regions: []string{"eu-west-1"}}, b.release("1.1.0"))
		must(b.t, err)
		b.publish(want)
		return b.sees("CatalogBuilder", "bucket") == "1.0.0" && b.sees("CatalogBuilder", "bucket-staging") == ""
	}},
	{"CT-14", "a version's name has no spaces", func(p *plain) bool {
		product, _ := p.product("plain")
		p.pass(5 * time.Second)
		_, err := p.newVersion(product, "1.1.0 beta")
		return refusedWith(err, "InvalidParametersException")
	}, func(b *bed) any {
		_, said := products.Load("product.yaml", []byte("name: bucket\nversion: 1.1.0 beta\nowner: me\ntemplate: t.yaml\n"))
		return len(said) > 0 && strings.Contains(fmt.Sprint(said), "1.1.0 beta")
	}},
	{"CT-15", "deleting a version that is in use orphans it", func(p *plain) bool {
		_, product, version := p.whole("arn:aws:iam:::role/CatalogBuilder")
		p.launched("plain")
		_, err := p.newVersion(product, "1.1.0")
		must(p.t, err)
		p.pass(5 * time.Second)
		_, err = p.DeleteProvisioningArtifact(p.t.Context(), &servicecatalog.DeleteProvisioningArtifactInput{ProductId: &product, ProvisioningArtifactId: &version})
		return err == nil // not a word of who runs it
	}, func(b *bed) any { // what leaves git is not deleted
		b.publish(b.want("1.0.0"))
		b.publish(b.want("1.1.0"))
		return b.sees("CatalogBuilder", "bucket") == "1.0.0 1.1.0"
	}},
	{"CT-16", "a list of versions without its end", func(p *plain) bool {
		p.on("servicecatalog:versions-listed=1")
		product, _ := p.product("plain")
		p.pass(5 * time.Second)
		_, err := p.newVersion(product, "1.1.0")
		must(p.t, err)
		out, err := p.ListProvisioningArtifacts(p.t.Context(), &servicecatalog.ListProvisioningArtifactsInput{ProductId: &product})
		must(p.t, err)
		return len(out.ProvisioningArtifactDetails) == 1 // and no way to ask for the second
	}, func(b *bed) any {
		b.publish(b.want("1.0.0"))
		b.publish(b.want("1.1.0"))
		b.on("servicecatalog:versions-listed=1")
		want := b.want("1.1.0")
		r, err := catalog.Reconcile(b.t.Context(), b.hub(want), want, everything)
		return err == nil && document.CodeOf(r.Err()) == "AXLE3208"
	}},
	{"CT-17", "the first page of a list is not the list", func(p *plain) bool {
		p.product("plain")
		p.on("sandbox:empty-pages")
		out, err := p.SearchProductsAsAdmin(p.t.Context(), nil)
		must(p.t, err)
		return len(out.ProductViewDetails) == 0 // so a second one would be made
	}, func(b *bed) any {
		b.publish(b.want("1.0.0"))
		b.on("sandbox:empty-pages")
		b.pins = &pins{ids: map[string]string{}}
		mark := b.mark()
		b.publish(b.want("1.0.0"))
		return len(mutating(b.since(mark))) == 0
	}},
	{"CT-18", "tag options with no value in common", func(p *plain) bool {
		folio, product, version := p.whole("arn:aws:iam:::role/CatalogBuilder")
		p.tagOption(folio, "prod")
		p.tagOption(product, "dev")
		_, err := p.UpdatePortfolioShare(p.t.Context(), &servicecatalog.UpdatePortfolioShareInput{PortfolioId: &folio, ShareTagOptions: sdk.Bool(true),
			OrganizationNode: workloads()})
		must(p.t, err)
		p.pass(20 * time.Second)
		_, err = p.plainIn(someSpoke, "CatalogBuilder").ProvisionProduct(p.t.Context(), &servicecatalog.ProvisionProductInput{ProductId: &product, ProvisioningArtifactId: &version,
			ProvisionedProductName: sdk.String("mine"), ProvisionToken: p.token(), Tags: []types.Tag{{Key: sdk.String("env"), Value: sdk.String("dev")}}})
		return refusedWith(err, "InvalidParametersException")
	}, func(b *bed) any { // found before anything is sent
		b.publish(b.want("1.0.0"))
		b.plain().tagOption(b.plain().only(), "prod")
		want := b.want("1.1.0")
		want.Products[0].TagOptions = []catalog.TagOption{{Key: "env", Value: "dev"}}
		mark := b.mark()
		_, err := catalog.Reconcile(b.t.Context(), b.hub(want), want, everything)
		return document.CodeOf(err) == "AXLE2662" && len(mutating(b.since(mark))) == 0
	}},
	{"CT-19", "a product whose update failed looks fine", func(p *plain) bool {
		arn, _ := p.failedUpdate()
		out, err := cloudformation.NewFromConfig(p.as(builder.Account, builder.Role)).DescribeStacks(p.t.Context(), &cloudformation.DescribeStacksInput{StackName: &arn})
		must(p.t, err)
		return strings.HasSuffix(string(out.Stacks[0].StackStatus), "_COMPLETE")
	}, func(b *bed) any {
		_, status := b.failedUpdate()
		return status == "TAINTED"
	}},
	{"CT-20", "a copy does not follow its source", func(p *plain) bool {
		_, product, _ := p.whole("arn:aws:iam:::role/CatalogBuilder")
		spoke := p.plainIn(someSpoke, "CatalogBuilder")
		out, err := spoke.CopyProduct(p.t.Context(), &servicecatalog.CopyProductInput{SourceProductArn: sdk.String("arn:aws:catalog:eu-west-1:" + hubAccount + ":product/" + product),
			TargetProductName: sdk.String("copied"), IdempotencyToken: p.token()})
		must(p.t, err)
		p.pass(10 * time.Second)
		_, err = p.newVersion(product, "1.1.0")
		must(p.t, err)
		p.pass(5 * time.Second)
		done, err := spoke.DescribeCopyProductStatus(p.t.Context(), &servicecatalog.DescribeCopyProductStatusInput{CopyProductToken: out.CopyProductToken})
		must(p.t, err)
		list, err := spoke.ListProvisioningArtifacts(p.t.Context(), &servicecatalog.ListProvisioningArtifactsInput{ProductId: done.TargetProductId})
		must(p.t, err)
		return len(list.ProvisioningArtifactDetails) == 1
	}, func(b *bed) any { // by reference: seen by the spoke, and no call in it
		b.publish(b.want("1.0.0"))
		mark := b.mark()
		b.publish(b.want("1.1.0"))
		for _, c := range b.since(mark) {
			if c.Account != hubAccount {
				return c.Operation + " in " + c.Account
			}
		}
		return b.sees("CatalogBuilder", "bucket") == "1.0.0 1.1.0"
	}},
	{"CT-21", "shares vanish with the delegation, and stand still without access", func(p *plain) bool {
		p.whole("arn:aws:iam:::role/CatalogBuilder")
		before := p.received()
		p.deregister()
		return before == 1 && p.received() == 0 // and nobody tells
	}, func(b *bed) any {
		b.publish(b.want("1.0.0"))
		_, top := b.top()
		_, err := top.DisableAWSOrganizationsAccess(b.t.Context(), nil)
		must(b.t, err)
		if code := b.refused(); code != "AXLE3330" {
			return "access switched off: " + code
		}
		_, err = top.EnableAWSOrganizationsAccess(b.t.Context(), nil)
		must(b.t, err)
		b.pass(10 * time.Second)
		b.deregister()
		if code := b.refused(); code != "AXLE3331" {
			return "de-registered: " + code
		}
		members, _ := b.top()
		_, err = members.RegisterDelegatedAdministrator(b.t.Context(), &organizations.RegisterDelegatedAdministratorInput{AccountId: sdk.String(hubAccount), ServicePrincipal: sdk.String("servicecatalog.amazonaws.com")})
		must(b.t, err)
		return lives()(b) // and all is made anew
	}},
	{"CT-22", "the SDK repeats what a quota refused", func(p *plain) bool {
		return p.attempts(func(b *bed) {
			c := b.as(hubAccount, "CatalogHubPublisher")
			c.Retryer = func() sdk.Retryer { return retry.NewStandard(func(o *retry.StandardOptions) { o.Backoff = atOnce{} }) }
			_, _ = servicecatalog.NewFromConfig(c).CreatePortfolio(b.t.Context(), &servicecatalog.CreatePortfolioInput{DisplayName: sdk.String("x"), ProviderName: sdk.String("x"), IdempotencyToken: sdk.String("x")})
		}) > 1
	}, func(b *bed) any {
		return b.attempts(func(b *bed) {
			want := b.want("1.0.0")
			r, err := catalog.Reconcile(b.t.Context(), b.hub(want), want, everything)
			if err != nil || document.CodeOf(r.Err()) != "AXLE3204" {
				b.t.Error(err, r.Err())
			}
		}) == 1
	}},
}

// halfShared is a share of which one account is throttled, once.
var halfShared = sandbox.Rules{Faults: []world.Fault{{Operation: "CreatePortfolioShare", Kind: world.KindShareError, Accounts: []string{someSpoke}, Code: "ThrottlingException", Times: 1}}}

func orTrue(err error) any {
	if err != nil {
		return err
	}
	return true
}

type atOnce struct{}

func (atOnce) BackoffDelay(int, error) (time.Duration, error) { return 0, nil }

// killAfter publishes 1.0.0 and is killed when this call has had its effect.
func (b *bed) killAfter(call string) {
	b.t.Helper()
	ctx, kill := context.WithCancel(b.t.Context())
	dead := false
	b.wire.set(func(operation string, _ int) fault {
		if dead {
			return fault{reset: true}
		}
		if operation != call {
			return fault{}
		}
		dead = true
		return fault{lost: true, then: kill}
	})
	if err := publishFirst(ctx, b); err == nil {
		b.t.Error("it was not killed")
	}
	b.wire.set(nil)
	b.session = b.newSession()
}
