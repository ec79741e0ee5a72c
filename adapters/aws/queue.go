package aws

import (
	"context"
	"strconv"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
)

// Queue is an SQS queue that events come by. That it cannot be read is said once: no event is needed,
// and the passes go on by the clock.
type Queue struct {
	site   *site
	client *sqs.Client
	url    string
	say    func(format string, args ...any)

	hands map[string]string // what was received and is to be deleted: its receipt, by its id
	told  map[string]bool   // what came, and may come again
	pause time.Duration     // of the next failure; 0: it answers
	next  time.Time         // not asked before
	stuck bool              // nothing can be deleted
}

const (
	longPoll     = 20 * time.Second // SQS's longest
	pollSlack    = 15 * time.Second // beyond it nobody answers
	held         = time.Minute      // a message is nobody else's: longer than hints settle
	mostInHand   = 1000
	firstPause   = 5 * time.Second
	longestPause = 5 * time.Minute
)

// NewQueue makes a Queue from its URL: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME. In the account
// of one of the organizations it acts as that one's role, else as the base identity.
func NewQueue(s *Session, url string, all []market.Organization, say func(string, ...any)) (*Queue, error) {
	host, path, _ := strings.Cut(strings.TrimPrefix(url, "https://"), "/")
	account, name, _ := strings.Cut(path, "/")
	region, domain, _ := strings.Cut(strings.TrimPrefix(host, "sqs."), ".")
	if !strings.HasPrefix(url, "https://sqs.") || domain != "amazonaws.com" && domain != "amazonaws.com.cn" || region == "" || !digits(account, 12) || name == "" || strings.ContainsAny(name, "/?#") {
		return nil, document.Fail("AXLE1197", strconv.Quote(url)+" is not the URL of an SQS queue", "write https://sqs.us-east-1.amazonaws.com/111122223333/axle-market", nil)
	}
	at := place{region: region}
	for _, o := range all {
		if string(o.Account) == account {
			at.account, at.role = s.As(o.Role, o.ExternalID)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Queue{site: &site{place: at, session: s}, client: sqs.NewFromConfig(s.of(at)), url: url, say: say, hands: map[string]string{}, told: map[string]bool{}}, nil
}

func digits(text string, n int) bool {
	return len(text) == n && strings.Trim(text, "0123456789") == ""
}

// Hear asks the queue, and waits for what comes within d, or a part of it.
func (q *Queue) Hear(ctx context.Context, d time.Duration) ([]market.Hint, error) {
	clock := q.site.session.clock
	start := clock.Now()
	if wait := q.next.Sub(start); wait > 0 {
		return nil, clock.Sleep(ctx, min(d, wait))
	}
	if d = min(d, longPoll); len(q.hands) >= mostInHand {
		return nil, clock.Sleep(ctx, d)
	}
	hints, err := q.receive(ctx, d)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if q.judge(err); err == nil && len(hints) == 0 { // it answered before its time, as the sandbox does
		if rest := d - clock.Now().Sub(start); rest > 0 {
			return nil, clock.Sleep(ctx, rest)
		}
	}
	return hints, nil
}

func (q *Queue) receive(ctx context.Context, d time.Duration) (hints []market.Hint, err error) {
	bound, done := context.WithTimeout(ctx, d+pollSlack)
	defer done()
	out, err := call(bound, q.site, op{"sqs", "ReceiveMessage", notice}, func(ctx context.Context) (*sqs.ReceiveMessageOutput, error) {
		return q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &q.url, MaxNumberOfMessages: 10,
			WaitTimeSeconds: int32(d / time.Second), VisibilityTimeout: int32(held / time.Second)})
	})
	if err != nil {
		return nil, err
	}
	for _, m := range out.Messages {
		id := sdk.ToString(m.MessageId)
		_, known := q.hands[id]
		if q.hands[id] = sdk.ToString(m.ReceiptHandle); !known && !q.told[id] {
			hints = append(hints, market.HearEvent([]byte(sdk.ToString(m.Body))))
		}
	}
	return hints, nil
}

// judge says once that the queue fails, asks it ever more seldom, and says when it answers again.
func (q *Queue) judge(err error) {
	switch {
	case err == nil && q.pause > 0:
		q.say("the queue of hints answers again")
		q.pause = 0
	case err != nil:
		if q.pause == 0 {
			q.say("AXLE3408: no hints are heard, and the passes go on by the clock: %v", err)
		}
		q.pause = min(max(2*q.pause, firstPause), longestPause)
		q.next = q.site.session.clock.Now().Add(q.pause)
	}
}

// Taken deletes what was received. What stays, since that fails, is no hint when it comes again.
func (q *Queue) Taken(ctx context.Context, kept bool) {
	var all []types.DeleteMessageBatchRequestEntry
	for id, receipt := range q.hands {
		if kept {
			all = append(all, types.DeleteMessageBatchRequestEntry{Id: sdk.String(strconv.Itoa(len(all) % 10)), ReceiptHandle: sdk.String(receipt)})
			q.told[id] = true
		}
	}
	clear(q.hands)
	if len(q.told) > 10*mostInHand {
		clear(q.told)
	}
	var err error
	for ; len(all) > 0 && err == nil; all = all[min(10, len(all)):] {
		err = q.remove(ctx, all[:min(10, len(all))])
		if err != nil && !q.stuck && ctx.Err() == nil {
			q.say("AXLE3409: what was heard cannot be deleted from the queue; when it comes again it is passed over: %v", err)
		}
		q.stuck = err != nil
	}
}

func (q *Queue) remove(ctx context.Context, all []types.DeleteMessageBatchRequestEntry) error {
	bound, done := context.WithTimeout(ctx, pollSlack)
	defer done()
	_, err := call(bound, q.site, op{"sqs", "DeleteMessage", notice}, func(ctx context.Context) (*sqs.DeleteMessageBatchOutput, error) {
		return q.client.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &q.url, Entries: all})
	})
	return err
}
