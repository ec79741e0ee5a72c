package sqs

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// receiveInput is AWS's, in which a time of nothing differs from no time.
type receiveInput struct {
	QueueUrl, ReceiveRequestAttemptId                       *string
	AttributeNames                                          []string // of messages, whatever the SDK's enum says
	MessageSystemAttributeNames                             []types.MessageSystemAttributeName
	MessageAttributeNames                                   []string
	MaxNumberOfMessages, VisibilityTimeout, WaitTimeSeconds *int32
}

func receive(c *world.Call, in *receiveInput) (*sqs.ReceiveMessageOutput, error) {
	q, err := found(c, in.QueueUrl)
	if err != nil {
		return nil, err
	}
	most, err := within("MaxNumberOfMessages", in.MaxNumberOfMessages, 1, 10, 1)
	if err != nil {
		return nil, err
	}
	hold, err := within("VisibilityTimeout", in.VisibilityTimeout, 0, 43200, int(q.Seconds("VisibilityTimeout", numbers["VisibilityTimeout"].usual)/time.Second))
	if err != nil {
		return nil, err
	}
	if _, err := within("WaitTimeSeconds", in.WaitTimeSeconds, 0, 20, 0); err != nil {
		return nil, err
	}
	out := &sqs.ReceiveMessageOutput{}
	for _, m := range take(c, q, most, time.Duration(hold)*time.Second) {
		out.Messages = append(out.Messages, shown(q, m, in))
	}
	return out, nil
}

func within(name string, n *int32, least, most, usual int) (int, error) {
	switch {
	case n == nil:
		return usual, nil
	case int(*n) < least || int(*n) > most:
		return 0, invalid("Value %d for parameter %s is invalid. Reason: Must be between %d and %d, if provided.", *n, name, least, most)
	}
	return int(*n), nil
}

// take hands out what is visible. A FIFO queue hands out nothing of a group of which something is
// in somebody's hands; what was received too often goes where the queue's dead letters go.
func take(c *world.Call, q world.Queue, most int, hold time.Duration) []world.Message {
	var all []world.Message
	dead, redriving := redriven(q)
	held := map[string]bool{}
	for _, m := range world.List[world.Message](q.In(c), world.KindMessage) {
		switch {
		case !c.Now.Before(m.Sent.Add(q.Retention())):
			world.Remove(q.In(c), world.KindMessage, m.Key())
		case c.Now.Before(m.Visible):
			held[m.Group] = true
		case q.FIFO() && held[m.Group] || len(all) == most:
		case redriving && m.Receives >= dead.most():
			bury(c, q, m, dead)
		default:
			all = append(all, hand(c, q, m, hold))
		}
	}
	return all
}

// bury moves a message to the queue of dead letters, as old as it is.
func bury(c *world.Call, q world.Queue, m world.Message, r redrive) {
	to, ok := world.QueueOf(c, r.Target)
	if !ok {
		return
	}
	world.Remove(q.In(c), world.KindMessage, m.Key())
	m.From, m.Receipt, m.Visible = q.ARN(), "", c.Now
	world.PutMessage(c, to, m)
}

func hand(c *world.Call, q world.Queue, m world.Message, hold time.Duration) world.Message {
	m.Receives++
	if m.Receives == 1 {
		m.First = c.Now
	}
	m.Visible = c.Now.Add(hold)
	m.Receipt = base64.StdEncoding.EncodeToString([]byte(m.Key() + " " + c.NewUUID()))
	world.PutMessage(c, q, m)
	return m
}

// shown is a message with the attributes that were asked for.
func shown(q world.Queue, m world.Message, in *receiveInput) types.Message {
	out := types.Message{MessageId: &m.ID, Body: &m.Body, MD5OfBody: aws.String(sumOf(m.Body)), ReceiptHandle: &m.Receipt}
	asked := slices.Clone(in.AttributeNames)
	for _, n := range in.MessageSystemAttributeNames {
		asked = append(asked, string(n))
	}
	for name, v := range system(q, m) {
		if v != "" && (slices.Contains(asked, "All") || slices.Contains(asked, name)) {
			if out.Attributes == nil {
				out.Attributes = map[string]string{}
			}
			out.Attributes[name] = v
		}
	}
	given := map[string]world.Attribute{}
	for name, a := range m.Attributes {
		if !slices.ContainsFunc(in.MessageAttributeNames, func(asked string) bool { return fits(asked, name) }) {
			continue
		}
		if out.MessageAttributes == nil {
			out.MessageAttributes = map[string]types.MessageAttributeValue{}
		}
		given[name] = a
		v := types.MessageAttributeValue{DataType: &a.Type, BinaryValue: a.Bytes}
		if a.Text != "" {
			v.StringValue = &a.Text
		}
		out.MessageAttributes[name] = v
	}
	out.MD5OfMessageAttributes = sumOfAttributes(given)
	return out
}

