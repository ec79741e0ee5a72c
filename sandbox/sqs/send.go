package sqs

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// sendInput is AWS's, in which a delay of nothing differs from no delay.
type sendInput struct {
	QueueUrl, MessageBody                  *string
	MessageDeduplicationId, MessageGroupId *string
	DelaySeconds                           *int32
	MessageAttributes                      map[string]types.MessageAttributeValue
	MessageSystemAttributes                map[string]types.MessageSystemAttributeValue
}

func sendMessage(c *world.Call, in *sendInput) (*sqs.SendMessageOutput, error) {
	q, err := found(c, in.QueueUrl)
	if err != nil {
		return nil, err
	}
	m, err := send(c, q, in)
	if err != nil {
		return nil, err
	}
	return &sqs.SendMessageOutput{
		MessageId: &m.ID, MD5OfMessageBody: aws.String(sumOf(m.Body)), MD5OfMessageAttributes: sumOfAttributes(m.Attributes), SequenceNumber: sequence(q, m),
	}, nil
}

// send puts a message in, where it is one that the queue takes.
func send(c *world.Call, q world.Queue, in *sendInput) (world.Message, error) {
	m := world.Message{Body: aws.ToString(in.MessageBody), Sender: sender(c), Group: aws.ToString(in.MessageGroupId), Deduplication: aws.ToString(in.MessageDeduplicationId)}
	for name, v := range in.MessageSystemAttributes {
		if name != "AWSTraceHeader" || aws.ToString(v.DataType) != "String" {
			return m, invalid("Message system attribute name '%s' is invalid, or its type is not String.", name)
		}
		m.Trace = aws.ToString(v.StringValue)
	}
	var err error
	if m.Attributes, err = attributes(in.MessageAttributes); err != nil {
		return m, err
	}
	delay, err := delayOf(q, in.DelaySeconds)
	if err == nil {
		err = takes(q, m)
	}
	if err != nil {
		return m, err
	}
	return world.Enqueue(c, q, m, delay), nil
}

func delayOf(q world.Queue, asked *int32) (time.Duration, error) {
	switch {
	case asked == nil:
		return q.Seconds("DelaySeconds", 0), nil
	case *asked < 0 || *asked > 900:
		return 0, invalid("Value %d for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.", *asked)
	case q.FIFO() && *asked > 0:
		return 0, invalid("Value %d for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.", *asked)
	}
	return time.Duration(*asked) * time.Second, nil
}

// takes says why a queue does not take a message.
func takes(q world.Queue, m world.Message) error {
	most := int(q.Seconds("MaximumMessageSize", numbers["MaximumMessageSize"].usual) / time.Second)
	switch {
	case m.Body == "":
		return missing("MessageBody")
	case weight(m) > most:
		return invalid("One or more parameters are invalid. Reason: Message must be shorter than %d bytes.", most)
	case !utf8.ValidString(m.Body) || strings.ContainsFunc(m.Body, unwritable):
		return wire.Fail("InvalidMessageContents", "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF")
	case q.FIFO() && m.Group == "":
		return missing("MessageGroupId")
	case q.FIFO() && m.Deduplication == "" && q.Attributes["ContentBasedDeduplication"] != "true":
		return invalid("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly")
	case !q.FIFO() && m.Deduplication != "":
		return invalid("Value %s for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type.", m.Deduplication)
	}
	return nil
}

