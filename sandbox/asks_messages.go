package sandbox

import (
	"cmp"
	"slices"

	"github.com/axle-cd/axle/sandbox/world"
)

// ownersQueue are the operations on a queue that no policy of it opens to another account.
var ownersQueue = []string{"DeleteQueue", "ListQueueTags", "SetQueueAttributes", "TagQueue", "UntagQueue"}

// batched are the batches, which IAM knows by their single operation.
var batched = map[string]string{
	"SendMessageBatch": "SendMessage", "DeleteMessageBatch": "DeleteMessage",
	"ChangeMessageVisibilityBatch": "ChangeMessageVisibility", "PublishBatch": "Publish",
}

// queueAsk is about the queue of the input, under its policy.
func queueAsk(c *world.Call, f fields, a world.Ask) world.Ask {
	a.Action = "sqs:" + cmp.Or(batched[c.Operation], c.Operation)
	q, ok := world.QueueAt(c, f.text("QueueUrl"))
	if name := f.text("QueueName"); name != "" {
		q, ok = world.Get[world.Queue](c.In(cmp.Or(f.text("QueueOwnerAWSAccountId"), c.Account), c.Region), world.KindQueue, name)
		a.Resource = c.ARN("sqs", name)
	}
	if ok {
		a.Resource, a.Owner, a.Policy = q.ARN(), q.Account, q.Attributes["Policy"]
	}
	if slices.Contains(ownersQueue, c.Operation) {
		a.Policy = ""
	}
	return a
}

// topicAsk is about the topic of the input, under its policy.
func topicAsk(c *world.Call, f fields, a world.Ask) world.Ask {
	a.Action = "sns:" + cmp.Or(batched[c.Operation], c.Operation)
	arn := cmp.Or(f.text("TopicArn"), f.text("TargetArn"), f.text("ResourceArn"))
	if s := f.text("SubscriptionArn"); s != "" { // the subscriber's, whose account the operation asks for
		a.Resource = s
		return a
	}
	if name := f.text("Name"); name != "" && c.Operation == "CreateTopic" {
		arn = c.ARN("sns", name)
	}
	if arn == "" {
		return a
	}
	a.Resource = arn
	if t, ok := world.TopicOf(c, arn); ok {
		a.Owner, a.Policy = t.Account, t.Attributes["Policy"]
	}
	if c.Operation == "ConfirmSubscription" { // whoever has the token
		a.Owner, a.Policy = "", ""
	}
	a.Keys["sns:Protocol"], a.Keys["sns:Endpoint"] = f.text("Protocol"), f.text("Endpoint")
	return a
}
