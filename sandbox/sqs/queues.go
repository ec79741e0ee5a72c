package sqs

import (
	"encoding/base64"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

var queueName = document.NewPattern(`^[A-Za-z0-9_-]{1,75}(\.fifo)?$|^[A-Za-z0-9_-]{76,80}$`)

func createQueue(c *world.Call, in *sqs.CreateQueueInput) (*sqs.CreateQueueOutput, error) {
	q := world.Queue{Name: aws.ToString(in.QueueName), Account: c.Account, Region: c.Region, Tags: in.Tags, Created: c.Now, Changed: c.Now}
	switch {
	case q.Name == "":
		return nil, missing("QueueName")
	case !queueName.MatchString(q.Name):
		return nil, invalid("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
	case len(in.Tags) > mostTags:
		return nil, invalid("Too many tags added for queue %s.", q.Name)
	case q.FIFO() != (in.Attributes["FifoQueue"] == "true"):
		return nil, invalid("The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length; and its attribute FifoQueue is true.")
	}
	if err := set(c, &q, in.Attributes, true); err != nil {
		return nil, err
	}
	old, ok := world.Get[world.Queue](c, world.KindQueue, q.Name)
	if !ok {
		keep(c, q)
		return &sqs.CreateQueueOutput{QueueUrl: aws.String(q.URL())}, nil
	}
	for name, v := range in.Attributes {
		if said(c, old)[name] != v {
			return nil, wire.Fail("QueueNameExists", "A queue already exists with the same name and a different value for attribute %s", name)
		}
	}
	return &sqs.CreateQueueOutput{QueueUrl: aws.String(old.URL())}, nil
}

func deleteQueue(c *world.Call, in *sqs.DeleteQueueInput) (*sqs.DeleteQueueOutput, error) {
	q, err := found(c, in.QueueUrl)
	if err == nil {
		world.RemoveQueue(c, q)
	}
	return &sqs.DeleteQueueOutput{}, err
}

func purgeQueue(c *world.Call, in *sqs.PurgeQueueInput) (*sqs.PurgeQueueOutput, error) {
	q, err := found(c, in.QueueUrl)
	if err == nil {
		world.EmptyQueue(c, q)
	}
	return &sqs.PurgeQueueOutput{}, err
}

func getURL(c *world.Call, in *sqs.GetQueueUrlInput) (*sqs.GetQueueUrlOutput, error) {
	if aws.ToString(in.QueueName) == "" {
		return nil, missing("QueueName")
	}
	if owner := aws.ToString(in.QueueOwnerAWSAccountId); owner != "" {
		c = c.In(owner, c.Region)
	}
	q, ok := world.Get[world.Queue](c, world.KindQueue, *in.QueueName)
	if !ok {
		return nil, wire.Fail("QueueDoesNotExist", "The specified queue does not exist.")
	}
	return &sqs.GetQueueUrlOutput{QueueUrl: aws.String(q.URL())}, nil
}

func listQueues(c *world.Call, in *sqs.ListQueuesInput) (*sqs.ListQueuesOutput, error) {
	out := &sqs.ListQueuesOutput{}
	var err error
	out.QueueUrls, out.NextToken, err = page(c, in.MaxResults, in.NextToken, func(q world.Queue) bool {
		return strings.HasPrefix(q.Name, aws.ToString(in.QueueNamePrefix))
	})
	return out, err
}

// listSources are the queues whose dead letters the queue takes.
func listSources(c *world.Call, in *sqs.ListDeadLetterSourceQueuesInput) (*sqs.ListDeadLetterSourceQueuesOutput, error) {
	q, err := found(c, in.QueueUrl)
	if err != nil {
		return nil, err
	}
	out := &sqs.ListDeadLetterSourceQueuesOutput{}
	out.QueueUrls, out.NextToken, err = page(c, in.MaxResults, in.NextToken, func(from world.Queue) bool {
		r, ok := redriven(from)
		return ok && r.Target == q.ARN()
	})
	return out, err
}

const mostListed = 1000

// page lists the URLs of the account's queues that fit. Without a size there is one page.
func page(c *world.Call, size *int32, token *string, fits func(world.Queue) bool) (urls []string, next *string, err error) {
	after, err := base64.RawURLEncoding.DecodeString(aws.ToString(token))
	n := int(aws.ToInt32(size))
	if err != nil || size != nil && (n < 1 || n > mostListed) {
		return nil, nil, invalid("Invalid or expired next token, or MaxResults is not between 1 and %d.", mostListed)
	}
	if size == nil {
		n = mostListed
	}
	var last string
	for _, q := range world.List[world.Queue](c, world.KindQueue) {
		if q.Name <= string(after) || !fits(q) {
			continue
		}
		if len(urls) == n {
			if size != nil {
				next = aws.String(base64.RawURLEncoding.EncodeToString([]byte(last)))
			}
			break
		}
		urls, last = append(urls, q.URL()), q.Name
	}
	return urls, next, nil
}
