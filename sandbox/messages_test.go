package sandbox_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/axle-cd/axle/sandbox"
)

// queue makes a queue and gives its URL.
func queue(t *testing.T, c aws.Config, name string, attributes ...string) string {
	t.Helper()
	out, err := sqs.NewFromConfig(c).CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: pairs(attributes)})
	if err != nil {
		t.Fatal(err)
	}
	return *out.QueueUrl
}

func pairs(words []string) map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(words); i += 2 {
		m[words[i]] = words[i+1]
	}
	return m
}

func sent(t *testing.T, c aws.Config, in sqs.SendMessageInput) string {
	t.Helper()
	out, err := sqs.NewFromConfig(c).SendMessage(t.Context(), &in)
	if err != nil {
		return codeOf(err)
	}
	return *out.MessageId
}

func received(t *testing.T, c aws.Config, url string) []types.Message {
	t.Helper()
	out, err := sqs.NewFromConfig(c).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 10,
		MessageAttributeNames: []string{"All"}, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"}})
	if err != nil {
		t.Fatal(err)
	}
	return out.Messages
}

func bodies(messages []types.Message) string {
	var all []string
	for _, m := range messages {
		all = append(all, *m.Body)
	}
	return strings.Join(all, "|")
}

// A message is seen once, until its time in somebody's hands is over by the sandbox's clock; a
// message that is deleted is not seen again.
func TestQueueHandsOut(t *testing.T) {
	bothWays(t, func(t *testing.T, s *sandbox.Sandbox, c aws.Config) {
		client := sqs.NewFromConfig(c)
		url := queue(t, c, "q", "VisibilityTimeout", "60")
		in := sqs.SendMessageInput{QueueUrl: &url, MessageBody: aws.String("one"), MessageAttributes: map[string]types.MessageAttributeValue{
			"a": {DataType: aws.String("String"), StringValue: aws.String("x")}, "b": {DataType: aws.String("Binary"), BinaryValue: []byte{1}}}}
		sent(t, c, in)
		first := received(t, c, url)
		if bodies(first) != "one" || *first[0].MessageAttributes["a"].StringValue != "x" || first[0].Attributes["ApproximateReceiveCount"] != "1" {
			t.Fatalf("%+v", first)
		}
		if got := received(t, c, url); len(got) != 0 {
			t.Errorf("it is in somebody's hands: %v", bodies(got))
		}
		if err := s.Sleep(t.Context(), time.Minute); err != nil {
			t.Fatal(err)
		}
		second := received(t, c, url)
		if bodies(second) != "one" || second[0].Attributes["ApproximateReceiveCount"] != "2" {
			t.Fatalf("%+v", second)
		}
		if _, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: second[0].ReceiptHandle}); err != nil {
			t.Fatal(err)
		}
		if err := s.Sleep(t.Context(), time.Hour); err != nil {
			t.Fatal(err)
		}
		if got := received(t, c, url); len(got) != 0 {
			t.Errorf("it was deleted: %v", bodies(got))
		}
	})
}

