package aws_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
)

// kept is what git wants of a bucket in the builder's account.
func kept(change func(*catalog.Launch)) catalog.Launch {
	l := catalog.Launch{Entry: "bucket", Account: builder.Account, Region: builder.Region, Role: builder.Role, Product: "bucket", ProductName: "bucket",
		Version: "1.0.0", Name: "axle-bucket", Parameters: map[string]string{"Owner": "me"}}
	if change != nil {
		change(&l)
	}
	return l
}

var builders = []catalog.Spoke{{Account: builder.Account, Role: builder.Role, Region: builder.Region}}

// CAT-80 CAT-82: what git wants is launched once and updated for a version or a parameter of its
// own; what is so already costs no mutating call; what is to be gone is ended.
func TestKeep(t *testing.T) {
	b := newBed(t)
	b.publish(b.want("1.0.0"))
	b.publish(b.want("1.1.0"))
	l := aws.NewLauncher(b.session)
	steps := []struct {
		name  string
		want  catalog.Launch
		calls []string
	}{
		{"launch", kept(nil), []string{"ProvisionProduct"}},
		{"again", kept(nil), nil},
		{"another parameter", kept(func(l *catalog.Launch) { l.Parameters = map[string]string{"Owner": "you"} }), []string{"UpdateProvisionedProduct"}},
		{"again", kept(func(l *catalog.Launch) { l.Parameters = map[string]string{"Owner": "you"} }), nil},
		{"another version: what is not given stays", kept(func(l *catalog.Launch) { l.Version, l.Parameters = "1.1.0", nil }), []string{"UpdateProvisionedProduct"}},
		{"as it was", kept(func(l *catalog.Launch) { l.Version, l.Parameters = "1.1.0", map[string]string{"Owner": "you"} }), nil},
		{"terminated", kept(func(l *catalog.Launch) { l.Terminated = true }), []string{"TerminateProvisionedProduct"}},
		{"terminated again", kept(func(l *catalog.Launch) { l.Terminated = true }), nil},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			mark := b.mark()
			p, err := l.Keep(t.Context(), s.want)
			if err != nil {
				t.Fatal(err)
			}
			if want := map[bool]string{false: "AVAILABLE"}[s.want.Terminated]; p.Status != want {
				t.Errorf("%+v", p)
			}
			same(t, "calls", mutating(b.since(mark)), s.calls)
		})
	}
}

// What the version does not take is refused before anything is launched.
func TestKeepUnknownParameter(t *testing.T) {
	b := newBed(t)
	b.publish(b.want("1.0.0"))
	mark := b.mark()
	_, err := aws.NewLauncher(b.session).Keep(t.Context(), kept(func(l *catalog.Launch) { l.Parameters["Ownr"] = "me" }))
	if document.CodeOf(err) != "AXLE2745" || !strings.Contains(err.Error(), "bucket 1.0.0 has no parameter Ownr") || len(mutating(b.since(mark))) > 0 {
		t.Errorf("%v, %v", err, mutating(b.since(mark)))
	}
}

// CAT-45 CAT-33: an answer that is lost, or a process that dies before it, launches nothing twice.
func TestKeepAfterALostReply(t *testing.T) {
	for _, operation := range []string{"ProvisionProduct", "UpdateProvisionedProduct", "TerminateProvisionedProduct"} {
		t.Run(operation, func(t *testing.T) {
			b := newBed(t)
			b.publish(b.want("1.0.0"))
			b.publish(b.want("1.1.0"))
			mark := b.mark()
			b.wire.set(func(op string, nth int) fault { return fault{lost: op == operation && nth == 1} })
			for _, want := range []catalog.Launch{kept(nil), kept(func(l *catalog.Launch) { l.Version = "1.1.0" }), kept(func(l *catalog.Launch) { l.Terminated = true })} {
				if _, err := aws.NewLauncher(b.newSession()).Keep(t.Context(), want); err != nil {
					t.Fatal(err)
				}
			}
			effects := map[string]bool{}
			for _, c := range b.since(mark) {
				if c.Operation == operation {
					effects[c.Token] = true
				}
			}
			if len(effects) != 1 {
				t.Errorf("tokens: %v", effects)
			}
		})
	}
}