func fits(asked, name string) bool {
	prefix, many := strings.CutSuffix(asked, ".*")
	return asked == "All" || asked == name || many && (prefix == "" || strings.HasPrefix(name, prefix+"."))
}

// system are the attributes that SQS itself gives a message.
func system(q world.Queue, m world.Message) map[string]string {
	all := map[string]string{
		"SenderId": m.Sender, "SentTimestamp": strconv.FormatInt(m.Sent.UnixMilli(), 10),
		"ApproximateReceiveCount": strconv.Itoa(m.Receives), "ApproximateFirstReceiveTimestamp": strconv.FormatInt(m.First.UnixMilli(), 10),
		"MessageGroupId": m.Group, "MessageDeduplicationId": m.Deduplication, "AWSTraceHeader": m.Trace, "DeadLetterQueueSourceArn": m.From,
	}
	if q.FIFO() {
		all["SequenceNumber"] = fmt.Sprintf("%020d", m.Number)
	}
	return all
}

// held finds the message that a receipt is for. There is none for one that was handed out again.
func held(c *world.Call, q world.Queue, receipt *string) (m world.Message, ok bool, err error) {
	raw, berr := base64.StdEncoding.DecodeString(aws.ToString(receipt))
	key, _, cut := strings.Cut(string(raw), " ")
	if berr != nil || !cut {
		return m, false, wire.Fail("ReceiptHandleIsInvalid", "The input receipt handle %q is not a valid receipt handle.", aws.ToString(receipt))
	}
	m, ok = world.Get[world.Message](q.In(c), world.KindMessage, key)
	return m, ok && m.Receipt == *receipt, nil
}

func remove(c *world.Call, q world.Queue, receipt *string) error {
	m, ok, err := held(c, q, receipt)
	if ok {
		world.Remove(q.In(c), world.KindMessage, m.Key())
	}
	return err
}

func hide(c *world.Call, q world.Queue, receipt *string, n int32) error {
	m, ok, err := held(c, q, receipt)
	if err != nil {
		return err
	}
	if _, err := within("VisibilityTimeout", &n, 0, 43200, 0); err != nil {
		return err
	}
	if !ok || !c.Now.Before(m.Visible) {
		return wire.Fail("MessageNotInflight", "The message referred to is not in flight.")
	}
	m.Visible = c.Now.Add(time.Duration(n) * time.Second)
	world.PutMessage(c, q, m)
	return nil
}

func deleteMessage(c *world.Call, in *sqs.DeleteMessageInput) (*sqs.DeleteMessageOutput, error) {
	q, err := found(c, in.QueueUrl)
	if err == nil {
		err = remove(c, q, in.ReceiptHandle)
	}
	return &sqs.DeleteMessageOutput{}, err
}

func changeVisibility(c *world.Call, in *sqs.ChangeMessageVisibilityInput) (*sqs.ChangeMessageVisibilityOutput, error) {
	q, err := found(c, in.QueueUrl)
	if err == nil {
		err = hide(c, q, in.ReceiptHandle, in.VisibilityTimeout)
	}
	return &sqs.ChangeMessageVisibilityOutput{}, err
}

func deleteBatch(c *world.Call, in *sqs.DeleteMessageBatchInput) (*sqs.DeleteMessageBatchOutput, error) {
	q, err := found(c, in.QueueUrl)
	if err != nil {
		return nil, err
	}
	out := &sqs.DeleteMessageBatchOutput{}
	out.Failed, err = each(in.Entries, func(e types.DeleteMessageBatchRequestEntry) *string { return e.Id }, func(e types.DeleteMessageBatchRequestEntry) error {
		if err := remove(c, q, e.ReceiptHandle); err != nil {
			return err
		}
		out.Successful = append(out.Successful, types.DeleteMessageBatchResultEntry{Id: e.Id})
		return nil
	})
	return out, err
}

func changeBatch(c *world.Call, in *sqs.ChangeMessageVisibilityBatchInput) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
	q, err := found(c, in.QueueUrl)
	if err != nil {
		return nil, err
	}
	out := &sqs.ChangeMessageVisibilityBatchOutput{}
	out.Failed, err = each(in.Entries, func(e types.ChangeMessageVisibilityBatchRequestEntry) *string { return e.Id }, func(e types.ChangeMessageVisibilityBatchRequestEntry) error {
		if err := hide(c, q, e.ReceiptHandle, e.VisibilityTimeout); err != nil {
			return err
		}
		out.Successful = append(out.Successful, types.ChangeMessageVisibilityBatchResultEntry{Id: e.Id})
		return nil
	})
	return out, err
}
