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
	"github.com/axle-cd/axle/market"
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

// Publish sends a notice to a topic.
func (t *Topics) Publish(ctx context.Context, topic string, n catalog.Notice) error {
	return t.session.publish(ctx, string(t.hub.Account), t.hub.Role, topic, n, map[string]string{"type": n.Type, "product": n.Data.Product, "severity": n.Data.Severity})
}

// Tell sends news of a licence to a topic, with the organization's role.
func (l *Licences) Tell(ctx context.Context, topic string, m market.Message) error {
	return l.session.publish(ctx, l.org.account, l.org.role, topic, m, map[string]string{"type": m.Type, "product": m.Data.SKU, "severity": "normal", "account": m.Data.Account})
}

// publish sends to a topic, in the topic's own region. SNS takes no client token: what may have
// arrived and is sent again has the same id.
func (s *Session) publish(ctx context.Context, account, role, topic string, event any, attributes map[string]string) error {
	part := strings.Split(topic, ":")
	if len(part) != 6 || part[2] != "sns" {
		return document.Fail("AXLE2843", topic+" is no topic", "write the ARN of an SNS topic", nil)
	}
	body, err := json.Marshal(event)
	if err != nil {
		return err
	}
	all := map[string]types.MessageAttributeValue{}
	for name, value := range attributes {
		if value != "" {
			all[name] = types.MessageAttributeValue{DataType: sdk.String("String"), StringValue: &value}
		}
	}
	there := s.at(account, role, part[3])
	bound, done := context.WithTimeout(ctx, noticePatience)
	defer done()
	_, err = call(bound, there, op{"sns", "Publish", notice}, func(ctx context.Context) (*sns.PublishOutput, error) {
		return there.topics.Publish(ctx, &sns.PublishInput{TopicArn: &topic, Message: sdk.String(string(body)), MessageAttributes: all})
	})
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return document.Fail("AXLE3430", "topic "+topic+" did not answer in time", "check the network", err)
	}
	return err
}
