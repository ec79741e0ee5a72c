package aws_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
)

// CD-5 CD-7 CD-8 CAT-70: what was altered by hand in a spoke's own is found, with the spoke and
// AWS's id; what is as git has it is no drift, though it bears the hub's names.
func TestDriftOfLocals(t *testing.T) {
	type found struct{ kind, says string }
	for name, c := range map[string]struct {
		mode  string
		alter func(t *testing.T, hand *servicecatalog.Client, l catalog.Local) (id string, err error)
		want  found
	}{
		"an import as it should be": {catalog.Import, nil, found{}},
		"a copy as it should be":    {catalog.Copied, nil, found{}},
		"an import without its constraint": {catalog.Import, func(t *testing.T, hand *servicecatalog.Client, l catalog.Local) (string, error) {
			_, err := hand.DeleteConstraint(t.Context(), &servicecatalog.DeleteConstraintInput{Id: &l.Portfolios[0].Placements[0].Constraints[0].ID})
			return l.Portfolios[0].ID, err
		}, found{"CD-5", "LAUNCH"}},
		"somebody more is admitted": {catalog.Import, func(t *testing.T, hand *servicecatalog.Client, l catalog.Local) (string, error) {
			_, err := hand.AssociatePrincipalWithPortfolio(t.Context(), &servicecatalog.AssociatePrincipalWithPortfolioInput{PortfolioId: &l.Portfolios[0].ID,
				PrincipalARN: sdk.String("arn:aws:iam::" + spoke1 + ":role/CatalogSpokeReader"), PrincipalType: "IAM"})
			return l.Portfolios[0].ID, err
		}, found{"CD-10", "CatalogSpokeReader"}},
		"a portfolio renamed": {catalog.Copied, func(t *testing.T, hand *servicecatalog.Client, l catalog.Local) (string, error) {
			_, err := hand.UpdatePortfolio(t.Context(), &servicecatalog.UpdatePortfolioInput{Id: &l.Portfolios[0].ID, DisplayName: sdk.String("Mine")})
			return l.Portfolios[0].ID, err
		}, found{"CD-8", "display_name: Mine"}},
		"a stale copy": {catalog.Copied, func(t *testing.T, hand *servicecatalog.Client, l catalog.Local) (string, error) {
			_, err := hand.UpdateProvisioningArtifact(t.Context(), &servicecatalog.UpdateProvisioningArtifactInput{ProductId: &l.Copies[0].ID,
				ProvisioningArtifactId: &l.Copies[0].Versions[0].ID, Active: sdk.Bool(false)})
			return l.Copies[0].ID, err
		}, found{"CD-8", "1.0.0 retired; git has 1.0.0 active"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := localBed(t, c.mode)
			want := b.wantLocal("1.0.0")
			r := b.publish(want)
			id := ""
			if c.alter != nil {
				var err error
				id, err = c.alter(t, servicecatalog.NewFromConfig(b.as(spoke1, "CatalogBuilder")), *r.Have.Local(spoke1, "eu-west-1"))
				must(t, err)
			}
			got := b.localDrifts(want)
			if c.want.kind == "" {
				if len(got) > 0 {
					t.Errorf("drift: %+v", got)
				}
				return
			}
			if len(got) != 1 || got[0].Kind != c.want.kind || got[0].Account != spoke1 || got[0].ID != id || !strings.Contains(got[0].What, c.want.says) {
				t.Errorf("got %+v, want %+v in %s", got, c.want, id)
			}
		})
	}
}

// localDrifts are the drifts of the spokes.
func (b *bed) localDrifts(want catalog.Catalog) (found []catalog.Drift) {
	b.t.Helper()
	org, err := aws.NewOrganization(b.session, "999999999999", "CatalogHubPublisher").Accounts(b.t.Context())
	must(b.t, err)
	spokes, err := catalog.Spokes(b.files, org)
	must(b.t, err)
	have, err := b.hub(want).Observe(b.t.Context())
	must(b.t, err)
	sight := &catalog.SpokeSight{Org: org}
	sight.Locals, err = aws.NewFleet(b.session).Locals(b.t.Context(), spokes)
	must(b.t, err)
	for _, d := range (catalog.Sight{File: b.files, Want: want, Have: have, Spokes: sight}).Drifts() {
		if d.Account != hubAccount {
			found = append(found, d)
		}
	}
	return found
}
