package cloudformation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/sandbox/world"
)

const (
	typeTopic        = "AWS::SNS::Topic"
	typeSubscription = "AWS::SNS::Subscription"
	typeQueue        = "AWS::SQS::Queue"
)

// messages are the types that are rows of SNS and SQS. Their calls are in the account and region.
var messages = map[string]row{
	typeQueue:               {keepQueue, dropQueue},
	"AWS::SQS::QueuePolicy": {keepQueuePolicy, dropQueuePolicy},
	typeTopic:               {keepTopic, dropTopic},
	typeSubscription:        {keepSubscription, dropSubscription},
	"AWS::SNS::TopicPolicy": {keepTopicPolicy, dropTopicPolicy},
}

// The properties that are attributes of the same name.
var (
	ofQueue = []string{"ContentBasedDeduplication", "DeduplicationScope", "DelaySeconds", "FifoQueue", "FifoThroughputLimit", "KmsDataKeyReusePeriodSeconds",
		"KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy",
		"SqsManagedSseEnabled", "VisibilityTimeout"}
	ofTopic        = []string{"ArchivePolicy", "ContentBasedDeduplication", "DisplayName", "FifoThroughputScope", "FifoTopic", "KmsMasterKeyId", "SignatureVersion", "TracingConfig"}
	ofSubscription = []string{"DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy", "SubscriptionRoleArn"}
)

// attributes puts the resource's into those of a row, in the place of the ones it noted before.
func attributes(r resource, names []string, have map[string]string, note string) (all map[string]string, mine string) {
	all = map[string]string{}
	for name, v := range have {
		if !slices.Contains(strings.Split(note, "\n"), name) {
			all[name] = v
		}
	}
	var set []string
	for _, name := range names {
		if v := attribute(r.Properties[name]); v != "" && (v != "false" || name != "FifoQueue") {
			all[name] = v
			set = append(set, name)
		}
	}
	return all, strings.Join(set, "\n")
}

// attribute is a property as text.
func attribute(v any) string {
	if s, ok := v.(string); ok || v == nil {
		return s
	}
	return jsonOf(typed("", v))
}

// typed gives back to a policy the number and the truth that a record holds as text.
func typed(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k := range v {
			out[k] = typed(k, v[k])
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = typed("", v[i])
		}
		return out
	case string:
		if n, err := strconv.Atoi(v); name == "maxReceiveCount" && err == nil {
			return n
		}
		if is, err := strconv.ParseBool(v); name == "exists" && err == nil {
			return is
		}
	}
	return v
}

func tagged(r resource) map[string]string {
	all := map[string]string{}
	for _, t := range items(r.Properties["Tags"]) {
		tag, _ := t.(map[string]any)
		all[fmt.Sprint(tag["Key"])] = fmt.Sprint(tag["Value"])
	}
	return all
}

// queueAt finds a queue of the account by its URL.
func queueAt(c *world.Call, url string) (world.Queue, bool) {
	q, ok := world.QueueAt(c, url)
	return q, ok && q.Account == c.Account
}

// keepQueue makes or changes a queue. What others set stays, and what lies in it.
func keepQueue(c *world.Call, r resource, note string) (mine string) {
	q, ok := queueAt(c, r.PhysicalID)
	if !ok {
		q = world.Queue{Name: lastPart(r.PhysicalID), Account: c.Account, Region: c.Region, Created: c.Now}
	}
	q.Attributes, mine = attributes(r, ofQueue, q.Attributes, note)
	q.Tags, q.Changed = tagged(r), c.Now
	putQueue(c, q)
	return mine
}

func putQueue(c *world.Call, q world.Queue) { world.Put(c, world.KindQueue, q.Name, q) }

func dropQueue(c *world.Call, r resource, _ string) {
	if q, ok := queueAt(c, r.PhysicalID); ok {
		world.RemoveQueue(c, q)
	}
}

