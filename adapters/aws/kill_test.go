package aws_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/products"
)

// point is where a process ends, around one call.
type point string

const (
	beforeSend  point = "before it is sent"
	afterSend   point = "after it is sent, and it arrives while the next process works"
	afterEffect point = "after its effect, before the answer"
	afterAnswer point = "after the answer"
)

// executioner is a way to AWS that ends the process at its nth mutating call.
type executioner struct {
	next http.RoundTripper
	nth  int
	at   point
	kill context.CancelFunc

	mu     sync.Mutex
	writes int
	late   *http.Request // sent by the dead, not yet arrived
	dead   bool
	name   string // of the call
}

func reads(name string) bool {
	return slices.ContainsFunc([]string{"Describe", "List", "Search", "Get", "GET", "Scan", "AssumeRole", "HEAD"}, func(p string) bool { return strings.HasPrefix(name, p) })
}

func (e *executioner) RoundTrip(r *http.Request) (*http.Response, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	name := operation(r)
	if e.dead {
		return nil, net.ErrClosed
	}
	if !reads(name) {
		e.writes++
	}
	if reads(name) || e.writes != e.nth {
		return e.next.RoundTrip(r)
	}
	e.dead, e.name = true, name
	defer e.kill()
	switch e.at {
	case beforeSend:
		return nil, net.ErrClosed
	case afterSend:
		e.late = r.Clone(context.WithoutCancel(r.Context()))
		data, err := io.ReadAll(r.Body)
		e.late.Body = io.NopCloser(bytes.NewReader(data))
		return nil, cmp.Or(err, net.ErrClosed)
	}
	out, err := e.next.RoundTrip(r)
	if e.at == afterEffect && err == nil {
		out.Body.Close()
		return nil, net.ErrClosed
	}
	return out, err
}

// latecomer lets what the dead process sent arrive before the next one's first mutating call.
type latecomer struct {
	next http.RoundTripper
	late *http.Request
	once sync.Once
}

func (l *latecomer) RoundTrip(r *http.Request) (*http.Response, error) {
	if !reads(operation(r)) {
		l.once.Do(func() {
			if out, err := l.next.RoundTrip(l.late); err == nil {
				out.Body.Close()
			}
		})
	}
	return l.next.RoundTrip(r)
}

// rich is a bucket with all that a product may have, in two portfolios.
func rich(version string) *products.File {
	p := product(version)
	p.TagOptions = map[string][]string{"environment": {"test", "dev"}}
	p.ServiceActions = []products.ServiceAction{{Name: "Restart", Document: "AWS-RestartEC2Instance", AssumeRole: "LAUNCH_ROLE"}}
	at := p.Portfolios["storage"]
	at.Budget = "platform"
	at.Constraints.ResourceUpdate = &products.ResourceUpdateConstraint{TagUpdateOnProvisionedProduct: "NOT_ALLOWED"}
	p.Portfolios["storage"], p.Portfolios["staging"] = at, products.Placement{}
	return p
}

// grown is the same a version later, with a change of every kind that mends.
func grown() *products.File {
	p := rich("1.1.0")
	p.Owner = "other@example.com"
	p.TagOptions["environment"] = []string{"test", "prod"}
	p.ServiceActions[0].Document = "AWS-StopEC2Instance"
	p.Lifecycle.Deprecated = []products.Deprecated{{Version: "1.0.0"}}
	delete(p.Portfolios, "staging")
	at := p.Portfolios["storage"]
	at.Budget, at.Constraints.ResourceUpdate = "other", nil
	p.Portfolios["storage"] = at
	return p
}

// CAT-33 X02 M2 I1 I3 I4 I9: killed at every mutating call, at four points of each, a rerun ends in
// the same catalog as a run that nothing killed, and of each thing there is one. By default two of
// the points, by turns; AXLE_FULL=1 takes all.
func TestKillPoints(t *testing.T) {
	share := func(b *bed, principals bool) {
		b.folioFile(func(f *catalog.PortfolioFile) {
			f.Description = fmt.Sprint("Buckets ", principals)
			f.Shares = []catalog.ShareFile{{OrganizationalUnit: "ou-ab12-11111111", Principals: principals}, {Organization: "o-exampleorg1"}}
			if !principals {
				f.Shares = f.Shares[:1]
			}
		})
	}
	works := []struct {
		name string
		work func(ctx context.Context, b *bed) error
	}{
		{"first", func(ctx context.Context, b *bed) error {
			share(b, true)
			return b.try(ctx, rich("1.0.0"))
		}},
		{"next", func(ctx context.Context, b *bed) error {
			share(b, false)
			return b.try(ctx, grown())
		}},
	}
	ready := func(t *testing.T, before int) *bed {
		b := newBed(t)
		for _, w := range works[:before] {
			must(t, w.work(t.Context(), b))
		}
		b.session = b.newSession()
		return b
	}
	points := 0
	for i, w := range works {
		clean := ready(t, i)
		mark := clean.mark()
		var approved catalog.Permit
		clean.permit = func(plan []catalog.Change) ([]catalog.Change, error) {
			approved = catalog.Approved(plan)
			return plan, nil
		}
		must(t, w.work(t.Context(), clean))
		want, writes := clean.holds(), len(mutating(clean.since(mark)))
		for nth := 1; nth <= writes; nth++ {
			for j, at := range []point{beforeSend, afterSend, afterEffect, afterAnswer} {
				if !full && (nth+j)%2 == 0 {
					continue
				}
				points++
				b := ready(t, i)
				b.permit = approved
				call, err := b.executed(nth, at, w.work)
				if err != nil {
					t.Errorf("%s, killed at %s %s: %v", w.name, call, at, err)
					continue
				}
				if got := b.holds(); got != want {
					t.Errorf("%s, killed at %s %s: the hub holds\n%s\nwant\n%s", w.name, call, at, got, want)
				}
			}
		}
	}
	t.Logf("%d kill points", points)
	if points < 60 {
		t.Errorf("only %d kill points", points)
	}
}