func unwritable(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

func weight(m world.Message) int {
	n := len(m.Body)
	for name, a := range m.Attributes {
		n += len(name) + len(a.Type) + len(a.Text) + len(a.Bytes)
	}
	return n
}

func attributes(in map[string]types.MessageAttributeValue) (map[string]world.Attribute, error) {
	var all map[string]world.Attribute
	for name, v := range in {
		a := world.Attribute{Type: aws.ToString(v.DataType), Text: aws.ToString(v.StringValue), Bytes: v.BinaryValue}
		kind, _, _ := strings.Cut(a.Type, ".")
		switch {
		case v.StringListValues != nil || v.BinaryListValues != nil:
			return nil, wire.Fail("UnsupportedOperation", "Message attribute list values in SendMessage operation are not supported.")
		case len(in) > 10:
			return nil, invalid("Number of message attributes [%d] exceeds the allowed maximum [10].", len(in))
		case kind != "String" && kind != "Number" && kind != "Binary":
			return nil, invalid("The message attribute '%s' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.", name)
		case (kind == "Binary") != (a.Text == "") || (kind == "Binary") == (len(a.Bytes) == 0):
			return nil, invalid("The message attribute '%s' must contain a non-empty message attribute value of its type '%s'.", name, a.Type)
		}
		if all == nil {
			all = map[string]world.Attribute{}
		}
		all[name] = a
	}
	return all, nil
}

func sender(c *world.Call) string {
	if role := c.Principal.Role; role != "" {
		return world.RoleID(c, c.Principal.Account, role) + ":" + c.Principal.ARN[strings.LastIndex(c.Principal.ARN, "/")+1:]
	}
	return world.UserID(c, c.Principal.ARN)
}

func sequence(q world.Queue, m world.Message) *string {
	if !q.FIFO() {
		return nil
	}
	return aws.String(fmt.Sprintf("%020d", m.Number))
}

func sumOf(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// sumOfAttributes is what clients compare: names, types and values in order of the names, each with its length.
func sumOfAttributes(all map[string]world.Attribute) *string {
	if len(all) == 0 {
		return nil
	}
	h := md5.New()
	part := func(b []byte) {
		_ = binary.Write(h, binary.BigEndian, uint32(len(b))) // a hash takes all
		h.Write(b)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		a := all[name]
		part([]byte(name))
		part([]byte(a.Type))
		if strings.HasPrefix(a.Type, "Binary") {
			h.Write([]byte{2})
			part(a.Bytes)
		} else {
			h.Write([]byte{1})
			part([]byte(a.Text))
		}
	}
	return aws.String(hex.EncodeToString(h.Sum(nil)))
}

func sendBatch(c *world.Call, in *sqs.SendMessageBatchInput) (*sqs.SendMessageBatchOutput, error) {
	q, err := found(c, in.QueueUrl)
	if err != nil {
		return nil, err
	}
	total := 0
	for _, e := range in.Entries {
		total += len(aws.ToString(e.MessageBody))
	}
	if total > 1<<20 {
		return nil, wire.Fail("BatchRequestTooLong", "Batch requests cannot be longer than %d bytes. You have sent %d bytes.", 1<<20, total)
	}
	out := &sqs.SendMessageBatchOutput{}
	out.Failed, err = each(in.Entries, func(e types.SendMessageBatchRequestEntry) *string { return e.Id }, func(e types.SendMessageBatchRequestEntry) error {
		one := &sendInput{MessageBody: e.MessageBody, MessageDeduplicationId: e.MessageDeduplicationId, MessageGroupId: e.MessageGroupId,
			MessageAttributes: e.MessageAttributes, MessageSystemAttributes: e.MessageSystemAttributes}
		if e.DelaySeconds != 0 {
			one.DelaySeconds = &e.DelaySeconds
		}
		m, err := send(c, q, one)
		if err == nil {
			out.Successful = append(out.Successful, types.SendMessageBatchResultEntry{Id: e.Id, MessageId: &m.ID,
				MD5OfMessageBody: aws.String(sumOf(m.Body)), MD5OfMessageAttributes: sumOfAttributes(m.Attributes), SequenceNumber: sequence(q, m)})
		}
		return err
	})
	return out, err
}

var batchID = document.NewPattern(`^[A-Za-z0-9_-]{1,80}$`)

// each does something with every entry of a batch, and gives those with which it could not be done.
func each[E any](entries []E, id func(E) *string, do func(E) error) ([]types.BatchResultErrorEntry, error) {
	seen := map[string]bool{}
	for _, e := range entries {
		name := aws.ToString(id(e))
		switch {
		case !batchID.MatchString(name):
			return nil, wire.Fail("InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.")
		case seen[name]:
			return nil, wire.Fail("BatchEntryIdsNotDistinct", "Id %s repeated.", name)
		}
		seen[name] = true
	}
	switch n := len(entries); {
	case n == 0:
		return nil, wire.Fail("EmptyBatchRequest", "There should be at least one entry in the request.")
	case n > 10:
		return nil, wire.Fail("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent %d.", n)
	}
	var failed []types.BatchResultErrorEntry
	for _, e := range entries {
		if err := do(e); err != nil {
			refused, ok := err.(*wire.Error)
			if !ok {
				return nil, err
			}
			failed = append(failed, types.BatchResultErrorEntry{Id: id(e), Code: &refused.Code, Message: &refused.Message, SenderFault: true})
		}
	}
	return failed, nil
}
