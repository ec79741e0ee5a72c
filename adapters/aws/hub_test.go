package aws_test

import (
	"testing"
)

// CAT-30 CAT-32 CAT-11: a first publication, a second one of nothing, and a second version.
func TestPublish(t *testing.T) {
	b := newBed(t)
	first := b.publish(b.want("1.0.0"))
	same(t, "first publication", mutating(b.since(0)), []string{
		"CreatePortfolio", "PutObject", "CreateProduct", "AssociateProductWithPortfolio", "CreateConstraint",
		"AssociatePrincipalWithPortfolio", "CreatePortfolioShare"})

	mark := b.mark()
	b.publish(b.want("1.0.0"))
	same(t, "the same again", mutating(b.since(mark)), nil)

	mark = b.mark()
	second := b.publish(b.want("1.1.0"))
	same(t, "a new version", mutating(b.since(mark)), []string{"PutObject", "CreateProvisioningArtifact"})

	p, q := first.Have.Product("eu-west-1", "bucket"), second.Have.Product("eu-west-1", "bucket")
	if p.ID != q.ID || p.Versions[0].ID != q.Version("1.0.0").ID || len(q.Versions) != 2 {
		t.Errorf("ids moved: %v, then %v", p, q)
	}
}
