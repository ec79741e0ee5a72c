package sns

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

const pending = "pending confirmation"

// subscribe makes a subscription, or finds the one that the endpoint has. A queue's own account
// needs no confirmation; a queue of another is sent the token, and an address outside keeps waiting.
func subscribe(c *world.Call, in *sns.SubscribeInput) (*sns.SubscribeOutput, error) {
	t, err := topicOf(c, in.TopicArn)
	if err != nil {
		return nil, err
	}
	s := world.Subscription{Topic: t.ARN(), Owner: c.Account, Protocol: aws.ToString(in.Protocol), Endpoint: aws.ToString(in.Endpoint), Token: c.NewID("", 64, world.Hex)}
	if s.Token, err = awaited(c, s); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(in.Attributes)) {
		if err := setOf(c, &s, name, in.Attributes[name]); err != nil {
			return nil, err
		}
	}
	all := world.Subscriptions(c, t)
	if i := slices.IndexFunc(all, func(o world.Subscription) bool { return o.Protocol == s.Protocol && o.Endpoint == s.Endpoint }); i >= 0 {
		s = all[i]
	} else {
		s.ARN = t.ARN() + ":" + c.NewUUID()
		world.PutSubscription(c, t, s)
		askToConfirm(c, t, s)
	}
	if s.Token != "" && !in.ReturnSubscriptionArn {
		return &sns.SubscribeOutput{SubscriptionArn: aws.String(pending)}, nil
	}
	return &sns.SubscribeOutput{SubscriptionArn: &s.ARN}, nil
}

// awaited is the token that a new subscription waits for, "" where it waits for none.
func awaited(c *world.Call, s world.Subscription) (string, error) {
	switch s.Protocol {
	case "sqs":
		q, ok := world.QueueOf(c, s.Endpoint)
		switch {
		case ok && q.FIFO():
			return "", invalid("Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics")
		case accountOf(s.Endpoint) == "":
			return "", invalid("SQS endpoint ARN")
		case accountOf(s.Endpoint) == c.Account:
			return "", nil
		}
		return s.Token, nil
	case "email", "email-json", "http", "https":
		if s.Endpoint == "" {
			return "", invalid("Endpoint")
		}
		return s.Token, nil
	case "lambda", "sms", "application", "firehose":
		return "", wire.NotHere("sns:Subscribe.Protocol=" + s.Protocol)
	}
	return "", invalid("Does not support this protocol string: %s", s.Protocol)
}

// setOf gives a subscription an attribute.
func setOf(c *world.Call, s *world.Subscription, name, v string) error {
	switch name {
	case "RawMessageDelivery":
		if _, err := strconv.ParseBool(v); err != nil {
			return invalid("Attributes Reason: RawMessageDelivery: Invalid value [%s]. Must be true or false.", v)
		}
	case "FilterPolicy":
		if err := readable(c, v); err != nil {
			return err
		}
	case "FilterPolicyScope":
		if v != "MessageAttributes" {
			return wire.NotHere("sns:" + c.Operation + ".FilterPolicyScope=" + v)
		}
	case "DeliveryPolicy", "RedrivePolicy", "SubscriptionRoleArn", "ReplayPolicy":
		return wire.NotHere("sns:" + c.Operation + "." + name)
	default:
		return invalid("AttributeName")
	}
	s.Attributes = maps.Clone(s.Attributes)
	if s.Attributes == nil {
		s.Attributes = map[string]string{}
	}
	s.Attributes[name] = v
	return nil
}

func confirm(c *world.Call, in *sns.ConfirmSubscriptionInput) (*sns.ConfirmSubscriptionOutput, error) {
	t, err := topicOf(c, in.TopicArn)
	if err != nil {
		return nil, err
	}
	for _, s := range world.Subscriptions(c, t) {
		if s.Token != "" && s.Token == aws.ToString(in.Token) {
			s.Token = ""
			world.PutSubscription(c, t, s)
			return &sns.ConfirmSubscriptionOutput{SubscriptionArn: &s.ARN}, nil
		}
	}
	return nil, invalid("Token")
}

