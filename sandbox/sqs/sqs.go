// Package sqs answers the operations of AWS's sqs over the world. Messages are seen and unseen
// by the sandbox's clock. Who waits for one is answered at once: nothing comes while he waits.
package sqs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Service is SQS.
func Service() world.Service {
	return world.Service{Name: "sqs", Operations: slices.Concat(queueOperations(), messageOperations())}
}

func queueOperations() []world.Operation {
	return []world.Operation{
		world.Write("CreateQueue", "", createQueue),
		world.Write("DeleteQueue", "", deleteQueue),
		world.Write("PurgeQueue", "", purgeQueue),
		world.Write("SetQueueAttributes", "", setAttributes),
		world.Write("TagQueue", "", tagQueue),
		world.Write("UntagQueue", "", untagQueue),
		world.Read("GetQueueUrl", getURL),
		world.Read("GetQueueAttributes", getAttributes),
		world.Read("ListQueues", listQueues),
		world.Read("ListQueueTags", listTags),
		world.Read("ListDeadLetterSourceQueues", listSources),
	}
}

func messageOperations() []world.Operation {
	return []world.Operation{
		world.Write("SendMessage", "", sendMessage),
		world.Write("SendMessageBatch", "", sendBatch),
		world.Write("ReceiveMessage", "", receive).Only("QueueUrl", "AttributeNames", "MaxNumberOfMessages", "MessageAttributeNames",
			"MessageSystemAttributeNames", "VisibilityTimeout", "WaitTimeSeconds"),
		world.Write("DeleteMessage", "", deleteMessage),
		world.Write("DeleteMessageBatch", "", deleteBatch),
		world.Write("ChangeMessageVisibility", "", changeVisibility),
		world.Write("ChangeMessageVisibilityBatch", "", changeBatch),
	}
}

func found(c *world.Call, url *string) (world.Queue, error) {
	if aws.ToString(url) == "" {
		return world.Queue{}, missing("QueueUrl")
	}
	q, ok := world.QueueAt(c, *url)
	if !ok {
		return q, wire.Fail("QueueDoesNotExist", "The specified queue does not exist.")
	}
	return q, nil
}

func missing(name string) error {
	return wire.Fail("MissingParameter", "The request must contain the parameter %s.", name)
}

func invalid(format string, args ...any) *wire.Error {
	return wire.Fail("InvalidParameterValue", format, args...)
}

func tagQueue(c *world.Call, in *sqs.TagQueueInput) (*sqs.TagQueueOutput, error) {
	q, err := found(c, in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if q.Tags == nil {
		q.Tags = map[string]string{}
	}
	for k, v := range in.Tags {
		q.Tags[k] = v
	}
	if len(q.Tags) > mostTags {
		return nil, invalid("Too many tags added for queue %s.", q.Name)
	}
	keep(c, q)
	return &sqs.TagQueueOutput{}, nil
}

func untagQueue(c *world.Call, in *sqs.UntagQueueInput) (*sqs.UntagQueueOutput, error) {
	q, err := found(c, in.QueueUrl)
	if err != nil {
		return nil, err
	}
	for _, k := range in.TagKeys {
		delete(q.Tags, k)
	}
	keep(c, q)
	return &sqs.UntagQueueOutput{}, nil
}

func listTags(c *world.Call, in *sqs.ListQueueTagsInput) (*sqs.ListQueueTagsOutput, error) {
	q, err := found(c, in.QueueUrl)
	return &sqs.ListQueueTagsOutput{Tags: q.Tags}, err
}

const mostTags = 50

func keep(c *world.Call, q world.Queue) {
	world.Put(c.In(q.Account, q.Region), world.KindQueue, q.Name, q)
}
