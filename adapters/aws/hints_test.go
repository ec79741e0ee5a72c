package aws_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	mpc "github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/marketplacecatalog"
)

// delivery is what becomes of the events of a thing that happens: which are sent, and how much later.
type delivery map[string][]telling

type telling struct {
	after time.Duration
	event string
}

// deliveries of the two events of a thing, the second of which follows from the first.
func deliveries(one, two string) delivery {
	return delivery{
		"all lost":  nil,
		"in time":   {{0, one}, {time.Minute, two}},
		"doubled":   {{0, one}, {0, one}, {time.Minute, two}, {2 * time.Minute, two}, {10 * time.Minute, one}},
		"reordered": {{0, two}, {20 * time.Minute, one}},
		"junk":      {{0, "{"}, {0, `{"source":7}`}, {0, strings.Repeat("[", 9_000)}},
		"denied":    {{0, one}}, // axle's role may not read the queue
	}
}

// errand is the sandbox's clock, on which things happen at their times while somebody waits.
type errand struct {
	*bed
	due []chore
}

type chore struct {
	at time.Time
	do func()
}

func (e *errand) at(t time.Time, do func()) {
	e.due = append(e.due, chore{t, do})
	slices.SortStableFunc(e.due, func(a, b chore) int { return a.at.Compare(b.at) })
}

func (e *errand) clock() aws.Clock {
	real := e.bed.clock()
	return aws.Clock{Now: real.Now, Sleep: func(ctx context.Context, d time.Duration) error {
		until := real.Now().Add(d)
		for len(e.due) > 0 && !e.due[0].at.After(until) {
			next := e.due[0]
			e.due = e.due[1:]
			if err := real.Sleep(ctx, max(0, next.at.Sub(real.Now()))); err != nil {
				return err
			}
			next.do()
		}
		return real.Sleep(ctx, max(0, until.Sub(real.Now())))
	}}
}

