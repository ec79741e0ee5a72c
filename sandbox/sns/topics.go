package sns

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/access"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

var topicName = document.NewPattern(`^[A-Za-z0-9_-]{1,256}$`)

const mostTags = 50

func keep(c *world.Call, t world.Topic) {
	world.Put(c.In(t.Account, t.Region), world.KindTopic, t.Name, t)
}

func createTopic(c *world.Call, in *sns.CreateTopicInput) (*sns.CreateTopicOutput, error) {
	t := world.Topic{Name: aws.ToString(in.Name), Account: c.Account, Region: c.Region, Tags: map[string]string{}}
	switch {
	case !topicName.MatchString(t.Name):
		return nil, invalid("Topic Name")
	}
	for _, name := range slices.Sorted(maps.Keys(in.Attributes)) {
		if err := set(c, &t, name, in.Attributes[name]); err != nil {
			return nil, err
		}
	}
	if err := tagged(&t, in.Tags); err != nil {
		return nil, err
	}
	old, ok := world.Get[world.Topic](c, world.KindTopic, t.Name)
	switch {
	case !ok:
		keep(c, t)
	case !same(c, old, t):
		return nil, invalid("Attributes Reason: Topic already exists with different attributes or tags")
	}
	return &sns.CreateTopicOutput{TopicArn: aws.String(t.ARN())}, nil
}

// same says whether a topic has what another asks for.
func same(c *world.Call, old, asked world.Topic) bool {
	is := said(c, old)
	for name, v := range asked.Attributes {
		if is[name] != v {
			return false
		}
	}
	return len(asked.Tags) == 0 || maps.Equal(old.Tags, asked.Tags)
}

// set gives a topic an attribute.
func set(c *world.Call, t *world.Topic, name, v string) error {
	switch name {
	case "Policy":
		if _, err := access.Parse(v, access.Resource); err != nil {
			return invalid("Policy Error: %s", err)
		}
	case "DisplayName":
		if len(v) > 100 {
			return invalid("DisplayName Reason: must be 100 characters or less")
		}
	case "DeliveryPolicy", "FifoTopic", "ContentBasedDeduplication", "KmsMasterKeyId", "SignatureVersion", "TracingConfig", "ArchivePolicy", "FifoThroughputScope":
		return wire.NotHere("sns:" + c.Operation + "." + name)
	default:
		return invalid("AttributeName")
	}
	t.Attributes = maps.Clone(t.Attributes)
	if t.Attributes == nil {
		t.Attributes = map[string]string{}
	}
	t.Attributes[name] = v
	return nil
}

func deleteTopic(c *world.Call, in *sns.DeleteTopicInput) (*sns.DeleteTopicOutput, error) {
	if t, ok := world.TopicOf(c, aws.ToString(in.TopicArn)); ok {
		world.RemoveTopic(c, t)
	}
	return &sns.DeleteTopicOutput{}, nil
}

func setTopic(c *world.Call, in *sns.SetTopicAttributesInput) (*sns.SetTopicAttributesOutput, error) {
	t, err := topicOf(c, in.TopicArn)
	if err == nil {
		err = set(c, &t, aws.ToString(in.AttributeName), aws.ToString(in.AttributeValue))
	}
	if err != nil {
		return nil, err
	}
	keep(c, t)
	return &sns.SetTopicAttributesOutput{}, nil
}

// said are all attributes of a topic but its subscriptions' numbers, as AWS gives them.
func said(c *world.Call, t world.Topic) map[string]string {
	all := map[string]string{"TopicArn": t.ARN(), "Owner": t.Account, "DisplayName": "", "EffectiveDeliveryPolicy": delivery, "Policy": ownersOnly(t)}
	maps.Copy(all, t.Attributes)
	return all
}

// delivery is how AWS delivers unless it is told otherwise.
const delivery = `{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}`

// ownersOnly is the policy of a topic that has none of its own.
func ownersOnly(t world.Topic) string {
	raw, err := json.Marshal(map[string]any{"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": []any{map[string]any{
		"Sid": "__default_statement_ID", "Effect": "Allow", "Principal": map[string]string{"AWS": "*"},
		"Action": []string{"SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission", "SNS:DeleteTopic",
			"SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish"},
		"Resource": t.ARN(), "Condition": map[string]any{"StringEquals": map[string]string{"AWS:SourceOwner": t.Account}},
	}}})
	if err != nil {
		return ""
	}
	return string(raw)
}

func getTopic(c *world.Call, in *sns.GetTopicAttributesInput) (*sns.GetTopicAttributesOutput, error) {
	t, err := topicOf(c, in.TopicArn)
	if err != nil {
		return nil, err
	}
	all := said(c, t)
	confirmed, pending := 0, 0
	for _, s := range world.Subscriptions(c, t) {
		if s.Token == "" {
			confirmed++
		} else {
			pending++
		}
	}
	all["SubscriptionsConfirmed"], all["SubscriptionsPending"], all["SubscriptionsDeleted"] = strconv.Itoa(confirmed), strconv.Itoa(pending), "0"
	return &sns.GetTopicAttributesOutput{Attributes: all}, nil
}

func listTopics(c *world.Call, in *sns.ListTopicsInput) (*sns.ListTopicsOutput, error) {
	all, next, err := page(world.List[world.Topic](c, world.KindTopic), in.NextToken, func(t world.Topic) string { return t.Name })
	out := &sns.ListTopicsOutput{NextToken: next}
	for _, t := range all {
		out.Topics = append(out.Topics, types.Topic{TopicArn: aws.String(t.ARN())})
	}
	return out, err
}

func tagged(t *world.Topic, tags []types.Tag) error {
	t.Tags = maps.Clone(t.Tags)
	if t.Tags == nil {
		t.Tags = map[string]string{}
	}
	for _, tag := range tags {
		t.Tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	if len(t.Tags) > mostTags {
		return wire.Fail("TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded")
	}
	return nil
}

// resource finds the topic of a tag operation.
func resource(c *world.Call, arn *string) (world.Topic, error) {
	t, ok := world.TopicOf(c, aws.ToString(arn))
	if !ok {
		return t, wire.Fail("ResourceNotFound", "Resource does not exist").With(http.StatusNotFound)
	}
	return t, nil
}

func tag(c *world.Call, in *sns.TagResourceInput) (*sns.TagResourceOutput, error) {
	t, err := resource(c, in.ResourceArn)
	if err == nil {
		err = tagged(&t, in.Tags)
	}
	if err != nil {
		return nil, err
	}
	keep(c, t)
	return &sns.TagResourceOutput{}, nil
}

func untag(c *world.Call, in *sns.UntagResourceInput) (*sns.UntagResourceOutput, error) {
	t, err := resource(c, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	for _, k := range in.TagKeys {
		delete(t.Tags, k)
	}
	keep(c, t)
	return &sns.UntagResourceOutput{}, nil
}

func listTags(c *world.Call, in *sns.ListTagsForResourceInput) (*sns.ListTagsForResourceOutput, error) {
	t, err := resource(c, in.ResourceArn)
	out := &sns.ListTagsForResourceOutput{}
	for _, k := range slices.Sorted(maps.Keys(t.Tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: aws.String(k), Value: aws.String(t.Tags[k])})
	}
	return out, err
}
