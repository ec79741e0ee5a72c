package world

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Kinds of what SNS, SQS and stacks meet in.
const (
	KindQueue        = "queue"        // of an account and region, by name
	KindMessage      = "message"      // region = region/queue, by number: in the order of arrival
	KindTopic        = "topic"        // of an account and region, by name
	KindSubscription = "subscription" // region = region/topic, by ARN
	kindDuplicate    = "message-seen" // region = region/queue, by deduplication id: when it may come again
)

// Queue is a queue of SQS. Attributes are those that were set, as AWS names them.
type Queue struct {
	Name, Account, Region string
	Attributes            map[string]string `json:",omitempty"`
	Tags                  map[string]string `json:",omitempty"`
	Created, Changed      time.Time
}

// Message is what lies in a queue. Visible is when it may next be received.
type Message struct {
	ID, Body, Sender, Receipt string
	Attributes                map[string]Attribute `json:",omitempty"`
	Group, Deduplication      string               `json:",omitempty"`
	From                      string               `json:",omitempty"` // the ARN of the queue that gave it up
	Trace                     string               `json:",omitempty"`
	Number, Receives          int
	Sent, First, Visible      time.Time
}

// Attribute is an attribute of a message: Text, or Bytes where the type begins with Binary.
type Attribute struct {
	Type  string
	Text  string `json:",omitempty"`
	Bytes []byte `json:",omitempty"`
}

// Topic is a topic of SNS.
type Topic struct {
	Name, Account, Region string
	Attributes            map[string]string `json:",omitempty"`
	Tags                  map[string]string `json:",omitempty"`
}

// Subscription is what a topic's messages are sent on to. It waits for Token until it is confirmed.
type Subscription struct {
	ARN, Topic, Owner, Protocol, Endpoint, Token string
	Attributes                                   map[string]string `json:",omitempty"`
}

const (
	duplicatesFor = 5 * time.Minute
	keyMessages   = "m/messages" // how many there ever were
)

// ARN is the queue's.
func (q Queue) ARN() string { return "arn:aws:sqs:" + q.Region + ":" + q.Account + ":" + q.Name }

// URL is the queue's, as AWS gives it.
func (q Queue) URL() string {
	return "https://sqs." + q.Region + ".amazonaws.com/" + q.Account + "/" + q.Name
}

// FIFO says whether the queue keeps its order.
func (q Queue) FIFO() bool { return strings.HasSuffix(q.Name, ".fifo") }

// Seconds is an attribute's duration, or usual where it is not set.
func (q Queue) Seconds(attribute string, usual int) time.Duration {
	if n, err := strconv.Atoi(q.Attributes[attribute]); err == nil {
		usual = n
	}
	return time.Duration(usual) * time.Second
}

// Retention is how long the queue keeps a message.
func (q Queue) Retention() time.Duration { return q.Seconds("MessageRetentionPeriod", 345600) }

// In is the namespace of the queue's messages.
func (q Queue) In(c *Call) *Call { return c.In(q.Account, q.Region+"/"+q.Name) }

// ARN is the topic's.
func (t Topic) ARN() string { return "arn:aws:sns:" + t.Region + ":" + t.Account + ":" + t.Name }

// named reads an ARN of a service that names things without a kind: arn:aws:sqs:region:account:name.
func named(c *Call, service, arn string) (at *Call, name string, ok bool) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != service {
		return c, "", false
	}
	return c.In(parts[4], parts[3]), parts[5], true
}

// QueueOf finds a queue by its ARN.
func QueueOf(c *Call, arn string) (Queue, bool) {
	at, name, ok := named(c, "sqs", arn)
	if !ok {
		return Queue{}, false
	}
	return Get[Queue](at, KindQueue, name)
}

// QueueAt finds a queue by its URL, whatever the host that it is asked at.
func QueueAt(c *Call, url string) (Queue, bool) {
	parts := strings.Split(strings.TrimSuffix(url, "/"), "/")
	if len(parts) < 2 {
		return Queue{}, false
	}
	return Get[Queue](c.In(parts[len(parts)-2], c.Region), KindQueue, parts[len(parts)-1])
}

