package sandbox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/axle-cd/axle/sandbox"
)

const mail = `
Resources:
  Dead: {Type: AWS::SQS::Queue}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: in, VisibilityTimeout: 60, DelaySeconds: 0, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}}
  Ordered: {Type: AWS::SQS::Queue, Properties: {QueueName: in.fifo, FifoQueue: true}}
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: news, DisplayName: News, Subscription: [{Protocol: sqs, Endpoint: !GetAtt Dead.Arn}]}}
  Subscription: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn, RawMessageDelivery: true, FilterPolicy: {loud: [{exists: false}]}}}
  MayPublish:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Topic]
      PolicyDocument: {Statement: [{Sid: told, Effect: Allow, Principal: "*", Action: sns:Publish, Resource: !Ref Topic}]}
  MaySend:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue, !Ref Dead]
      PolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: sns.amazonaws.com}, Action: sqs:SendMessage, Resource: "*"}]}
Outputs:
  Queue: {Value: !Ref Queue}
  Dead: {Value: !Ref Dead}
  Topic: {Value: !Ref Topic}
`

// mailed makes or updates a stack, and gives its outputs and status.
func mailed(t *testing.T, s *sandbox.Sandbox, c aws.Config, name, body string, update bool) (map[string]string, string) {
	t.Helper()
	client := cf.NewFromConfig(c)
	var err error
	if update {
		_, err = client.UpdateStack(t.Context(), &cf.UpdateStackInput{StackName: &name, TemplateBody: &body})
	} else {
		_, err = client.CreateStack(t.Context(), &cf.CreateStackInput{StackName: &name, TemplateBody: &body})
	}
	if err == nil {
		err = s.Sleep(t.Context(), 10*time.Minute)
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := client.DescribeStacks(t.Context(), &cf.DescribeStacksInput{StackName: &name})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, o := range out.Stacks[0].Outputs {
		all[*o.OutputKey] = *o.OutputValue
	}
	return all, string(out.Stacks[0].StackStatus)
}

func queueSays(t *testing.T, c aws.Config, url string) map[string]string {
	t.Helper()
	out, err := sqs.NewFromConfig(c).GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{"All"}})
	if err != nil {
		return map[string]string{"error": codeOf(err)}
	}
	return out.Attributes
}

// What a stack makes of SNS and SQS is what these show and deliver to, as long as the stack has it.
func TestStacksQueuesAndTopics(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	c := config(t, s, "axle")
	is, status := mailed(t, s, c, "mail", mail, false)
	if status != "CREATE_COMPLETE" {
		t.Fatal(status)
	}
	says := queueSays(t, c, is["Queue"])
	if says["VisibilityTimeout"] != "60" || !strings.Contains(says["RedrivePolicy"], `"maxReceiveCount":3`) || !strings.Contains(says["Policy"], "sns.amazonaws.com") {
		t.Errorf("%v", says)
	}
	if says := queueSays(t, c, is["Queue"]+".fifo"); says["FifoQueue"] != "true" {
		t.Errorf("%v", says)
	}
	topics := sns.NewFromConfig(c)
	topic, err := topics.GetTopicAttributes(t.Context(), &sns.GetTopicAttributesInput{TopicArn: aws.String(is["Topic"])})
	if err != nil || topic.Attributes["DisplayName"] != "News" || !strings.Contains(topic.Attributes["Policy"], "told") || topic.Attributes["SubscriptionsConfirmed"] != "2" {
		t.Errorf("%v %v", topic, err)
	}
	publish := func(text string) {
		t.Helper()
		if _, err := topics.Publish(t.Context(), &sns.PublishInput{TopicArn: aws.String(is["Topic"]), Message: &text}); err != nil {
			t.Fatal(err)
		}
	}
	publish("hello")
	if raw, listed := bodies(received(t, c, is["Queue"])), bodies(received(t, c, is["Dead"])); raw != "hello" || !strings.Contains(listed, `"Message":"hello"`) {
		t.Errorf("%q %q", raw, listed)
	}

	// A failed update leaves them; one that works changes them where they are, and keeps their policy.
	broken := strings.Replace(mail, "VisibilityTimeout: 60", "VisibilityTimeout: 90", 1)
	if _, status = mailed(t, s, c, "mail", strings.Replace(broken, "Outputs:", "  Bad: {Type: AWS::SNS::Topic, Properties: {Colour: red}}\nOutputs:", 1), true); status != "UPDATE_ROLLBACK_COMPLETE" {
		t.Error(status)
	}
	if says := queueSays(t, c, is["Queue"]); says["VisibilityTimeout"] != "60" {
		t.Errorf("rolled back: %v", says)
	}
	next := strings.Replace(mail, "VisibilityTimeout: 60, ", "MessageRetentionPeriod: 600, ", 1)
	next = strings.Replace(next, ", Subscription: [{Protocol: sqs, Endpoint: !GetAtt Dead.Arn}]", "", 1)
	if _, status = mailed(t, s, c, "mail", next, true); status != "UPDATE_COMPLETE" {
		t.Error(status)
	}
	if says := queueSays(t, c, is["Queue"]); says["VisibilityTimeout"] != "30" || says["MessageRetentionPeriod"] != "600" || says["Policy"] == "" {
		t.Errorf("updated: %v", says)
	}
	left, err := topics.ListSubscriptionsByTopic(t.Context(), &sns.ListSubscriptionsByTopicInput{TopicArn: aws.String(is["Topic"])})
	if err != nil || len(left.Subscriptions) != 1 {
		t.Errorf("updated: %v %v", left, err)
	}

	if _, err := cf.NewFromConfig(c).DeleteStack(t.Context(), &cf.DeleteStackInput{StackName: aws.String("mail")}); err != nil {
		t.Fatal(err)
	}
	if err := s.Sleep(t.Context(), 10*time.Minute); err != nil {
		t.Fatal(err)
	}
	if got := queueSays(t, c, is["Queue"])["error"]; !strings.Contains(got, "NonExistentQueue") && got != "QueueDoesNotExist" {
		t.Errorf("deleted: %s", got)
	}
	if _, err := topics.GetTopicAttributes(t.Context(), &sns.GetTopicAttributesInput{TopicArn: aws.String(is["Topic"])}); codeOf(err) != "NotFound" {
		t.Errorf("deleted: %v", err)
	}
}

// A name that somebody has taken by hand is not the stack's to take, nor to delete.
func TestStacksQueueNameIsTaken(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	c := config(t, s, "axle")
	url := queue(t, c, "in", "DelaySeconds", "7")
	if _, status := mailed(t, s, c, "late", mail, false); status != "ROLLBACK_COMPLETE" {
		t.Fatal(status)
	}
	out, err := cf.NewFromConfig(c).DescribeStackEvents(t.Context(), &cf.DescribeStackEventsInput{StackName: aws.String("late")})
	if err != nil {
		t.Fatal(err)
	}
	var why string
	for _, e := range out.StackEvents {
		if *e.LogicalResourceId == "Queue" && e.ResourceStatus == "CREATE_FAILED" {
			why = aws.ToString(e.ResourceStatusReason)
		}
	}
	if !strings.Contains(why, "Resource of type 'AWS::SQS::Queue' with identifier '"+url+"' already exists.") || !strings.Contains(why, "AlreadyExists") {
		t.Error(why)
	}
	if says := queueSays(t, c, url); says["DelaySeconds"] != "7" {
		t.Errorf("%v", says)
	}
}
