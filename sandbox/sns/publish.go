package sns

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// notice is what a queue gets, in the order in which SNS writes it.
type notice struct {
	Type, MessageId  string
	Token            string `json:",omitempty"`
	TopicArn         string
	Subject          string `json:",omitempty"`
	Message          string
	SubscribeURL     string `json:",omitempty"`
	Timestamp        string
	SignatureVersion string
	Signature        string
	SigningCertURL   string
	UnsubscribeURL   string               `json:",omitempty"`
	Attributes       map[string]attribute `json:"MessageAttributes,omitempty"`
}

type attribute struct{ Type, Value string }

const longest = 256 << 10

func publish(c *world.Call, in *sns.PublishInput) (*sns.PublishOutput, error) {
	arn := cmp.Or(aws.ToString(in.TopicArn), aws.ToString(in.TargetArn))
	if strings.Contains(arn, ":endpoint/") {
		return nil, wire.NotHere("sns:Publish.TargetArn")
	}
	t, err := topicOf(c, &arn)
	if err != nil {
		return nil, err
	}
	id, err := send(c, t, types.PublishBatchRequestEntry{Message: in.Message, Subject: in.Subject, MessageStructure: in.MessageStructure,
		MessageAttributes: in.MessageAttributes, MessageGroupId: in.MessageGroupId, MessageDeduplicationId: in.MessageDeduplicationId})
	return &sns.PublishOutput{MessageId: &id}, err
}

// send sends a message on to all who subscribe to a topic, and gives its id.
func send(c *world.Call, t world.Topic, e types.PublishBatchRequestEntry) (string, error) {
	texts, err := spoken(e)
	if err != nil {
		return "", err
	}
	attributes, err := attributesOf(e.MessageAttributes)
	switch subject := aws.ToString(e.Subject); {
	case err != nil:
		return "", err
	case len(aws.ToString(e.Message)) > longest:
		return "", invalid("Message too long")
	case len(subject) > 100 || strings.ContainsAny(subject, "\r\n") || e.Subject != nil && subject == "":
		return "", invalid("Subject")
	case e.MessageDeduplicationId != nil:
		return "", invalid("MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type")
	case e.MessageGroupId != nil:
		return "", wire.NotHere("sns:" + c.Operation + ".MessageGroupId")
	}
	id := c.NewUUID()
	for _, s := range world.Subscriptions(c, t) {
		if s.Protocol != "sqs" || s.Token != "" || !passes(s.Attributes["FilterPolicy"], attributes) {
			continue
		}
		body := cmp.Or(texts["sqs"], texts["default"])
		if s.Attributes["RawMessageDelivery"] == "true" {
			deliver(c, t, s.Endpoint, world.Message{Body: body, Attributes: attributes})
			continue
		}
		deliver(c, t, s.Endpoint, world.Message{Body: notified(c, notice{Type: "Notification", MessageId: id, TopicArn: t.ARN(), Subject: aws.ToString(e.Subject), Message: body,
			UnsubscribeURL: "https://sns." + t.Region + ".amazonaws.com/?Action=Unsubscribe&SubscriptionArn=" + s.ARN, Attributes: written(attributes)})})
	}
	return id, nil
}

// spoken are a message's texts by protocol; default is that of all others.
func spoken(e types.PublishBatchRequestEntry) (map[string]string, error) {
	text := aws.ToString(e.Message)
	switch structure := aws.ToString(e.MessageStructure); {
	case text == "":
		return nil, invalid("Empty message")
	case structure == "":
		return map[string]string{"default": text}, nil
	case structure != "json":
		return nil, invalid("MessageStructure")
	}
	var parts map[string]any
	if json.Unmarshal([]byte(text), &parts) != nil {
		return nil, invalid("Message Structure - JSON message body failed to parse")
	}
	texts := map[string]string{}
	for k, v := range parts {
		if said, ok := v.(string); ok {
			texts[k] = said
		}
	}
	if texts["default"] == "" {
		return nil, invalid("Message Structure - No default entry in JSON message body")
	}
	return texts, nil
}

func attributesOf(in map[string]types.MessageAttributeValue) (map[string]world.Attribute, error) {
	all := map[string]world.Attribute{}
	for name, v := range in {
		a := world.Attribute{Type: aws.ToString(v.DataType), Text: aws.ToString(v.StringValue), Bytes: v.BinaryValue}
		switch kind, _, _ := strings.Cut(a.Type, "."); {
		case kind != "String" && kind != "Number" && kind != "Binary":
			return nil, wire.Fail("ParameterValueInvalid", "The message attribute '%s' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.", name)
		case kind == "Binary" && len(a.Bytes) == 0 || kind != "Binary" && a.Text == "":
			return nil, wire.Fail("ParameterValueInvalid", "The message attribute '%s' must contain non-empty message attribute value for message attribute type '%s'.", name, a.Type)
		}
		all[name] = a
	}
	return all, nil
}