// What each refused request is called.
func TestQueueRefusals(t *testing.T) {
	c := config(t, newSandbox(t, sandbox.Options{}), "axle")
	client := sqs.NewFromConfig(c)
	url, fifo := queue(t, c, "q"), queue(t, c, "q.fifo", "FifoQueue", "true")
	create := func(name string, attributes ...string) error {
		_, err := client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: pairs(attributes)})
		return err
	}
	send := func(in sqs.SendMessageInput) error {
		_, err := client.SendMessage(t.Context(), &in)
		return err
	}
	_, many := client.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: &url, Entries: make([]types.SendMessageBatchRequestEntry, 0)})
	_, gone := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: aws.String(url + "x")})
	_, most := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 11})
	_, handle := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: aws.String("x")})
	for _, k := range []struct {
		name string
		err  error
		want string
	}{
		{"the same again", create("q"), ""},
		{"the same, said otherwise", create("q", "DelaySeconds", "5"), "QueueAlreadyExists"},
		{"no name", create("a b"), "InvalidParameterValue"},
		{"FIFO by name alone", create("x.fifo"), "InvalidParameterValue"},
		{"too long a delay", create("x", "DelaySeconds", "901"), "InvalidAttributeValue"},
		{"an attribute that is none", create("x", "Colour", "red"), "InvalidAttributeName"},
		{"an attribute that is not honoured", create("x", "KmsMasterKeyId", "k"), "NotImplemented"},
		{"a policy that is none", create("x", "Policy", "{"), "InvalidAttributeValue"},
		{"dead letters to nowhere", create("x", "RedrivePolicy", `{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:999999999999:no","maxReceiveCount":1}`), "InvalidAttributeValue"},
		{"no such queue", gone, "AWS.SimpleQueueService.NonExistentQueue"},
		{"an empty batch", many, "AWS.SimpleQueueService.EmptyBatchRequest"},
		{"too many at once", most, "InvalidParameterValue"},
		{"no receipt", handle, "ReceiptHandleIsInvalid"},
		{"no body", send(sqs.SendMessageInput{QueueUrl: &url, MessageBody: aws.String("")}), "MissingParameter"},
		{"too long a body", send(sqs.SendMessageInput{QueueUrl: &url, MessageBody: aws.String(strings.Repeat("x", 1<<20+1))}), "InvalidParameterValue"},
		{"letters that are none", send(sqs.SendMessageInput{QueueUrl: &url, MessageBody: aws.String("\x01")}), "InvalidMessageContents"},
		{"no group", send(sqs.SendMessageInput{QueueUrl: &fifo, MessageBody: aws.String("x")}), "MissingParameter"},
		{"nothing to tell it by", send(sqs.SendMessageInput{QueueUrl: &fifo, MessageBody: aws.String("x"), MessageGroupId: aws.String("g")}), "InvalidParameterValue"},
	} {
		if got := codeOf(k.err); got != k.want {
			t.Errorf("%s: %q, want %q", k.name, got, k.want)
		}
	}
}

// A FIFO queue keeps each group's order, and takes the same message once in five minutes.
func TestQueueInOrder(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	c := config(t, s, "axle")
	url := queue(t, c, "q.fifo", "FifoQueue", "true", "ContentBasedDeduplication", "true")
	send := func(group, body string) string {
		return sent(t, c, sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body, MessageGroupId: &group})
	}
	one := send("g", "1")
	if again := send("g", "1"); again != one {
		t.Errorf("the same message: %s, was %s", again, one)
	}
	send("g", "2")
	send("h", "3")
	if got := bodies(received(t, c, url)); got != "1|2|3" {
		t.Errorf("got %s", got)
	}
	send("g", "4")
	send("i", "5")
	if got := bodies(received(t, c, url)); got != "5" {
		t.Errorf("while the group is in somebody's hands: %s", got)
	}
	if err := s.Sleep(t.Context(), 5*time.Minute); err != nil {
		t.Fatal(err)
	}
	if again := send("g", "1"); again == one {
		t.Error("five minutes later it is another message")
	}
}

// What was received too often goes where the queue's dead letters go.
func TestDeadLetters(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	c := config(t, s, "axle")
	dead := queue(t, c, "dead")
	url := queue(t, c, "q", "VisibilityTimeout", "1", "RedrivePolicy", `{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:999999999999:dead","maxReceiveCount":"2"}`)
	sent(t, c, sqs.SendMessageInput{QueueUrl: &url, MessageBody: aws.String("bad")})
	for i, want := range []string{"bad", "bad", ""} {
		if got := bodies(received(t, c, url)); got != want {
			t.Errorf("receive %d: %q", i+1, got)
		}
		if err := s.Sleep(t.Context(), time.Second); err != nil {
			t.Fatal(err)
		}
	}
	got := received(t, c, dead)
	if bodies(got) != "bad" || got[0].Attributes["DeadLetterQueueSourceArn"] != "arn:aws:sqs:eu-west-1:999999999999:q" {
		t.Errorf("dead letters: %+v", got)
	}
	sources, err := sqs.NewFromConfig(c).ListDeadLetterSourceQueues(t.Context(), &sqs.ListDeadLetterSourceQueuesInput{QueueUrl: &dead})
	if err != nil || len(sources.QueueUrls) != 1 || sources.QueueUrls[0] != url {
		t.Errorf("sources: %+v, %v", sources, err)
	}
}