// TopicOf finds a topic by its ARN.
func TopicOf(c *Call, arn string) (Topic, bool) {
	at, name, ok := named(c, "sns", arn)
	if !ok {
		return Topic{}, false
	}
	return Get[Topic](at, KindTopic, name)
}

// Enqueue puts a message into a queue, from when it is visible. A FIFO queue takes what it has
// seen in the last five minutes for the message that it was.
func Enqueue(c *Call, q Queue, m Message, delay time.Duration) Message {
	in := q.In(c)
	if q.FIFO() {
		if m.Deduplication == "" {
			m.Deduplication = fmt.Sprintf("%x", sha256.Sum256([]byte(m.Body)))
		}
		if old, ok := Get[Message](in, kindDuplicate, m.Deduplication); ok && c.Now.Before(old.Sent.Add(duplicatesFor)) {
			return old
		}
	}
	m.ID, m.Number, m.Sent, m.Visible = c.NewUUID(), next(c.Tx, keyMessages), c.Now, c.Now.Add(delay)
	if q.FIFO() {
		Put(in, kindDuplicate, m.Deduplication, m)
	}
	PutMessage(c, q, m)
	return m
}

// PutMessage keeps a message that is in a queue.
func PutMessage(c *Call, q Queue, m Message) { Put(q.In(c), KindMessage, m.Key(), m) }

// Key is the message's in its queue.
func (m Message) Key() string { return fmt.Sprintf("%020d", m.Number) }

// Messages are those that a queue still keeps, in order.
func Messages(c *Call, q Queue) []Message {
	var all []Message
	for _, m := range List[Message](q.In(c), KindMessage) {
		if c.Now.Before(m.Sent.Add(q.Retention())) {
			all = append(all, m)
		}
	}
	return all
}

// EmptyQueue takes away all that is in a queue, and what it remembers.
func EmptyQueue(c *Call, q Queue) {
	in := q.In(c)
	for _, m := range List[Message](in, KindMessage) {
		Remove(in, KindMessage, m.Key())
	}
}

// RemoveQueue takes a queue away with what is in it.
func RemoveQueue(c *Call, q Queue) {
	EmptyQueue(c, q)
	in := q.In(c)
	for _, m := range List[Message](in, kindDuplicate) {
		Remove(in, kindDuplicate, m.Deduplication)
	}
	Remove(c.In(q.Account, q.Region), KindQueue, q.Name)
}

// Subscriptions are a topic's, in order of their ids.
func Subscriptions(c *Call, t Topic) []Subscription {
	return List[Subscription](t.subscribed(c), KindSubscription)
}

func (t Topic) subscribed(c *Call) *Call { return c.In(t.Account, t.Region+"/"+t.Name) }

// PutSubscription keeps a subscription of a topic.
func PutSubscription(c *Call, t Topic, s Subscription) {
	Put(t.subscribed(c), KindSubscription, s.ARN, s)
}

// RemoveSubscription takes one away.
func RemoveSubscription(c *Call, t Topic, arn string) {
	Remove(t.subscribed(c), KindSubscription, arn)
}

// RemoveTopic takes a topic away with its subscriptions.
func RemoveTopic(c *Call, t Topic) {
	for _, s := range Subscriptions(c, t) {
		RemoveSubscription(c, t, s.ARN)
	}
	Remove(c.In(t.Account, t.Region), KindTopic, t.Name)
}

// SubscriptionOf finds a subscription by its ARN, with its topic.
func SubscriptionOf(c *Call, arn string) (Subscription, Topic, bool) {
	i := strings.LastIndex(arn, ":")
	if i < 0 {
		return Subscription{}, Topic{}, false
	}
	t, ok := TopicOf(c, arn[:i])
	if !ok {
		return Subscription{}, t, false
	}
	s, ok := Get[Subscription](t.subscribed(c), KindSubscription, arn)
	return s, t, ok
}