// CAT-80: what a launch was given is read from its stack, and asked for where it is compared only;
// a stack that is not shown makes its spoke unread.
func TestParametersOfLaunches(t *testing.T) {
	b := newBed(t)
	have := b.publish(b.want("1.0.0")).Have
	if _, err := aws.NewLauncher(b.session).Keep(t.Context(), kept(nil)); err != nil {
		t.Fatal(err)
	}
	id := have.Products[0].Versions[0].ID
	cases := []struct {
		name  string
		want  catalog.Launch
		fault string
		reads int
		owner string
		code  string
	}{
		{"compared", kept(func(l *catalog.Launch) { l.VersionID = id }), "", 1, "me", ""},
		{"nothing was given", kept(func(l *catalog.Launch) { l.VersionID, l.Parameters = id, nil }), "", 0, "", ""},
		{"another version: it is updated anyway", kept(func(l *catalog.Launch) { l.VersionID = "pa-other" }), "", 0, "", ""},
		{"not there", kept(func(l *catalog.Launch) { l.VersionID, l.Name = id, "axle-other" }), "", 0, "", ""},
		{"refused", kept(func(l *catalog.Launch) { l.VersionID = id }), "AccessDenied", 1, "", "AXLE4200"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b.wire.set(func(op string, _ int) fault {
				if op == "DescribeStacks" && c.fault != "" {
					return fault{status: 403, code: c.fault}
				}
				return fault{}
			})
			f := aws.NewFleet(b.session)
			readings, err := f.Read(t.Context(), builders)
			if err == nil {
				err = f.Parameters(t.Context(), readings, []catalog.Launch{c.want})
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := readings[0].Launched[0].Parameters["Owner"]; got != c.owner || b.wire.count("DescribeStacks") != c.reads || document.CodeOf(readings[0].Err) != c.code {
				t.Errorf("owner %q, %d reads, %v", got, b.wire.count("DescribeStacks"), readings[0].Err)
			}
		})
	}
}

// chain is a release whose stack takes half a minute: thirty topics, one after the other.
func (b *bed) chain() catalog.Release {
	text := "Resources:\n  T0: { Type: AWS::SNS::Topic }\n"
	for i := range 30 {
		text += fmt.Sprintf("  T%d: { Type: AWS::SNS::Topic, DependsOn: T%d }\n", i+1, i)
	}
	d := digestOf([]byte(text))
	b.store[d] = []byte(text)
	return catalog.Release{Version: "1.0.0", Digest: d, Template: d}
}

// CAT-83: ten launches in one account and region take less than twice as long as one. Time is the
// bubble's: it goes on when everybody waits.
func TestLaunchesSideBySide(t *testing.T) { synctest.Test(t, launchesSideBySide) }

func launchesSideBySide(t *testing.T) {
	wait := func(ctx context.Context, d time.Duration) error {
		select {
		case <-ctx.Done():
		case <-time.After(d):
		}
		return ctx.Err()
	}
	b := newBedIn(t, sandbox.Options{Seed: []byte("adapters/aws"), Wait: wait, Mode: sandbox.Real})
	want, err := catalog.Want(b.files, product("1.0.0"), b.chain())
	if err != nil {
		t.Fatal(err)
	}
	b.publish(want)
	l := aws.NewLauncher(b.session)
	took := func(names ...string) (seconds float64) {
		start := b.clock().Now()
		var wg sync.WaitGroup
		for _, name := range names {
			wg.Go(func() {
				p, err := l.Keep(t.Context(), kept(func(l *catalog.Launch) { l.Name, l.Parameters = name, nil }))
				if err != nil || p.Status != "AVAILABLE" {
					t.Error(p, err)
				}
			})
		}
		wg.Wait()
		return b.clock().Now().Sub(start).Seconds()
	}
	one := took("alone")
	var names []string
	for i := range 10 {
		names = append(names, fmt.Sprintf("of-ten-%d", i))
	}
	ten := took(names...)
	t.Logf("one took %.1f s, ten %.1f s", one, ten)
	if one < 30 || ten >= 2*one {
		t.Errorf("one took %.1f s, ten %.1f s", one, ten)
	}
}