// keepTopic makes or changes a topic with the subscriptions it lists. Its note is the attributes it set.
func keepTopic(c *world.Call, r resource, note string) (mine string) {
	t, ok := world.TopicOf(c, r.PhysicalID)
	if !ok {
		t = world.Topic{Name: lastPart(r.PhysicalID), Account: c.Account, Region: c.Region}
	}
	t.Attributes, mine = attributes(r, ofTopic, t.Attributes, note)
	t.Tags = tagged(r)
	putTopic(c, t)
	still := map[string]bool{}
	for _, v := range items(r.Properties["Subscription"]) {
		m, _ := v.(map[string]any)
		s := resource{Type: typeSubscription, Properties: map[string]any{"Protocol": m["Protocol"], "Endpoint": m["Endpoint"]}}
		s.PhysicalID = t.ARN() + ":" + uuid(t.ARN(), text(s, "Protocol"), text(s, "Endpoint"))
		still[s.PhysicalID] = true
		keepSubscription(c, s, "")
	}
	for _, s := range world.Subscriptions(c, t) { // those it listed before
		if s.ARN == t.ARN()+":"+uuid(t.ARN(), s.Protocol, s.Endpoint) && !still[s.ARN] {
			world.RemoveSubscription(c, t, s.ARN)
		}
	}
	return mine
}

func putTopic(c *world.Call, t world.Topic) { world.Put(c, world.KindTopic, t.Name, t) }

func dropTopic(c *world.Call, r resource, _ string) {
	if t, ok := world.TopicOf(c, r.PhysicalID); ok {
		world.RemoveTopic(c, t)
	}
}

// keepSubscription subscribes to a topic that is there. A queue of the account needs no confirmation.
func keepSubscription(c *world.Call, r resource, note string) (mine string) {
	s, t, ok := world.SubscriptionOf(c, r.PhysicalID)
	if t.Name == "" {
		return ""
	}
	if !ok {
		s = world.Subscription{ARN: r.PhysicalID, Topic: t.ARN(), Owner: c.Account, Protocol: text(r, "Protocol"), Endpoint: text(r, "Endpoint")}
		q, own := world.QueueOf(c, s.Endpoint)
		confirmed := s.Protocol == "sqs" && own && q.Account == c.Account || slices.Contains([]string{"lambda", "sms", "application", "firehose"}, s.Protocol)
		if !confirmed {
			s.Token = c.NewID("", 64, world.Hex)
		}
	}
	s.Attributes, mine = attributes(r, ofSubscription, s.Attributes, note)
	world.PutSubscription(c, t, s)
	return mine
}

func dropSubscription(c *world.Call, r resource, _ string) {
	if s, t, ok := world.SubscriptionOf(c, r.PhysicalID); ok {
		world.RemoveSubscription(c, t, s.ARN)
	}
}

// keepQueuePolicy puts a policy on queues of the account. Its note is their URLs.
func keepQueuePolicy(c *world.Call, r resource, note string) string {
	dropQueuePolicy(c, r, note)
	urls := wordsIn(r.Properties["Queues"])
	putQueuePolicy(c, urls, paper(r.Properties["PolicyDocument"]))
	return strings.Join(urls, "\n")
}

func dropQueuePolicy(c *world.Call, _ resource, note string) {
	putQueuePolicy(c, strings.Split(note, "\n"), "")
}

func putQueuePolicy(c *world.Call, urls []string, policy string) {
	for _, url := range urls {
		if q, ok := queueAt(c, url); ok {
			q.Attributes = governed(q.Attributes, policy)
			putQueue(c, q)
		}
	}
}

// keepTopicPolicy puts a policy on topics of the account and region. Its note is their ARNs.
func keepTopicPolicy(c *world.Call, r resource, note string) string {
	dropTopicPolicy(c, r, note)
	arns := wordsIn(r.Properties["Topics"])
	putTopicPolicy(c, arns, paper(r.Properties["PolicyDocument"]))
	return strings.Join(arns, "\n")
}

func dropTopicPolicy(c *world.Call, _ resource, note string) {
	putTopicPolicy(c, strings.Split(note, "\n"), "")
}

func putTopicPolicy(c *world.Call, arns []string, policy string) {
	for _, arn := range arns {
		if t, ok := world.TopicOf(c, arn); ok && t.Account == c.Account && t.Region == c.Region {
			t.Attributes = governed(t.Attributes, policy)
			putTopic(c, t)
		}
	}
}

// governed are attributes with this policy, "" for none.
func governed(attributes map[string]string, policy string) map[string]string {
	if attributes == nil {
		attributes = map[string]string{}
	}
	attributes["Policy"] = policy
	if policy == "" {
		delete(attributes, "Policy")
	}
	return attributes
}

func wordsIn(v any) []string {
	var all []string
	for _, one := range items(v) {
		all = append(all, fmt.Sprint(one))
	}
	return all
}