// lets is a queue's policy that lets a topic in.
func lets(queueARN, topicARN string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage","Resource":%q,"Condition":{"ArnEquals":{"aws:SourceArn":%q}}}]}`, queueARN, topicARN)
}

// A topic of one account reaches a queue of another under that queue's policy, and not without it.
func TestAcrossAccounts(t *testing.T) {
	bothWays(t, func(t *testing.T, s *sandbox.Sandbox, hub aws.Config) {
		spoke := assume(t, hub, roleARN(spoke1, "CatalogBuilder"))
		in, out := "arn:aws:sqs:eu-west-1:"+spoke1+":in", "arn:aws:sqs:eu-west-1:"+spoke1+":out"
		made, err := sns.NewFromConfig(hub).CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("events")})
		if err != nil {
			t.Fatal(err)
		}
		open, shut := queue(t, spoke, "in", "Policy", lets(in, *made.TopicArn)), queue(t, spoke, "out")
		topic := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + spoke1 + `"},"Action":"sns:Subscribe","Resource":"` + *made.TopicArn + `"}]}`
		subscribe := func() error {
			for _, endpoint := range []string{in, out} {
				if _, err := sns.NewFromConfig(spoke).Subscribe(t.Context(), &sns.SubscribeInput{TopicArn: made.TopicArn, Protocol: aws.String("sqs"), Endpoint: &endpoint}); err != nil {
					return err
				}
			}
			return nil
		}
		if code := codeOf(subscribe()); code != "AuthorizationError" {
			t.Errorf("before the topic's policy: %q", code)
		}
		if _, err := sns.NewFromConfig(hub).SetTopicAttributes(t.Context(), &sns.SetTopicAttributesInput{TopicArn: made.TopicArn, AttributeName: aws.String("Policy"), AttributeValue: &topic}); err != nil {
			t.Fatal(err)
		}
		if err := subscribe(); err != nil {
			t.Fatal(err)
		}
		if _, err := sns.NewFromConfig(hub).Publish(t.Context(), &sns.PublishInput{TopicArn: made.TopicArn, Message: aws.String("hello"), Subject: aws.String("s"),
			MessageAttributes: map[string]snstypes.MessageAttributeValue{"k": {DataType: aws.String("String"), StringValue: aws.String("v")}}}); err != nil {
			t.Fatal(err)
		}
		got := received(t, spoke, open)
		var n struct {
			Type, Message, Subject, TopicArn string
			MessageAttributes                map[string]struct{ Type, Value string }
		}
		if len(got) != 1 || json.Unmarshal([]byte(*got[0].Body), &n) != nil || n.Message != "hello" || n.Subject != "s" || n.TopicArn != *made.TopicArn || n.MessageAttributes["k"].Value != "v" {
			t.Errorf("in the queue: %v", bodies(got))
		}
		if got := received(t, spoke, shut); len(got) != 0 {
			t.Errorf("the queue that lets nobody in: %v", bodies(got))
		}
		if code := sent(t, hub, sqs.SendMessageInput{QueueUrl: &open, MessageBody: aws.String("x")}); code != "AccessDenied" {
			t.Errorf("the hub itself is let in: %s", code)
		}
	})
}

