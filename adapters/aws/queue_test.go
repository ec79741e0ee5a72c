package aws_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

const hintsURL = "https://sqs.us-east-1.amazonaws.com/" + home + "/axle-market"

// postbox is a queue in home's account, and the session that reads it as axle's role there.
type postbox struct {
	*bed
	client *sqs.Client
	said   []string
}

func newPostbox(t *testing.T) *postbox {
	t.Helper()
	b := newBedIn(t, sandbox.Options{Seed: []byte("hints"), Start: "two-organizations"})
	if _, err := b.sandbox.EnsureRole(t.Context(), []string{home}, world.Role{Name: "market", Path: "/axle/", TrustAccounts: []string{"999999999999"}, ExternalID: "7f3c2d9e41"}); err != nil {
		t.Fatal(err)
	}
	p := &postbox{bed: b, client: b.queues()}
	if _, err := p.client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: sdk.String("axle-market")}); err != nil {
		t.Fatal(err)
	}
	return p
}

// queues is a client of who may do anything in home's account.
func (b *bed) queues() *sqs.Client {
	k, err := b.sandbox.Credentials(b.t.Context(), "management")
	if err != nil {
		b.t.Fatal(err)
	}
	c := b.keys(k)
	c.Region = "us-east-1"
	return sqs.NewFromConfig(c)
}

func (p *postbox) queue() *aws.Queue {
	p.t.Helper()
	q, err := aws.NewQueue(p.session, hintsURL, []market.Organization{{Name: "home", Account: home, Role: "arn:aws:iam::" + home + ":role/axle/market", ExternalID: "7f3c2d9e41"}},
		func(format string, args ...any) { p.said = append(p.said, fmt.Sprintf(format, args...)) })
	if err != nil {
		p.t.Fatal(err)
	}
	return q
}

// alarm is a loop's wait with the queue.
func (p *postbox) alarm(e market.Ear) *market.Alarm {
	return &market.Alarm{Ear: e, Loop: market.ForExperiences, Now: p.clock().Now, Sleep: p.clock().Sleep,
		Say: func(format string, args ...any) { p.said = append(p.said, fmt.Sprintf(format, args...)) }, Keep: func(context.Context, market.Request) error { return nil }}
}

func (p *postbox) send(bodies ...string) {
	p.t.Helper()
	for _, body := range bodies {
		if _, err := p.client.SendMessage(p.t.Context(), &sqs.SendMessageInput{QueueUrl: sdk.String(hintsURL), MessageBody: &body}); err != nil {
			p.t.Fatal(err)
		}
	}
}

// left is how many messages the queue has, in somebody's hands or not.
func (p *postbox) left() string {
	p.t.Helper()
	names := []types.QueueAttributeName{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"}
	out, err := p.client.GetQueueAttributes(p.t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: sdk.String(hintsURL), AttributeNames: names})
	if err != nil {
		p.t.Fatal(err)
	}
	return out.Attributes[string(names[0])] + "+" + out.Attributes[string(names[1])]
}

// waited is how long a wait of an hour takes.
func (p *postbox) waited(a *market.Alarm) time.Duration {
	p.t.Helper()
	start := p.clock().Now()
	if err := a.Wait(p.t.Context(), time.Hour); err != nil {
		p.t.Fatal(err)
	}
	return p.clock().Now().Sub(start).Round(time.Second)
}

// awsEvents are the samples of market's tests.
func awsEvents(t *testing.T) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("../../market/testdata/events.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, e := range all {
		got[name] = string(e)
	}
	return got
}

// PMP-19: messages end the wait, and are deleted once the pass that they caused has begun: one that is
// killed before finds them again. What wakes nobody is deleted at once.
func TestQueueHints(t *testing.T) {
	p, events := newPostbox(t), awsEvents(t)
	a := p.alarm(p.queue())
	if d := p.waited(a); d != time.Hour {
		t.Errorf("an empty queue: %s", d)
	}
	p.send(events["another service"], "junk", events["tag of a unit"])
	if d := p.waited(a); d != time.Hour || p.left() != "0+0" {
		t.Errorf("of other things: %s, left %s", d, p.left())
	}
	for range 25 {
		p.send(events["change set succeeded"])
	}
	if d := p.waited(a); d > 10*time.Second || p.left() != "0+25" {
		t.Errorf("one that waited: %s, left %s", d, p.left())
	}
	killed := p.alarm(p.queue()) // another process
	if d := p.waited(killed); d > 2*time.Minute || p.left() != "0+25" {
		t.Errorf("after a kill: %s, left %s", d, p.left())
	}
	if killed.Begun(t.Context()); p.left() != "0+0" {
		t.Errorf("after the pass has begun: %s", p.left())
	}
	want := []string{"hints passed over: 2 of other things, 1 that cannot be read", "hint: Change Set Succeeded (25 times)", "hint: Change Set Succeeded (25 times)"}
	if !slices.Equal(p.said, want) {
		t.Errorf("%q", p.said)
	}
}

