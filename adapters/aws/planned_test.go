package aws_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/world"
)

// measured is what a hub makes of the quotas of a plan.
func (b *bed) measured(want catalog.Catalog) ([]catalog.Quota, error) {
	b.t.Helper()
	hub := b.hub(want)
	have, err := hub.Observe(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return hub.Quotas(b.t.Context(), catalog.Quotas(catalog.Plan(want, have), have))
}

// lower sets a quota of the sandbox's.
func (b *bed) lower(name, value string) {
	b.t.Helper()
	if err := b.sandbox.Set(b.t.Context(), map[string]string{"servicecatalog:" + name: value}); err != nil {
		b.t.Fatal(err)
	}
}

// CAT-47: used and limit are the account's own: products of others in the region, and in the
// portfolio, count too.
func TestQuotasAreTheAccounts(t *testing.T) {
	b := newBed(t)
	b.publish(b.want("1.0.0"))
	second := *product("1.0.0")
	second.Name = "another"
	want, err := catalog.Want(b.files, &second, b.release("1.0.0"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ quota, value, ends, says string }{
		{"products", "2", "", ""},
		{"products", "1", "AXLE2700", "products in the region eu-west-1: 1 used, 2 with this plan, the limit is 1 (L-764CF6A1)"},
		{"products-of-portfolio", "1", "AXLE2700", "products in the portfolio storage in eu-west-1: 1 used, 2 with this plan, the limit is 1 (L-AB79E48B)"},
	} {
		b.lower("products", "350")
		b.lower(c.quota, c.value)
		all, err := b.measured(want)
		if err != nil {
			t.Fatal(err)
		}
		err = catalog.CheckQuotas(all)
		if document.CodeOf(err) != c.ends || c.says != "" && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s at %s: %v", c.quota, c.value, err)
		}
		if i := slices.IndexFunc(all, func(q catalog.Quota) bool { return q.Code != "" && !q.Read }); i >= 0 {
			t.Errorf("%s was not read", all[i].Name)
		}
	}
}

// CAT-47: a role that may not read Service Quotas goes by AWS's defaults, and that is told.
func TestQuotasByDefault(t *testing.T) {
	b := newBed(t)
	b.wire.set(func(name string, _ int) fault {
		if name == "ListServiceQuotas" {
			return fault{status: http.StatusBadRequest, code: "AccessDeniedException"}
		}
		return fault{}
	})
	all, err := b.measured(b.want("1.0.0"))
	if err != nil || catalog.CheckQuotas(all) != nil || slices.ContainsFunc(all, func(q catalog.Quota) bool { return q.Read || q.Unknown }) {
		t.Errorf("%v %+v", err, all)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.hub(b.want("1.0.0")).Quotas(ctx, all[:1]); err == nil {
		t.Error("an interrupted question was answered")
	}
}

// CAT-52 I19 T30 X21: a list whose second page fails is no list: nothing is planned, and so
// nothing removed.
func TestNoPlanFromHalfAList(t *testing.T) {
	b := newBed(t)
	folio := b.files.Portfolios["storage"]
	for i := range 30 {
		folio.Principals = append(folio.Principals, catalog.PrincipalFile{Type: "IAM", ARN: fmt.Sprintf("arn:aws:iam::999999999999:role/CatalogBuilder%02d", i)})
	}
	wide := folio
	wide.Principals = folio.Principals[:1]
	for i := range 30 {
		role := world.Role{Name: fmt.Sprintf("CatalogBuilder%02d", i), TrustAccounts: []string{"999999999999"}}
		if _, err := b.sandbox.EnsureRole(t.Context(), []string{"999999999999"}, role); err != nil {
			t.Fatal(err)
		}
	}
	b.files.Portfolios["storage"] = folio
	b.publish(b.want("1.0.0"))
	b.files.Portfolios["storage"] = wide
	b.wire.set(func(name string, nth int) fault {
		if name == "ListPrincipalsForPortfolio" && nth%2 == 0 {
			return fault{status: http.StatusBadRequest, code: "AccessDeniedException"}
		}
		return fault{}
	})
	mark := b.mark()
	want := b.want("1.0.0")
	r, err := catalog.Reconcile(t.Context(), b.hub(want), want, everything)
	if err != nil || r.Errors["eu-west-1"] == nil || len(r.Applied)+len(r.Withheld) > 0 {
		t.Errorf("%v, %v: %d changes", err, r.Errors, len(r.Applied)+len(r.Withheld))
	}
	same(t, "with half a list", mutating(b.since(mark)), nil)
	b.wire.set(nil)
	if r = b.publish(want); len(r.Applied) != 30 {
		t.Errorf("with all of it, %d removals", len(r.Applied))
	}
}

// CAT-51: what a session counts is what AWS was called, and how long that took stands beside what
// was planned.
func TestSpentIsWhatWasCalled(t *testing.T) {
	b := newBed(t)
	before, mark := b.session.Spent(), b.mark()
	r := b.publish(b.want("1.0.0"))
	calls, took := b.session.Spent().Since(before)
	if len(calls) != 1 || calls[0].Writes != len(mutating(b.since(mark))) || calls[0].Reads == 0 {
		t.Errorf("counted %+v, made %q", calls, mutating(b.since(mark)))
	}
	planned := catalog.Propose(catalog.Prospect{Hub: "999999999999", Changes: r.Applied}).Duration()
	if took < planned/2 || took > planned*2 {
		t.Errorf("planned %s, took %s", planned, took.Round(time.Second))
	}
}
