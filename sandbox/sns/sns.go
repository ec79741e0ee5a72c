// Package sns answers the operations of AWS's sns over the world. What is published goes to the
// queues that subscribe and let the topic in; nothing is sent out of this machine.
package sns

import (
	"encoding/base64"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Service is SNS.
func Service() world.Service {
	return world.Service{Name: "sns", Operations: []world.Operation{
		world.Write("CreateTopic", "", createTopic).Only("Name", "Attributes", "Tags"),
		world.Write("DeleteTopic", "", deleteTopic),
		world.Write("SetTopicAttributes", "", setTopic),
		world.Write("TagResource", "", tag),
		world.Write("UntagResource", "", untag),
		world.Write("Subscribe", "", subscribe),
		world.Write("ConfirmSubscription", "", confirm).Only("Token", "TopicArn"),
		world.Write("SetSubscriptionAttributes", "", setSubscription),
		world.Write("Unsubscribe", "", unsubscribe),
		world.Write("Publish", "", publish).Only("Message", "MessageAttributes", "MessageDeduplicationId", "MessageGroupId", "MessageStructure", "Subject", "TargetArn", "TopicArn"),
		world.Write("PublishBatch", "", publishBatch),
		world.Read("GetTopicAttributes", getTopic),
		world.Read("ListTopics", listTopics),
		world.Read("ListTagsForResource", listTags),
		world.Read("GetSubscriptionAttributes", getSubscription),
		world.Read("ListSubscriptions", listSubscriptions),
		world.Read("ListSubscriptionsByTopic", listByTopic),
	}}
}

func invalid(format string, args ...any) *wire.Error {
	return wire.Fail("InvalidParameter", "Invalid parameter: "+format, args...)
}

func noSuch(what string) error {
	return wire.Fail("NotFound", "%s does not exist", what).With(http.StatusNotFound)
}

func topicOf(c *world.Call, arn *string) (world.Topic, error) {
	t, ok := world.TopicOf(c, aws.ToString(arn))
	switch {
	case aws.ToString(arn) == "":
		return t, invalid("TopicArn")
	case !ok:
		return t, noSuch("Topic")
	case t.Region != c.Region:
		return t, invalid("TopicArn")
	}
	return t, nil
}

const pageSize = 100

// page cuts a list that is in order of its names behind the name that the token holds.
func page[T any](all []T, token *string, name func(T) string) (cut []T, next *string, err error) {
	after, err := base64.RawURLEncoding.DecodeString(aws.ToString(token))
	if err != nil {
		return nil, nil, invalid("NextToken")
	}
	for i, v := range all {
		if name(v) <= string(after) {
			continue
		}
		if len(cut) == pageSize {
			return cut, aws.String(base64.RawURLEncoding.EncodeToString([]byte(name(all[i-1])))), nil
		}
		cut = append(cut, v)
	}
	return cut, nil, nil
}