// PMP-19: a queue that cannot be read is said once, is asked ever more seldom, and changes nothing else.
func TestQueueFails(t *testing.T) {
	for name, f := range map[string]fault{
		"denied":  {status: 403, code: "AccessDenied"},
		"gone":    {status: 400, code: "AWS.SimpleQueueService.NonExistentQueue"},
		"outage":  {status: 503, code: "ServiceUnavailable"},
		"no line": {reset: true},
		"broken":  {cut: true},
	} {
		p, events := newPostbox(t), awsEvents(t)
		a := p.alarm(p.queue())
		broken := true
		p.wire.fault = func(operation string, _ int) fault {
			if strings.HasPrefix(operation, "ReceiveMessage") && broken {
				return f
			}
			return fault{}
		}
		if d := p.waited(a); d != time.Hour || len(p.said) != 1 || !strings.Contains(p.said[0], "AXLE3408") {
			t.Errorf("%s: %s, %q", name, d, p.said)
		}
		if n := p.wire.count("ReceiveMessage"); n > 120 { // each time for ten seconds
			t.Errorf("%s: asked %d times in an hour", name, n)
		}
		broken = false
		p.send(events["change set succeeded"])
		if d := p.waited(a); d > 6*time.Minute || !slices.Equal(p.said[1:], []string{"the queue of hints answers again", "hint: Change Set Succeeded"}) {
			t.Errorf("%s, mended: %s, %q", name, d, p.said)
		}
	}
}

// PMP-19: what cannot be deleted comes again, and makes no second pass; that is said once.
func TestQueueKeeps(t *testing.T) {
	p, events := newPostbox(t), awsEvents(t)
	a := p.alarm(p.queue())
	p.wire.fault = func(operation string, _ int) fault {
		if strings.HasPrefix(operation, "DeleteMessage") {
			return fault{status: 403, code: "AccessDenied"}
		}
		return fault{}
	}
	p.send(events["change set succeeded"])
	p.waited(a)
	a.Begun(t.Context())
	if d := p.waited(a); d != time.Hour || p.left() == "0+0" || len(p.said) != 2 || !strings.Contains(p.said[1], "AXLE3409") {
		t.Errorf("%s, left %s, %q", d, p.left(), p.said)
	}
	p.wire.fault = nil
	if d := p.waited(a); d != time.Hour || p.left() != "0+0" {
		t.Errorf("mended: %s, left %s", d, p.left())
	}
}

// A wait that is interrupted ends.
func TestQueueInterrupted(t *testing.T) {
	p := newPostbox(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := p.alarm(p.queue()).Wait(ctx, time.Hour); err == nil {
		t.Error("it went on")
	}
}

func TestQueueURL(t *testing.T) {
	b := newBed(t)
	for url, good := range map[string]bool{
		"https://sqs.eu-west-1.amazonaws.com/111122223333/axle-market": true, "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/q.fifo": true,
		"https://sqs.us-east-1.amazonaws.com/111122223333": false, "https://sqs.us-east-1.amazonaws.com/1111/q": false, "https://sqs..amazonaws.com/111122223333/q": false,
		"https://sqs.us-east-1.amazonaws.com/111122223333/q/r": false, "https://sqs.us-east-1.example.com/111122223333/q": false, "https://example.com/x": false,
		"http://sqs.us-east-1.amazonaws.com/111122223333/q": false, "https://sqs.us-east-1.evil.amazonaws.com/111122223333/q": false,
	} {
		if _, err := aws.NewQueue(b.session, url, nil, nil); (err == nil) != good || err != nil && document.CodeOf(err) != "AXLE1197" {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// L2: the queues that docs/marketplace-events.yaml makes are read by the role that it names, and by no
// other role of the account.
func TestQueueOfTheTemplate(t *testing.T) {
	b, events := newBedIn(t, sandbox.Options{Seed: []byte("hints"), Start: "two-organizations"}), awsEvents(t)
	template, err := os.ReadFile("../../docs/marketplace-events.yaml")
	if err != nil {
		t.Fatal(err)
	}
	none := world.Grants{Inline: map[string]string{"None": `{"Version":"2012-10-17","Statement":[]}`}}
	for _, name := range []string{"market", "other"} {
		if _, err := b.sandbox.EnsureRole(t.Context(), []string{hubAccount}, world.Role{Name: name, Path: "/axle/", TrustAccounts: []string{hubAccount}, ExternalID: "7f3c2d9e41", Grants: none}); err != nil {
			t.Fatal(err)
		}
	}
	c := b.everything(hubAccount)
	c.Region = "us-east-1"
	stacks := cloudformation.NewFromConfig(c)
	if _, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: sdk.String("axle-events"), TemplateBody: sdk.String(string(template)),
		Parameters: []cfntypes.Parameter{{ParameterKey: sdk.String("Reader"), ParameterValue: sdk.String("arn:aws:iam::" + hubAccount + ":role/axle/market")}}}); err != nil {
		t.Fatal(err)
	}
	if err := b.sandbox.Sleep(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	out, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: sdk.String("axle-events")})
	if err != nil || out.Stacks[0].StackStatus != "CREATE_COMPLETE" {
		t.Fatal(out.Stacks[0].StackStatus, err)
	}
	p := &postbox{bed: b, client: sqs.NewFromConfig(c)}
	for _, o := range out.Stacks[0].Outputs {
		for role, hears := range map[string]bool{"other": false, "market": true} {
			if _, err := p.client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: o.OutputValue, MessageBody: sdk.String(events["request created"])}); err != nil {
				t.Fatal(err)
			}
			org := market.Organization{Account: hubAccount, Role: "arn:aws:iam::" + hubAccount + ":role/axle/" + role, ExternalID: "7f3c2d9e41"}
			q, err := aws.NewQueue(b.session, *o.OutputValue, []market.Organization{org}, func(string, ...any) {})
			if err != nil {
				t.Fatal(err)
			}
			a := p.alarm(q)
			if d := p.waited(a); hears != (d < time.Minute) {
				t.Errorf("%s by %s: %s", *o.OutputKey, role, d)
			}
			a.Begun(t.Context())
		}
	}
}
