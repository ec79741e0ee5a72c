package policies

import (
	"context"
	"testing"

	"github.com/axle-cd/axle/products/cfn"
)

func TestSmoke(t *testing.T) {
	r, err := New(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	tmpl, ds := cfn.Parse("t.yaml", []byte("Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      AccessControl: PublicRead\n"))
	if tmpl == nil {
		t.Fatal(ds)
	}
	rep, err := r.Judge(context.Background(), tmpl, cfn.Env{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range rep.Findings {
		t.Log(f.Diagnostic.String(), f.Rule)
	}
	t.Log(rep.Tried)
}
