package sqs

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/axle-cd/axle/sandbox/access"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// numbers are the attributes that are whole numbers: their bounds, and what they are unless set.
var numbers = map[string]struct{ least, most, usual int }{
	"DelaySeconds":                  {0, 900, 0},
	"MaximumMessageSize":            {1024, 1 << 20, 1 << 20},
	"MessageRetentionPeriod":        {60, 1209600, 345600},
	"ReceiveMessageWaitTimeSeconds": {0, 20, 0},
	"VisibilityTimeout":             {0, 43200, 30},
}

// ofFIFO are the attributes of FIFO queues, with the values that are honoured; the first is usual.
var ofFIFO = map[string][]string{
	"ContentBasedDeduplication": {"false", "true"},
	"DeduplicationScope":        {"queue"},
	"FifoThroughputLimit":       {"perQueue"},
}

// set gives a queue attributes. "" takes one away.
func set(c *world.Call, q *world.Queue, attributes map[string]string, fresh bool) error {
	q.Attributes = maps.Clone(q.Attributes)
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		v := attributes[name]
		if v == "" && (name == "Policy" || name == "RedrivePolicy") {
			delete(q.Attributes, name)
			continue
		}
		if err := settable(c, *q, name, v, fresh); err != nil {
			return err
		}
		if q.Attributes == nil {
			q.Attributes = map[string]string{}
		}
		q.Attributes[name] = v
	}
	return nil
}

func settable(c *world.Call, q world.Queue, name, v string, fresh bool) error {
	no := wire.Fail("InvalidAttributeValue", "Invalid value for the parameter %s.", name)
	if bounds, ok := numbers[name]; ok {
		if n, err := strconv.Atoi(v); err != nil || n < bounds.least || n > bounds.most {
			return no
		}
		return nil
	}
	if honoured, ok := ofFIFO[name]; ok {
		switch {
		case !q.FIFO():
			return wire.Fail("InvalidAttributeName", "Unknown Attribute %s.", name)
		case !slices.Contains(honoured, v):
			return wire.NotHere("sqs:" + c.Operation + "." + name + "=" + v)
		}
		return nil
	}
	switch name {
	case "FifoQueue":
		if !fresh || v != "true" {
			return wire.Fail("InvalidAttributeName", "Unknown Attribute FifoQueue.")
		}
	case "Policy":
		if _, err := access.Parse(v, access.Resource); err != nil {
			return no
		}
	case "RedrivePolicy":
		return redrivable(c, q, v)
	case "SqsManagedSseEnabled":
		if v != "true" && v != "false" {
			return no
		}
	case "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "RedriveAllowPolicy":
		return wire.NotHere("sqs:" + c.Operation + "." + name)
	default:
		return wire.Fail("InvalidAttributeName", "Unknown Attribute %s.", name)
	}
	return nil
}

// redrive is where a queue's messages go that were received too often.
type redrive struct {
	Target string      `json:"deadLetterTargetArn"`
	Most   json.Number `json:"maxReceiveCount"`
}

func (r redrive) most() int {
	n, _ := strconv.Atoi(r.Most.String()) // it was read when it was set
	return n
}

func redriven(q world.Queue) (redrive, bool) {
	var r redrive
	err := json.Unmarshal([]byte(q.Attributes["RedrivePolicy"]), &r)
	return r, err == nil
}

func redrivable(c *world.Call, q world.Queue, text string) error {
	var r redrive
	if err := json.Unmarshal([]byte(text), &r); err != nil || r.most() < 1 || r.most() > 1000 {
		return wire.Fail("InvalidAttributeValue", "Value %s for parameter RedrivePolicy is invalid. Reason: deadLetterTargetArn and maxReceiveCount, 1 to 1000, are needed.", text)
	}
	target, ok := world.QueueOf(c, r.Target)
	if !ok || target.FIFO() != q.FIFO() || target.Account != q.Account || target.Region != q.Region {
		return wire.Fail("InvalidAttributeValue", "Value %s for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.", text)
	}
	return nil
}

// said are all attributes of a queue, as AWS gives them.
func said(c *world.Call, q world.Queue) map[string]string {
	all := map[string]string{
		"QueueArn": q.ARN(), "SqsManagedSseEnabled": "true",
		"CreatedTimestamp": seconds(q.Created), "LastModifiedTimestamp": seconds(q.Changed),
	}
	for name, n := range numbers {
		all[name] = strconv.Itoa(n.usual)
	}
	if q.FIFO() {
		for name, values := range ofFIFO {
			all[name] = values[0]
		}
	}
	maps.Copy(all, q.Attributes)
	return all
}

// counts are how many messages a queue has: ready, in somebody's hands, and not due yet.
func counts(c *world.Call, q world.Queue) map[string]string {
	var ready, taken, late int
	for _, m := range world.Messages(c, q) {
		switch {
		case !c.Now.Before(m.Visible):
			ready++
		case m.Receives > 0:
			taken++
		default:
			late++
		}
	}
	return map[string]string{
		"ApproximateNumberOfMessages": strconv.Itoa(ready), "ApproximateNumberOfMessagesNotVisible": strconv.Itoa(taken),
		"ApproximateNumberOfMessagesDelayed": strconv.Itoa(late),
	}
}

func seconds(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func getAttributes(c *world.Call, in *sqs.GetQueueAttributesInput) (*sqs.GetQueueAttributesOutput, error) {
	q, err := found(c, in.QueueUrl)
	if err != nil || len(in.AttributeNames) == 0 {
		return &sqs.GetQueueAttributesOutput{}, err
	}
	all := said(c, q)
	maps.Copy(all, counts(c, q))
	if !slices.Contains(in.AttributeNames, types.QueueAttributeNameAll) {
		maps.DeleteFunc(all, func(name, _ string) bool { return !slices.Contains(in.AttributeNames, types.QueueAttributeName(name)) })
	}
	return &sqs.GetQueueAttributesOutput{Attributes: all}, nil
}

func setAttributes(c *world.Call, in *sqs.SetQueueAttributesInput) (*sqs.SetQueueAttributesOutput, error) {
	q, err := found(c, in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if err := set(c, &q, in.Attributes, false); err != nil {
		return nil, err
	}
	q.Changed = c.Now
	keep(c, q)
	return &sqs.SetQueueAttributesOutput{}, nil
}