// askedAgain sorts calls. A share's token is learnt by asking for the share again, which makes nothing.
func askedAgain(calls []string) []string {
	slices.Sort(calls)
	return slices.CompactFunc(calls, func(a, b string) bool { return a == b && a == "CreatePortfolioShare" })
}

// executed does the work, kills it at a point, and does it again in another process.
func (b *bed) executed(nth int, at point, work func(context.Context, *bed) error) (call string, err error) {
	ctx, e := b.dying(nth, at)
	b.session = b.newSession()
	if err := work(ctx, b); err == nil {
		return e.name, fmt.Errorf("it was not killed")
	}
	b.revive(e)
	b.session = b.newSession()
	err = work(b.t.Context(), b)
	b.wire.next = b.sandbox.Transport()
	return e.name, err
}

// dying is a process that is killed at its nth call that changes something; what it does goes by the context.
func (b *bed) dying(nth int, at point) (context.Context, *executioner) {
	ctx, kill := context.WithCancel(b.t.Context())
	e := &executioner{next: b.sandbox.Transport(), nth: nth, at: at, kill: kill}
	b.wire.next = e
	return ctx, e
}

// revive begins the process after the dead one, of which a call may still arrive.
func (b *bed) revive(e *executioner) {
	e.kill()
	b.wire.next = b.sandbox.Transport()
	if e.late != nil {
		b.wire.next = &latecomer{next: b.sandbox.Transport(), late: e.late}
	}
}

func (b *bed) try(ctx context.Context, p *products.File) error {
	want, err := catalog.Want(b.files, p, b.release(p.Version))
	if err != nil {
		return err
	}
	permit := b.permit
	if permit == nil {
		permit = everything
	}
	r, err := catalog.Reconcile(ctx, b.hub(want), want, permit)
	if err == nil {
		err = r.Err()
	}
	return err
}

// holds is everything that the hub has, in words without ids, read by hand: what is there twice is there twice.
func (b *bed) holds() string {
	b.t.Helper()
	hub, ctx := b.plain(), b.t.Context()
	names := map[string]string{} // by id
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	all, err := hub.SearchProductsAsAdmin(ctx, nil)
	must(b.t, err)
	for _, d := range all.ProductViewDetails {
		id := *d.ProductViewSummary.ProductId
		p, err := hub.DescribeProductAsAdmin(ctx, &servicecatalog.DescribeProductAsAdminInput{Id: &id})
		must(b.t, err)
		names[id] = *d.ProductViewSummary.Name
		say("product %s of %s", names[id], *d.ProductViewSummary.Owner)
		for _, o := range p.TagOptions {
			say("  tag option %s=%s", *o.Key, *o.Value)
		}
		for _, x := range p.Budgets {
			say("  budget %s", *x.BudgetName)
		}
		versions, err := hub.ListProvisioningArtifacts(ctx, &servicecatalog.ListProvisioningArtifactsInput{ProductId: &id})
		must(b.t, err)
		for _, v := range versions.ProvisioningArtifactDetails {
			actions, err := hub.ListServiceActionsForProvisioningArtifact(ctx, &servicecatalog.ListServiceActionsForProvisioningArtifactInput{ProductId: &id, ProvisioningArtifactId: v.Id})
			must(b.t, err)
			say("  version %s %v %s, %d actions", *v.Name, *v.Active, v.Guidance, len(actions.ServiceActionSummaries))
		}
	}
	folios, err := hub.ListPortfolios(ctx, nil)
	must(b.t, err)
	for _, f := range folios.PortfolioDetails {
		say("portfolio %s: %s", *f.DisplayName, sdk.ToString(f.Description))
		constraints, err := hub.ListConstraintsForPortfolio(ctx, &servicecatalog.ListConstraintsForPortfolioInput{PortfolioId: f.Id})
		must(b.t, err)
		for _, k := range constraints.ConstraintDetails {
			say("  constraint of %s in %s: %s", names[*k.ProductId], *f.DisplayName, *k.Type)
		}
		principals, err := hub.ListPrincipalsForPortfolio(ctx, &servicecatalog.ListPrincipalsForPortfolioInput{PortfolioId: f.Id})
		must(b.t, err)
		say("  %d principals", len(principals.Principals))
		for _, kind := range []string{"ORGANIZATION", "ORGANIZATIONAL_UNIT"} {
			shares, err := hub.DescribePortfolioShares(ctx, &servicecatalog.DescribePortfolioSharesInput{PortfolioId: f.Id, Type: types.DescribePortfolioShareType(kind)})
			must(b.t, err)
			for _, s := range shares.PortfolioShareDetails {
				say("  shared with %s %v %v", *s.PrincipalId, s.SharePrincipals, s.Accepted)
			}
		}
	}
	options, err := hub.ListTagOptions(ctx, nil)
	must(b.t, err)
	actions, err := hub.ListServiceActions(ctx, nil)
	must(b.t, err)
	say("%d tag options, %d service actions; spoke sees %s", len(options.TagOptionDetails), len(actions.ServiceActionSummaries), b.sees("CatalogBuilder", "bucket"))
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
