package aws

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// noticePatience is how long a notice is sent again, and how long a topic may take to answer.
const noticePatience = 10 * time.Second

// Topics are SNS topics, published to with the hub's role.
type Topics struct {
	session *Session
	hub     catalog.Hubs
}

// NewTopics makes Topics.
func NewTopics(s *Session, hub catalog.Hubs) *Topics { return &Topics{s, hub} }

// Publish sends a notice to a topic, in the topic's own region. SNS takes no client token: one that
// may have arrived and is sent again has the same id.
func (t *Topics) Publish(ctx context.Context, topic string, n catalog.Notice) error {
	part := strings.Split(topic, ":")
	if len(part) != 6 || part[2] != "sns" {
		return document.Fail("AXLE2843", topic+" is no topic", "write the ARN of an SNS topic", nil)
	}
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	text := func(s string) types.MessageAttributeValue {
		return types.MessageAttributeValue{DataType: sdk.String("String"), StringValue: &s}
	}
	s := t.session.at(string(t.hub.Account), t.hub.Role, part[3])
	bound, done := context.WithTimeout(ctx, noticePatience)
	defer done()
	_, err = call(bound, s, op{"sns", "Publish", notice}, func(ctx context.Context) (*sns.PublishOutput, error) {
		return s.topics.Publish(ctx, &sns.PublishInput{TopicArn: &topic, Message: sdk.String(string(body)), MessageAttributes: map[string]types.MessageAttributeValue{
			"type": text(n.Type), "product": text(n.Data.Product), "severity": text(n.Data.Severity)}})
	})
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return document.Fail("AXLE3430", "topic "+topic+" did not answer in time", "check the network", err)
	}
	return err
}