// A queue that the topic's account subscribes, and that is another's, is asked for its consent.
func TestConfirmation(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	hub := config(t, s, "axle")
	spoke := assume(t, hub, roleARN(spoke1, "CatalogBuilder"))
	topics := sns.NewFromConfig(hub)
	made, err := topics.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("events")})
	if err != nil {
		t.Fatal(err)
	}
	arn := "arn:aws:sqs:eu-west-1:" + spoke1 + ":in"
	url := queue(t, spoke, "in", "Policy", lets(arn, *made.TopicArn))
	asked, err := topics.Subscribe(t.Context(), &sns.SubscribeInput{TopicArn: made.TopicArn, Protocol: aws.String("sqs"), Endpoint: &arn, Attributes: map[string]string{"RawMessageDelivery": "true"}})
	if err != nil || *asked.SubscriptionArn != "pending confirmation" {
		t.Fatalf("%+v, %v", asked, err)
	}
	say := func(text string) {
		if _, err := topics.Publish(t.Context(), &sns.PublishInput{TopicArn: made.TopicArn, Message: &text}); err != nil {
			t.Fatal(err)
		}
	}
	say("too early")
	var n struct{ Type, Token, TopicArn string }
	got := received(t, spoke, url)
	if len(got) != 1 || json.Unmarshal([]byte(*got[0].Body), &n) != nil || n.Type != "SubscriptionConfirmation" {
		t.Fatalf("the queue holds %v", bodies(got))
	}
	if _, err := sns.NewFromConfig(spoke).ConfirmSubscription(t.Context(), &sns.ConfirmSubscriptionInput{TopicArn: &n.TopicArn, Token: &n.Token}); err != nil {
		t.Fatal(err)
	}
	say("now")
	if got := bodies(received(t, spoke, url)); got != "now" {
		t.Errorf("after the confirmation: %s", got)
	}
}

// A filter lets through what fits it, and one that is not judged is refused.
func TestFilters(t *testing.T) {
	c := config(t, newSandbox(t, sandbox.Options{}), "axle")
	topics := sns.NewFromConfig(c)
	made, err := topics.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("events")})
	if err != nil {
		t.Fatal(err)
	}
	arn := "arn:aws:sqs:eu-west-1:999999999999:q"
	url := queue(t, c, "q", "Policy", lets(arn, *made.TopicArn))
	sub, err := topics.Subscribe(t.Context(), &sns.SubscribeInput{TopicArn: made.TopicArn, Protocol: aws.String("sqs"), Endpoint: &arn, Attributes: map[string]string{"RawMessageDelivery": "true"}})
	if err != nil {
		t.Fatal(err)
	}
	for filter, want := range map[string]string{
		`{"kind":["a"]}`:                       "a",
		`{"kind":["a","b"]}`:                   "a|b",
		`{"kind":[{"prefix":"b"}]}`:            "b|bb",
		`{"kind":[{"anything-but":["a"]}]}`:    "b|bb",
		`{"kind":[{"exists":false}]}`:          "none",
		`{"kind":[{"suffix":"b"}],"no":["x"]}`: "",
		`{}`:                                   "a|b|bb|none",
		`{"kind":[{"numeric":[">",1]}]}`:       "NotImplemented",
		`{"kind"`:                              "InvalidParameter",
	} {
		if _, err := topics.SetSubscriptionAttributes(t.Context(), &sns.SetSubscriptionAttributesInput{SubscriptionArn: sub.SubscriptionArn, AttributeName: aws.String("FilterPolicy"), AttributeValue: &filter}); err != nil {
			if codeOf(err) != want {
				t.Errorf("%s: %v", filter, err)
			}
			continue
		}
		for _, kind := range []string{"a", "b", "bb", "none"} {
			in := &sns.PublishInput{TopicArn: made.TopicArn, Message: &kind}
			if kind != "none" {
				in.MessageAttributes = map[string]snstypes.MessageAttributeValue{"kind": {DataType: aws.String("String"), StringValue: &kind}}
			}
			if _, err := topics.Publish(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
		if got := bodies(received(t, c, url)); got != want {
			t.Errorf("%s: %s, want %s", filter, got, want)
		}
	}
}
