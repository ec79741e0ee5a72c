package stages_test

import (
	"testing"

	"github.com/axle-cd/axle/products"
)

// B081: what a DeletionPolicy keeps in the test account is named, with its region; the run goes on.
func TestTeardownNamesWhatIsRetained(t *testing.T) {
	table(t, "beta/teardown", []outcome{
		{"a key that is retained", func(b *bed) {
			b.deleted.Resources = []products.StackResource{
				{LogicalID: "Key", Type: "AWS::KMS::Key", PhysicalID: "k-1", Status: "DELETE_SKIPPED"},
				{LogicalID: "Topic", Type: "AWS::SNS::Topic", PhysicalID: "t-1", Status: "DELETE_COMPLETE"},
			}
		}, "pass AXLE2121", "AWS::KMS::Key k-1 stays in 111111111111 eu-west-1: its DeletionPolicy retains it"},
	})
}
