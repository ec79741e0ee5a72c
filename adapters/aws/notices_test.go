package aws_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

var toldNews = catalog.News{Event: "update.available", Product: "vpc", Version: "1.0.0", Newest: "1.1.0", Severity: "security", ProvisionedID: "pp-1"}

// mailbox is a topic in the hub's account and another region, and a queue of those who ask for
// security alone by the topic's attributes.
func (b *bed) mailbox() (topic string, messages func() []types.Message) {
	b.t.Helper()
	c := b.everything(hubAccount)
	c.Region = "us-east-1"
	topics, queues := sns.NewFromConfig(c), sqs.NewFromConfig(c)
	ctx := b.t.Context()
	made, err := topics.CreateTopic(ctx, &sns.CreateTopicInput{Name: sdk.String("catalog")})
	if err != nil {
		b.t.Fatal(err)
	}
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"*"}]}`
	queue, err := queues.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: sdk.String("q"), Attributes: map[string]string{"Policy": policy}})
	if err != nil {
		b.t.Fatal(err)
	}
	_, err = topics.Subscribe(ctx, &sns.SubscribeInput{TopicArn: made.TopicArn, Protocol: sdk.String("sqs"), Endpoint: sdk.String("arn:aws:sqs:us-east-1:" + hubAccount + ":q"),
		Attributes: map[string]string{"RawMessageDelivery": "true", "FilterPolicy": `{"severity":["security"]}`}})
	if err != nil {
		b.t.Fatal(err)
	}
	return *made.TopicArn, func() []types.Message {
		out, err := queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: []string{"All"}})
		if err != nil {
			b.t.Fatal(err)
		}
		return out.Messages
	}
}

func (b *bed) tells(topic string, n catalog.News) error {
	return aws.NewTopics(b.session, b.files.Hub).Publish(b.t.Context(), topic, n.Notice("house", topic, time.Unix(0, 0)))
}

// INT-30 INT-33: a notice reaches who subscribed, as a CloudEvent with the attributes that filters
// go by, sent with the hub's own role.
func TestPublishNotice(t *testing.T) {
	b := newBed(t)
	topic, messages := b.mailbox()
	normal := toldNews
	normal.Severity = "normal"
	for _, n := range []catalog.News{toldNews, normal} {
		if err := b.tells(topic, n); err != nil {
			t.Fatal(err)
		}
	}
	got := messages()
	if len(got) != 1 {
		t.Fatalf("%d messages, want the one that the filter lets through", len(got))
	}
	var event catalog.Notice
	if err := json.Unmarshal([]byte(*got[0].Body), &event); err != nil {
		t.Fatal(err)
	}
	if event.SpecVersion != "1.0" || event.Data.Newest != "1.1.0" || event.ID == "" {
		t.Errorf("%s", *got[0].Body)
	}
	for name, want := range map[string]string{"type": "dev.axle.update.available.v1", "product": "vpc", "severity": "security"} {
		if a := got[0].MessageAttributes[name]; sdk.ToString(a.StringValue) != want {
			t.Errorf("%s is %q", name, sdk.ToString(a.StringValue))
		}
	}
}

// INT-35 X87: a topic that limits or fails for a moment is asked again for seconds, never for minutes; one that
// refuses says what is missing.
func TestPublishNoticeFails(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault func(operation string, nth int) fault
		code  string // "": it arrives
		sends [2]int // at least, at most
	}{
		{"throttled twice", func(op string, nth int) fault {
			if op == "Publish" && nth <= 2 {
				return fault{status: 400, code: "Throttled"}
			}
			return fault{}
		}, "", [2]int{3, 3}},
		{"fails once", func(op string, nth int) fault {
			if op == "Publish" && nth == 1 {
				return fault{status: 500, code: "InternalError"}
			}
			return fault{}
		}, "", [2]int{2, 2}},
		{"throttled for good", func(op string, _ int) fault {
			if op == "Publish" {
				return fault{status: 400, code: "Throttled"}
			}
			return fault{}
		}, "AXLE3201", [2]int{2, 12}},
		{"refused", func(op string, _ int) fault {
			if op == "Publish" {
				return fault{status: 403, code: "AuthorizationError"}
			}
			return fault{}
		}, "AXLE4200", [2]int{1, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBed(t)
			topic, messages := b.mailbox()
			b.wire.set(c.fault)
			before := b.clock().Now()
			err := b.tells(topic, toldNews)
			if code := document.CodeOf(err); code != c.code {
				t.Errorf("%v", err)
			}
			if n := b.wire.count("Publish"); n < c.sends[0] || n > c.sends[1] {
				t.Errorf("sent %d times", n)
			}
			if spent := b.clock().Now().Sub(before); spent > 30*time.Second {
				t.Errorf("a run waited %s for it", spent)
			}
			b.wire.set(nil)
			if got := len(messages()); (got == 1) != (c.code == "") {
				t.Errorf("%d messages", got)
			}
		})
	}
}

// A topic that is not there, or no topic, is said so.
func TestPublishNoticeToNobody(t *testing.T) {
	b := newBed(t)
	for topic, want := range map[string]string{
		"arn:aws:sns:us-east-1:999999999999:gone":  "sns Publish",
		"arn:aws:sns:us-east-1:333333333333:their": "sns Publish",
		"arn:aws:sqs:us-east-1:999999999999:queue": "is no topic",
	} {
		if err := b.tells(topic, toldNews); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", topic, err)
		}
	}
}
