package aws_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// moving is a bed in which a builder runs 1.0.0 with a parameter, and 1.1.0 is there; and the move.
func moving(t *testing.T) (*bed, *aws.Launcher, catalog.Launch) {
	t.Helper()
	b := newBed(t)
	b.publish(b.want("1.0.0"))
	b.publish(b.want("1.1.0"))
	l := aws.NewLauncher(b.session)
	p, err := l.Launch(t.Context(), catalog.LaunchRequest{User: builder, Product: "bucket", Version: "1.0.0", Name: "mine", Parameters: map[string]string{"Owner": "me"}})
	if err != nil || p.Status != "AVAILABLE" {
		t.Fatal(p, err)
	}
	return b, l, catalog.Launch{Account: builder.Account, Region: builder.Region, Role: builder.Role, Product: "bucket", ProductName: "bucket", Version: "1.1.0", Name: "mine", ID: p.ID}
}

// CAT-77: a preview tells each resource's change and leaves nothing behind, also where one before
// it was interrupted; AWS's refusal is told as it is.
func TestPreview(t *testing.T) {
	b, l, to := moving(t)
	b.wire.set(func(op string, nth int) fault { return fault{reset: op == "DeleteProvisionedProductPlan"} })
	if _, err := l.Preview(t.Context(), to); err == nil {
		t.Fatal("the plan could not be deleted, and nothing is said")
	}
	b.wire.set(nil)
	for range 2 {
		p, err := l.Preview(t.Context(), to)
		if err != nil || p.Failed != "" || len(p.Changes) > 0 && p.Changes[0].ID != "Bucket" {
			t.Fatalf("%+v, %v", p, err)
		}
	}
	if got, there, err := l.Find(t.Context(), builder, "mine"); err != nil || !there || got.Version != "1.0.0" || got.Status != "AVAILABLE" {
		t.Errorf("afterwards: %+v, %v", got, err)
	}
	other := to
	other.ID = "pp-another"
	if _, err := l.Preview(t.Context(), other); document.CodeOf(err) != "AXLE2755" {
		t.Errorf("another of the name: %v", err)
	}
}

// CAT-77: a move updates once, keeps what parameters there are, and does nothing a second time; a
// version that is retired meanwhile is moved from with its parameters too (CAT-78).
func TestMove(t *testing.T) {
	for name, retired := range map[string]bool{"from an active version": false, "from a retired one": true} {
		t.Run(name, func(t *testing.T) {
			b, l, to := moving(t)
			if retired {
				p := product("1.1.0")
				p.Lifecycle.Retired = []string{"1.0.0"}
				want, err := catalog.Want(b.files, p, b.release("1.1.0"))
				if err != nil {
					t.Fatal(err)
				}
				b.publish(want)
			}
			for _, calls := range [][]string{{"UpdateProvisionedProduct"}, nil} {
				mark := b.mark()
				p, err := l.Move(t.Context(), to)
				if err != nil || p.Status != "AVAILABLE" || p.Version != "1.1.0" {
					t.Fatalf("%+v, %v", p, err)
				}
				same(t, "calls", mutating(b.since(mark)), calls)
			}
			f := aws.NewFleet(b.session)
			readings, err := f.Read(t.Context(), builders)
			if err != nil {
				t.Fatal(err)
			}
			one := readings[0].Launched[0]
			want := kept(func(l *catalog.Launch) { l.Name, l.VersionID = "mine", one.VersionID })
			if err := f.Parameters(t.Context(), readings, []catalog.Launch{want}); err != nil || readings[0].Launched[0].Parameters["Owner"] != "me" {
				t.Errorf("parameters %v, %v", readings[0].Launched[0].Parameters, err)
			}
		})
	}
}

// CT-19: what ended TAINTED stays so for everybody but the one who chooses it.
func TestMoveOfTainted(t *testing.T) {
	b, l, to := moving(t)
	taken := "Resources:\n  Taken: { Type: AWS::S3::Bucket, Properties: { BucketName: axle-artifacts-999999999999-eu-west-1 } }\n"
	bad := []byte(strings.Replace(templateText, "Resources:\n", taken, 1))
	d := digestOf(bad)
	b.store[d] = bad
	want, err := catalog.Want(b.files, product("1.2.0"), catalog.Release{Version: "1.2.0", Digest: d, Template: d})
	if err != nil {
		t.Fatal(err)
	}
	b.publish(want)
	broken := to
	broken.Version = "1.2.0"
	if p, err := l.Move(t.Context(), broken); err != nil || p.Status != "TAINTED" || p.Message == "" {
		t.Fatalf("%+v, %v", p, err)
	}
	mark := b.mark()
	if p, err := l.Keep(t.Context(), kept(func(l *catalog.Launch) { l.Name = "mine" })); err != nil || p.Status != "TAINTED" || len(mutating(b.since(mark))) > 0 {
		t.Errorf("kept: %+v, %v, %v", p, err, mutating(b.since(mark)))
	}
	if p, err := l.Move(t.Context(), to); err != nil || p.Status != "AVAILABLE" || p.Version != "1.1.0" {
		t.Errorf("moved: %+v, %v", p, err)
	}
}

// CAT-63 CAT-77: killed after the update was sent, a campaign that goes on finds it and sends no other.
func TestMoveAfterALostReply(t *testing.T) {
	b, l, to := moving(t)
	mark := b.mark()
	b.wire.set(func(op string, nth int) fault {
		return fault{lost: op == "UpdateProvisionedProduct", status: map[bool]int{true: 403}[op == "DescribeRecord"], code: "AccessDenied"}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := l.Move(ctx, to); err == nil {
		t.Fatal("the reply was lost, and it is said to be done")
	}
	b.wire.set(nil)
	p, err := aws.NewLauncher(b.newSession()).Move(t.Context(), to)
	if err != nil || p.Status != "AVAILABLE" || p.Version != "1.1.0" {
		t.Fatalf("%+v, %v", p, err)
	}
	tokens := map[string]bool{}
	for _, c := range b.since(mark) {
		if c.Operation == "UpdateProvisionedProduct" {
			tokens[c.Token] = true
		}
	}
	if len(tokens) != 1 {
		t.Errorf("tokens: %v", tokens)
	}
}
