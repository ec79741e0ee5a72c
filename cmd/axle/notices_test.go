package main

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/sandbox"
)

// inHub acts in the hub of the scenario's sandbox as who may do anything there.
func inHub(ts *testscript.TestScript, do func(context.Context, sdk.Config)) {
	ctx := context.Background()
	store, err := sqlite.OpenWorld(ctx, filepath.Join(ts.MkAbs(".axle"), "sandbox.db"))
	ts.Check(err)
	defer store.Close()
	box, err := sandbox.New(store, sandbox.Options{Wall: time.Now, Wait: sleep})
	ts.Check(err)
	k, err := box.Credentials(ctx, "management")
	ts.Check(err)
	c := sdk.Config{Region: "eu-west-1", HTTPClient: &http.Client{Transport: box.Transport()},
		Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)}
	out, err := sts.NewFromConfig(c).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: sdk.String("arn:aws:iam::999999999999:role/OrganizationAccountAccessRole"), RoleSessionName: sdk.String("test")})
	ts.Check(err)
	c.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	do(ctx, c)
}

// topic NAME [ACCOUNT]: the hub has a topic of that name, which ACCOUNT too may publish to, and a queue of
// that name that subscribes to it.
func topic(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: topic NAME [ACCOUNT]")
	}
	var attributes map[string]string
	if len(args) > 1 {
		attributes = map[string]string{"Policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + args[1] + `:root"},"Action":"sns:Publish","Resource":"*"}]}`}
	}
	inHub(ts, func(ctx context.Context, c sdk.Config) {
		made, err := sns.NewFromConfig(c).CreateTopic(ctx, &sns.CreateTopicInput{Name: &args[0], Attributes: attributes})
		ts.Check(err)
		policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"*"}]}`
		_, err = sqs.NewFromConfig(c).CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &args[0], Attributes: map[string]string{"Policy": policy}})
		ts.Check(err)
		_, err = sns.NewFromConfig(c).Subscribe(ctx, &sns.SubscribeInput{TopicArn: made.TopicArn, Protocol: sdk.String("sqs"),
			Endpoint: sdk.String("arn:aws:sqs:eu-west-1:999999999999:" + args[0]), Attributes: map[string]string{"RawMessageDelivery": "true"}})
		ts.Check(err)
	})
}

// heard N NAME [TEXT...]: the queue got that many messages since it was last asked; each TEXT
// stands in one of them.
func heard(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: heard N NAME [TEXT...]")
	}
	var bodies []string
	inHub(ts, func(ctx context.Context, c sdk.Config) {
		client := sqs.NewFromConfig(c)
		url, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &args[1]})
		ts.Check(err)
		for more := true; more; {
			out, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url.QueueUrl, MaxNumberOfMessages: 10})
			ts.Check(err)
			more = len(out.Messages) > 0
			for _, m := range out.Messages {
				bodies = append(bodies, *m.Body)
				_, err := client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: url.QueueUrl, ReceiptHandle: m.ReceiptHandle})
				ts.Check(err)
			}
		}
	})
	all := strings.Join(bodies, "\n")
	if fmt.Sprint(len(bodies)) != args[0] {
		ts.Fatalf("%s heard %d messages, want %s\n%s", args[1], len(bodies), args[0], all)
	}
	for _, text := range args[2:] {
		if !strings.Contains(all, text) {
			ts.Fatalf("nothing heard has %s\n%s", text, all)
		}
	}
}