// owned finds a subscription that is the caller's account's, or is to a topic of it.
func owned(c *world.Call, arn *string) (world.Subscription, world.Topic, error) {
	s, t, ok := world.SubscriptionOf(c, aws.ToString(arn))
	switch {
	case !ok:
		return s, t, noSuch("Subscription")
	case s.Owner != c.Account && t.Account != c.Account:
		return s, t, wire.Fail("AuthorizationError", "User: %s is not authorized to perform: SNS:%s on resource: %s", c.Principal.ARN, c.Operation, s.ARN).With(http.StatusForbidden)
	}
	return s, t, nil
}

func setSubscription(c *world.Call, in *sns.SetSubscriptionAttributesInput) (*sns.SetSubscriptionAttributesOutput, error) {
	s, t, err := owned(c, in.SubscriptionArn)
	if err == nil {
		err = setOf(c, &s, aws.ToString(in.AttributeName), aws.ToString(in.AttributeValue))
	}
	if err != nil {
		return nil, err
	}
	world.PutSubscription(c, t, s)
	return &sns.SetSubscriptionAttributesOutput{}, nil
}

func getSubscription(c *world.Call, in *sns.GetSubscriptionAttributesInput) (*sns.GetSubscriptionAttributesOutput, error) {
	s, _, err := owned(c, in.SubscriptionArn)
	if err != nil {
		return nil, err
	}
	all := map[string]string{
		"SubscriptionArn": s.ARN, "TopicArn": s.Topic, "Owner": s.Owner, "Protocol": s.Protocol, "Endpoint": s.Endpoint,
		"PendingConfirmation": strconv.FormatBool(s.Token != ""), "ConfirmationWasAuthenticated": strconv.FormatBool(s.Token == ""), "RawMessageDelivery": "false",
	}
	if s.Attributes["FilterPolicy"] != "" {
		all["FilterPolicyScope"] = "MessageAttributes"
	}
	maps.Copy(all, s.Attributes)
	return &sns.GetSubscriptionAttributesOutput{Attributes: all}, nil
}

func unsubscribe(c *world.Call, in *sns.UnsubscribeInput) (*sns.UnsubscribeOutput, error) {
	if _, _, ok := world.SubscriptionOf(c, aws.ToString(in.SubscriptionArn)); !ok {
		return &sns.UnsubscribeOutput{}, nil
	}
	s, t, err := owned(c, in.SubscriptionArn)
	if err == nil {
		world.RemoveSubscription(c, t, s.ARN)
	}
	return &sns.UnsubscribeOutput{}, err
}

// listSubscriptions lists what the account subscribed in the region, to whose topics ever.
func listSubscriptions(c *world.Call, in *sns.ListSubscriptionsInput) (*sns.ListSubscriptionsOutput, error) {
	own := slices.DeleteFunc(world.ListAll[world.Subscription](c, world.KindSubscription), func(s world.Subscription) bool {
		t, ok := world.TopicOf(c, s.Topic)
		return s.Owner != c.Account || !ok || t.Region != c.Region
	})
	out := &sns.ListSubscriptionsOutput{}
	var err error
	out.Subscriptions, out.NextToken, err = listed(own, in.NextToken)
	return out, err
}

func listByTopic(c *world.Call, in *sns.ListSubscriptionsByTopicInput) (*sns.ListSubscriptionsByTopicOutput, error) {
	t, err := topicOf(c, in.TopicArn)
	if err != nil {
		return nil, err
	}
	out := &sns.ListSubscriptionsByTopicOutput{}
	out.Subscriptions, out.NextToken, err = listed(world.Subscriptions(c, t), in.NextToken)
	return out, err
}

func listed(all []world.Subscription, token *string) (out []types.Subscription, next *string, err error) {
	slices.SortFunc(all, func(a, b world.Subscription) int { return cmp.Compare(a.ARN, b.ARN) })
	all, next, err = page(all, token, func(s world.Subscription) string { return s.ARN })
	for _, s := range all {
		one := types.Subscription{SubscriptionArn: &s.ARN, Owner: &s.Owner, Protocol: &s.Protocol, Endpoint: &s.Endpoint, TopicArn: &s.Topic}
		if s.Token != "" {
			one.SubscriptionArn = aws.String("PendingConfirmation")
		}
		out = append(out, one)
	}
	return out, next, err
}