func written(all map[string]world.Attribute) map[string]attribute {
	out := map[string]attribute{}
	for name, a := range all {
		v := a.Text
		if len(a.Bytes) > 0 {
			v = base64.StdEncoding.EncodeToString(a.Bytes)
		}
		out[name] = attribute{a.Type, v}
	}
	return out
}

// notified writes a notice. What it is signed with says that it is not AWS's.
func notified(c *world.Call, n notice) string {
	n.Timestamp, n.SignatureVersion = c.Now.UTC().Format("2006-01-02T15:04:05.000Z"), "1"
	n.Signature = base64.StdEncoding.EncodeToString([]byte("sandbox, not AWS"))
	n.SigningCertURL = "https://sns." + c.Region + ".amazonaws.com/SimpleNotificationService-sandbox.pem"
	raw, err := json.Marshal(n)
	if err != nil {
		return ""
	}
	return string(raw)
}

// deliver puts a message into a queue whose policy lets the topic in. What is not let in is lost, as at AWS.
func deliver(c *world.Call, t world.Topic, endpoint string, m world.Message) {
	q, ok := world.QueueOf(c, endpoint)
	if !ok || c.Denied(world.Ask{Service: "sns.amazonaws.com", Action: "sqs:SendMessage", Resource: q.ARN(), Owner: q.Account, Policy: q.Attributes["Policy"],
		Keys: map[string]string{"aws:SourceArn": t.ARN(), "aws:SourceAccount": t.Account, "aws:SourceOwner": t.Account}}) != "" {
		return
	}
	m.Sender = "AIDA" + strings.ToUpper(world.Digest(c.Tx, "sns")[:17])
	world.Enqueue(c, q, m, q.Seconds("DelaySeconds", 0))
}

// askToConfirm sends the token to the queue of a subscription that waits for it.
func askToConfirm(c *world.Call, t world.Topic, s world.Subscription) {
	if s.Token == "" || s.Protocol != "sqs" {
		return
	}
	deliver(c, t, s.Endpoint, world.Message{Body: notified(c, notice{Type: "SubscriptionConfirmation", MessageId: c.NewUUID(), Token: s.Token, TopicArn: t.ARN(),
		Message:      "You have chosen to subscribe to the topic " + t.ARN() + ".\nTo confirm the subscription, visit the SubscribeURL included in this message.",
		SubscribeURL: "https://sns." + t.Region + ".amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + t.ARN() + "&Token=" + s.Token})})
}

func accountOf(arn string) string {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 && parts[2] == "sqs" {
		return parts[4]
	}
	return ""
}

var batchID = document.NewPattern(`^[A-Za-z0-9_-]{1,80}$`)

func publishBatch(c *world.Call, in *sns.PublishBatchInput) (*sns.PublishBatchOutput, error) {
	t, err := topicOf(c, in.TopicArn)
	if err != nil {
		return nil, err
	}
	if err := batch(in.PublishBatchRequestEntries); err != nil {
		return nil, err
	}
	out := &sns.PublishBatchOutput{}
	for _, e := range in.PublishBatchRequestEntries {
		id, err := send(c, t, e)
		refused, ok := err.(*wire.Error)
		switch {
		case err == nil:
			out.Successful = append(out.Successful, types.PublishBatchResultEntry{Id: e.Id, MessageId: aws.String(id)})
		case ok && refused.Status < 500:
			out.Failed = append(out.Failed, types.BatchResultErrorEntry{Id: e.Id, Code: &refused.Code, Message: &refused.Message, SenderFault: true})
		default:
			return nil, err
		}
	}
	return out, nil
}

func batch(entries []types.PublishBatchRequestEntry) error {
	seen, total := map[string]bool{}, 0
	for _, e := range entries {
		id := aws.ToString(e.Id)
		switch {
		case !batchID.MatchString(id):
			return wire.Fail("InvalidBatchEntryId", "The Id of a batch entry in a batch request doesn't abide by the specification.")
		case seen[id]:
			return wire.Fail("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.")
		}
		seen[id] = true
		total += len(aws.ToString(e.Message))
	}
	switch {
	case len(entries) == 0:
		return wire.Fail("EmptyBatchRequest", "The batch request doesn't contain any entries.")
	case len(entries) > 10:
		return wire.Fail("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.")
	case total > longest:
		return wire.Fail("BatchRequestTooLong", "The length of all the batch messages put together is more than the limit.")
	}
	return nil
}