// watch makes passes for three hours, as the loops of axle do. Ten minutes in something happens, and
// its events come as they are delivered. It gives the passes, and what was called that changes anything.
func watch(t *testing.T, b *bed, kind string, loop market.Loop, happens func(), d delivery, pass func()) (passes int, changes []string, first time.Duration) {
	t.Helper()
	client := b.queues()
	if _, err := client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: sdk.String("axle-market")}); err != nil {
		t.Fatal(err)
	}
	e := &errand{bed: b}
	start := e.bed.clock().Now()
	when := start.Add(10 * time.Minute)
	e.at(when, happens)
	for _, s := range d[kind] {
		e.at(when.Add(s.after), func() {
			if _, err := client.SendMessage(context.WithoutCancel(t.Context()), &sqs.SendMessageInput{QueueUrl: sdk.String(hintsURL), MessageBody: sdk.String(s.event)}); err != nil {
				t.Error(err)
			}
		})
	}
	b.wire.fault = func(operation string, _ int) fault {
		if kind == "denied" && strings.HasPrefix(operation, "ReceiveMessage") {
			return fault{status: 403, code: "AccessDenied"}
		}
		return fault{}
	}
	session := b.sessionOn(e.clock())
	role := market.Organization{Name: "home", Account: home, Role: "arn:aws:iam::" + home + ":role/axle/market", ExternalID: "7f3c2d9e41"}
	queue, err := aws.NewQueue(session, hintsURL, []market.Organization{role}, func(string, ...any) {})
	if err != nil {
		t.Fatal(err)
	}
	alarm := &market.Alarm{Ear: queue, Loop: loop, Now: e.clock().Now, Sleep: e.clock().Sleep, Say: func(string, ...any) {}, Keep: func(context.Context, market.Request) error { return nil }}
	mark := b.mark()
	for e.bed.clock().Now().Before(start.Add(3 * time.Hour)) {
		alarm.Begun(t.Context())
		pass()
		passes++
		if n := len(b.changed(mark)); n > len(changes) && e.bed.clock().Now().After(when) {
			if changes = b.changed(mark); first == 0 {
				first = e.bed.clock().Now().Sub(when)
			}
		}
		if err := alarm.Wait(t.Context(), time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	return passes, b.changed(mark), first
}

// changed are the calls of the Marketplace's services since then that change something.
func (b *bed) changed(mark int) (all []string) {
	for _, c := range b.since(mark) {
		if c.Mutating && (c.Service == "marketplace-catalog" || c.Service == "license-manager") {
			all = append(all, fmt.Sprintf("%s %s %s", c.Account, c.Operation, c.Outcome))
		}
	}
	return all
}

// PMP-19, X22, X25: a local approval in a follower is taken back whether its events are lost, doubled,
// reordered, junk or not readable: by the same calls to the same end. Only the wait is shorter.
func TestEventsOfExperiences(t *testing.T) {
	events := awsEvents(t)
	d := deliveries(events["change set succeeded"], events["request created"])
	var ends []string
	for kind := range d {
		f := newFair(t, `experiences:
  - {name: approved, organization: home, id: exp-1111approved, products: {allow: [{id: prod-a}, {id: prod-b}]}, guard: {max_deny: 99}}
  - {name: north, organization: north, follows: approved, ids: [exp-2222north], guard: {max_deny: 99}}
`)
		f.sync(-1)
		passes, changes, first := watch(t, f.bed, kind, market.ForExperiences, func() {
			f.put(marketplacecatalog.Seed{Account: north, ID: "exp-2222north", Name: "north-approved", Allow: []string{"prod-a", "prod-b", "prod-local"}})
		}, d, func() { f.sync(-1) })
		allowed, denied := f.policy("north", "exp-2222north")
		ends = append(ends, fmt.Sprint(allowed, denied, changes))
		hinted := kind == "in time" || kind == "doubled" || kind == "reordered"
		if hinted && (first > 3*time.Minute || passes < 4) || !hinted && (first < 30*time.Minute || passes > 4) || passes > 8 {
			t.Errorf("%s: taken back after %s, in %d passes", kind, first, passes)
		}
	}
	if same := slices.Compact(slices.Sorted(slices.Values(ends))); len(same) != 1 || !strings.Contains(same[0], "StartChangeSet") || strings.Contains(strings.Split(same[0], "]")[0], "local") {
		t.Errorf("%q", same)
	}
}

// LIC-3, L2, L3, L7: the same of a tagged account; an event of a unit's tags grants the unit nothing.
func TestEventsOfLicences(t *testing.T) {
	events := awsEvents(t)
	d := deliveries(events["tag of a unit"], events["account made"])
	var ends []string
	for kind := range d {
		s := newShop(t, sandbox.Options{})
		passes, changes, first := watch(t, s.bed, kind, market.ForLicences, func() { s.tag(first, tagOf, "true") }, d, func() { s.pass() })
		ends = append(ends, fmt.Sprint(s.grants(), changes))
		hinted := kind == "in time" || kind == "doubled" || kind == "reordered"
		if hinted && first > 10*time.Minute || !hinted && first < 30*time.Minute || passes > 8 {
			t.Errorf("%s: shared after %s, in %d passes", kind, first, passes)
		}
	}
	if same := slices.Compact(slices.Sorted(slices.Values(ends))); len(same) != 1 || !strings.Contains(same[0], "map["+first+":ACTIVE]") || strings.Contains(same[0], "ou-") {
		t.Errorf("%q", same)
	}
}

// E8b, PMP-20: a user's request is decided by a line; the change in AWS has its reason and the request
// beside the product, and then the request counts as decided.
func TestDecisionOfARequest(t *testing.T) {
	heard := *market.HearEvent([]byte(awsEvents(t)["request created"])).Request
	lines := map[string]string{"undecided": "", "allow": `, {id: prod-backup1, reason: needed for audits, ticket: ` + heard.ID + `}`}
	f := newFair(t, "")
	for _, kind := range []string{"undecided", "allow"} {
		f.load(`experiences:
  - {name: approved, organization: home, id: exp-1111approved, guard: {max_deny: 99}, products: {allow: [{id: prod-a}` + lines[kind] + `]}}
`)
		f.sync(-1)
		if got := f.file.Asked([]market.Request{heard}, nil, heard.Since); len(got) != 1 || (got[0].Decision == market.Allow) != (kind == "allow") {
			t.Errorf("%s: %+v", kind, got)
		}
		if said := f.notesOf("prod-backup1"); (kind == "allow") != strings.HasSuffix(said, ", "+heard.ID+", needed for audits") {
			t.Errorf("%s: the notes are %q", kind, said)
		}
	}
}

// notesOf are the notes that the last change set of home's experience has beside a product.
func (f *fair) notesOf(product string) (notes string) {
	f.t.Helper()
	k, err := f.sandbox.Credentials(f.t.Context(), "management")
	if err != nil {
		f.t.Fatal(err)
	}
	c := f.keys(k)
	c.Region = "us-east-1"
	client := mpc.NewFromConfig(c)
	list, err := client.ListChangeSets(f.t.Context(), &mpc.ListChangeSetsInput{Catalog: sdk.String("AWSMarketplace")})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, set := range list.ChangeSetSummaryList {
		out, err := client.DescribeChangeSet(f.t.Context(), &mpc.DescribeChangeSetInput{Catalog: sdk.String("AWSMarketplace"), ChangeSetId: set.ChangeSetId})
		if err != nil {
			f.t.Fatal(err)
		}
		for _, change := range out.ChangeSet {
			var d struct {
				Products []struct {
					Ids   []string
					Notes string
				}
			}
			if err := json.Unmarshal([]byte(*change.Details), &d); err != nil {
				f.t.Fatal(err)
			}
			for _, p := range d.Products {
				if slices.Contains(p.Ids, product) {
					notes = p.Notes
				}
			}
		}
	}
	return notes
}
