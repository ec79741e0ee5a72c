package servicecatalog_test

import (
	"fmt"
	"testing"

	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// Only an associated principal sees a product; a pattern comes with the share only when it
// shares principals. CT-12
func TestWhoSees(t *testing.T) {
	tests := []struct {
		name       string
		pattern    string
		principals bool
		want       bool
	}{
		{"the role's own name", builder, true, true},
		{"any name that begins so", "arn:aws:iam:::role/Catalog*", true, true},
		{"another role", "arn:aws:iam:::role/SomebodyElse", true, false},
		{"a share without principals", builder, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBed(t)
			folio := b.portfolio("P")
			product, _ := b.product("bucket", simple)
			b.place(product, folio)
			must(t, b.admit(b.hub, folio, types.PrincipalTypeIamPattern, tt.pattern))
			b.share(folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, tt.principals)
			same(t, "spoke sees", b.sees(spoke, "CatalogBuilder", product), tt.want)
		})
	}
}

// A receiver associates its own principals with what it has received; they count there alone.
// So gamma's end user launches from a portfolio shared with the ACCOUNT node.
func TestReceiverAdmitsItsOwn(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("Staging")
	product, artifact := b.product("bucket-staging", simple)
	b.place(product, folio)
	b.share(folio, types.OrganizationNodeTypeAccount, gamma, false)
	user := "arn:aws:iam::" + gamma + ":role/CatalogGammaBuilder"
	same(t, "before", b.sees(gamma, "CatalogGammaBuilder", product), false)
	wants(t, b.admit(b.hub, folio, types.PrincipalTypeIam, user), "InvalidParametersException", "not in account "+hub)
	must(t, b.admit(b.as(gamma, "CatalogGammaDeploy"), folio, types.PrincipalTypeIam, user))
	same(t, "after", b.sees(gamma, "CatalogGammaBuilder", product), true)
	same(t, "another role of gamma", b.sees(gamma, "CatalogGammaDeploy", product), false)
	b.launch(b.as(gamma, "CatalogGammaBuilder"), published{folio, product, artifact}, "candidate", nil)
	out, err := b.hub.ListPrincipalsForPortfolio(t.Context(), &sc.ListPrincipalsForPortfolioInput{PortfolioId: &folio})
	must(t, err)
	same(t, "the hub's principals", len(out.Principals), 0)
}

// In the account that owns the portfolio its own principals count, whatever is shared.
func TestOwnersUser(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	product, _ := b.product("bucket", simple)
	b.place(product, folio)
	same(t, "before", b.sees(hub, publisher, product), false)
	must(t, b.admit(b.hub, folio, types.PrincipalTypeIam, "arn:aws:iam::"+hub+":role/"+publisher))
	same(t, "after", b.sees(hub, publisher, product), true)
	_, err := b.hub.DisassociatePrincipalFromPortfolio(t.Context(), &sc.DisassociatePrincipalFromPortfolioInput{PortfolioId: &folio, PrincipalARN: ptr("arn:aws:iam::" + hub + ":role/" + publisher)})
	must(t, err)
	same(t, "taken away", b.sees(hub, publisher, product), false)
}

// What is not a principal. CT-9
func TestPrincipalRefusals(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	tests := []struct {
		name, arn string
		kind      types.PrincipalType
		code      string
	}{
		{"a role that is not there", "arn:aws:iam::" + hub + ":role/Nope", types.PrincipalTypeIam, "InvalidParametersException"},
		{"a role by another path", "arn:aws:iam::" + hub + ":role/x/" + publisher, types.PrincipalTypeIam, "InvalidParametersException"},
		{"a user that is not there", "arn:aws:iam::" + hub + ":user/nope", types.PrincipalTypeIam, "InvalidParametersException"},
		{"not an ARN", "axle", types.PrincipalTypeIam, "InvalidParametersException"},
		{"a group", "arn:aws:iam::" + hub + ":group/g", types.PrincipalTypeIam, "NotImplemented"},
		{"a pattern with an account", "arn:aws:iam::" + hub + ":role/*", types.PrincipalTypeIamPattern, "InvalidParametersException"},
		{"a wildcard for the type", "arn:aws:iam:::*/Name", types.PrincipalTypeIamPattern, "InvalidParametersException"},
		{"another type", builder, "ROLE", "ValidationException"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wants(t, b.admit(b.hub, folio, tt.kind, tt.arn), tt.code) })
	}
	must(t, b.admit(b.hub, folio, types.PrincipalTypeIam, "arn:aws:iam::"+hub+":user/axle"))
}

// A repeated association has no effect. SBX-31
func TestAdmittedTwice(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	must(t, b.admit(b.hub, folio, types.PrincipalTypeIamPattern, builder))
	must(t, b.admit(b.hub, folio, types.PrincipalTypeIamPattern, builder))
	out, err := b.hub.ListPrincipalsForPortfolio(t.Context(), &sc.ListPrincipalsForPortfolioInput{PortfolioId: &folio})
	must(t, err)
	same(t, "principals", len(out.Principals), 1)
	gone := &sc.DisassociatePrincipalFromPortfolioInput{PortfolioId: &folio, PrincipalARN: ptr(builder)}
	_, err = b.hub.DisassociatePrincipalFromPortfolio(t.Context(), gone)
	wants(t, err, "ResourceNotFoundException") // its type is not the default, IAM
	gone.PrincipalType = types.PrincipalTypeIamPattern
	_, err = b.hub.DisassociatePrincipalFromPortfolio(t.Context(), gone)
	must(t, err)
}

// Ten patterns, a hundred principals: one more is refused. SBX-39
func TestPrincipalQuotas(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	for i := range 10 {
		must(t, b.admit(b.hub, folio, types.PrincipalTypeIamPattern, fmt.Sprintf("%s%d", builder, i)))
	}
	wants(t, b.admit(b.hub, folio, types.PrincipalTypeIamPattern, builder), "LimitExceededException", "10")
	for i := range 90 {
		name := fmt.Sprintf("R%d", i)
		b.in(func(c *world.Call) { world.PutRole(c, world.Role{Name: name, Path: "/", Account: hub}) })
		must(t, b.admit(b.hub, folio, types.PrincipalTypeIam, "arn:aws:iam::"+hub+":role/"+name))
	}
	wants(t, b.admit(b.hub, folio, types.PrincipalTypeIam, "arn:aws:iam::"+hub+":role/"+publisher), "LimitExceededException", "100")
}

func ptr[T any](v T) *T { return &v }
