package sandbox_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Who signed a request is proved, or it is refused with AWS's word for why. SBX-12
func TestSignatures(t *testing.T) {
	bothWays(t, func(t *testing.T, s *sandbox.Sandbox, good aws.Config) {
		key, err := good.Credentials.Retrieve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		as := func(id, secret, token string) aws.Config {
			c := good.Copy()
			c.Credentials = credentials.NewStaticCredentialsProvider(id, secret, token)
			c.RetryMaxAttempts = 1
			return c
		}
		unsigned := good.Copy()
		unsigned.Credentials = aws.AnonymousCredentials{}
		cases := []struct {
			name, want string
			c          aws.Config
		}{
			{"right", "", good},
			{"unknown key", "InvalidClientTokenId", as("AKIA"+"IOSFODNN7EXAMPLE", key.SecretAccessKey, "")},
			{"wrong secret", "SignatureDoesNotMatch", as(key.AccessKeyID, "wrong", "")},
			{"a token that is not the key's", "InvalidClientTokenId", as(key.AccessKeyID, key.SecretAccessKey, "token")},
			{"unsigned", "MissingAuthenticationToken", unsigned},
		}
		for _, c := range cases {
			_, err := sts.NewFromConfig(c.c).GetCallerIdentity(t.Context(), nil)
			if got := codeOf(err); got != c.want {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
	})
}

// A signature is good for 15 minutes either way, a session to its end, both on the wall. SBX-12, SBX-55
func TestSignatureAge(t *testing.T) {
	cases := []struct {
		name, want string
		skew       time.Duration
		session    bool
	}{
		{"14 minutes late", "", 14 * time.Minute, false},
		{"16 minutes late", "RequestExpired", 16 * time.Minute, false},
		{"16 minutes early", "RequestExpired", -16 * time.Minute, false},
		{"a session of an hour that is over", "ExpiredToken", 0, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			wall := &stopped{at: time.Now()}
			s := newSandbox(t, sandbox.Options{Wall: wall.now})
			conf := config(t, s, "axle")
			if c.session {
				wall.move(-61 * time.Minute)
				session := assumeAt(t, s, wall)
				conf.Credentials = session
				wall.move(61 * time.Minute)
			}
			sleep(t, s, 3*time.Hour) // the sandbox's own clock has no part in it
			wall.move(c.skew)
			client := sts.NewFromConfig(conf, func(o *sts.Options) { o.RetryMaxAttempts = 1 })
			_, err := client.GetCallerIdentity(t.Context(), nil)
			if got := codeOf(err); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// assumeAt takes a session while the wall shows another time than the machine's: the
// operation is called as the handler would.
func assumeAt(t *testing.T, s *sandbox.Sandbox, wall *stopped) aws.CredentialsProvider {
	t.Helper()
	k, err := s.Credentials(t.Context(), "axle")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "https://sts.eu-west-1.amazonaws.com/", strings.NewReader(
		"Action=AssumeRole&Version=2011-06-15&RoleSessionName=test&RoleArn="+roleARN("111111111111", "CatalogBetaDeploy")))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sign(t, r, k, wall.now())
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	body := w.Body.String()
	if w.Code != http.StatusOK {
		t.Fatal(body)
	}
	return credentials.NewStaticCredentialsProvider(between(body, "AccessKeyId"), between(body, "SecretAccessKey"), between(body, "SessionToken"))
}

func between(body, tag string) string {
	_, rest, _ := strings.Cut(body, "<"+tag+">")
	value, _, _ := strings.Cut(rest, "</"+tag+">")
	return value
}

// The form of a refusal follows the request, also for services that are not here. SBX-5
func TestRefusalForms(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	cases := []struct{ name, service, target, form, want string }{
		{"JSON, no such service", "kinesis", "Kinesis_20131202.ListStreams", "", `{"Message":"kinesis:ListStreams","__type":"NotImplemented"}`},
		{"form, no such service", "autoscaling", "", "Action=DescribeTags&Version=2011-01-01", "<Code>NotImplemented</Code><Message>autoscaling:DescribeTags</Message>"},
		{"REST, no such service", "ram", "", "", "<Code>NotImplemented</Code><Message>ram:"},
		{"JSON, AWS lacks it", "servicecatalog", "AWS242ServiceCatalogService.Fly", "", "UnknownOperationException"},
		{"form, AWS lacks it", "sts", "", "Action=Fly&Version=2011-06-15", "<Code>InvalidAction</Code>"},
		{"JSON, SQS lacks it", "sqs", "AmazonSQS.Fly", "", "UnknownOperationException"},
		{"form, IAM lacks it", "iam", "", "Action=DescribeStacks&Version=2010-05-08", "<Code>InvalidAction</Code>"},
	}
	for _, c := range cases {
		r := httptest.NewRequest("POST", "https://example.amazonaws.com/", strings.NewReader(c.form))
		if c.target != "" {
			r.Header.Set("X-Amz-Target", c.target)
		}
		if c.form != "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		k, err := s.Credentials(t.Context(), "axle")
		if err != nil {
			t.Fatal(err)
		}
		signFor(t, r, k, c.service, time.Now())
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if body := w.Body.String(); !strings.Contains(body, c.want) || strings.Contains(c.want, "NotImpl") != (w.Code == 501) {
			t.Errorf("%s: %d %s", c.name, w.Code, body)
		}
	}
}

// A token stands for one input: the first reply again, after a restart too; another input is
// refused in the service's words. Without a token nothing is deduplicated. SBX-30, SBX-31
func TestTokens(t *testing.T) {
	bothWays(t, func(t *testing.T, s *sandbox.Sandbox, c aws.Config) {
		portfolio := func(c aws.Config, token *string, name string) (string, string) {
			out, err := servicecatalog.NewFromConfig(c).CreatePortfolio(t.Context(), &servicecatalog.CreatePortfolioInput{
				DisplayName: &name, ProviderName: aws.String("platform"), IdempotencyToken: token})
			if err != nil {
				return "", codeOf(err)
			}
			return *out.PortfolioDetail.Id, ""
		}
		token := aws.String("token-1")
		first, code := portfolio(c, token, "storage")
		if code != "" {
			t.Fatal(code)
		}
		elsewhere := c.Copy()
		elsewhere.Region = "us-east-1"
		cases := []struct {
			name, input string
			c           aws.Config
			token       *string
			same        bool
			code        string
		}{
			{"same token, same input", "storage", c, token, true, ""},
			{"same token, other input", "network", c, token, false, "InvalidParametersException"},
			{"same token, other region", "storage", elsewhere, token, false, ""},
			{"other token", "storage", c, aws.String("token-2"), false, ""},
			{"no token's form", "storage", c, aws.String("-token"), false, "InvalidParametersException"},
		}
		for _, k := range cases {
			id, code := portfolio(k.c, k.token, k.input)
			if code != k.code || (id == first) != k.same {
				t.Errorf("%s: got %s %s, the first is %s", k.name, id, code, first)
			}
		}
	})
}

// Each service has its own words for a token that is used again or has no token's form. SBX-30
func TestTokenWords(t *testing.T) {
	client := cloudformation.NewFromConfig(config(t, newSandbox(t, sandbox.Options{Services: toy(nil)}), "axle"))
	for _, c := range []struct{ token, stack, want string }{
		{"t", "one", ""}, {"t", "one", ""}, {"t", "two", "TokenAlreadyExistsException"}, {"a_b", "one", "ValidationError"},
	} {
		_, err := client.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: &c.stack, ClientRequestToken: &c.token})
		if got := codeOf(err); got != c.want {
			t.Errorf("%+v: got %q", c, got)
		}
	}
}

func TestTokenAfterRestart(t *testing.T) {
	store := world.Memory()
	create := func() (string, string) {
		s := over(t, store, sandbox.Options{})
		out, err := cloudformation.NewFromConfig(config(t, s, "axle")).CreateStack(t.Context(), &cloudformation.CreateStackInput{
			StackName: aws.String("s"), ClientRequestToken: aws.String("t"),
			TemplateBody: aws.String(`{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}`)})
		if err != nil {
			t.Fatal(err)
		}
		all := calls(t, s)
		return *out.StackId, all[len(all)-1].Outcome
	}
	first, outcome := create()
	again, replayed := create()
	if first != again || outcome != "ok" || replayed != "replayed" {
		t.Errorf("%s (%s), then %s (%s)", first, outcome, again, replayed)
	}
}

// toy is a service of one operation, which writes and then ends as told.
func toy(end error) []world.Service {
	do := func(c *world.Call, in *cloudformation.CreateStackInput) (*cloudformation.CreateStackOutput, error) {
		world.Put(c, "toy", aws.ToString(in.StackName), "written")
		c.NewID("", 8, world.Hex)
		return &cloudformation.CreateStackOutput{}, end
	}
	look := func(c *world.Call, _ *cloudformation.DescribeStacksInput) (*cloudformation.DescribeStacksOutput, error) {
		return &cloudformation.DescribeStacksOutput{NextToken: aws.String(strings.Join(world.List[string](c, "toy"), ","))}, nil
	}
	return []world.Service{{Name: "cloudformation", Operations: []world.Operation{
		world.Write("CreateStack", "ClientRequestToken", do), world.Read("DescribeStacks", look)}}}
}

// Of a refused call nothing is kept but its line in the log; of a call that broke the state,
// not even that. SBX-56
func TestRefusedKeepsNothing(t *testing.T) {
	cases := []struct {
		name, kept, code string
		end              error
		logged           int
	}{
		{"done", "written", "", nil, 1},
		{"refused", "", "ValidationError", wire.Fail("ValidationError", "no"), 1},
		{"not AWS's error", "", "InternalFailure", errors.New("disk full"), 0},
	}
	for _, c := range cases {
		s := newSandbox(t, sandbox.Options{Services: toy(c.end)})
		client := cloudformation.NewFromConfig(config(t, s, "axle"), func(o *cloudformation.Options) { o.RetryMaxAttempts = 1 })
		_, err := client.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("x"), ClientRequestToken: aws.String("t")})
		if got := codeOf(err); got != c.code {
			t.Errorf("%s: %s", c.name, got)
		}
		if n := len(calls(t, s)); n != c.logged {
			t.Errorf("%s: %d calls logged", c.name, n)
		}
		out, err := client.DescribeStacks(t.Context(), nil)
		if err != nil || aws.ToString(out.NextToken) != c.kept {
			t.Errorf("%s: kept %q, %v", c.name, aws.ToString(out.NextToken), err)
		}
	}
}

func calls(t *testing.T, s *sandbox.Sandbox) []sandbox.Call {
	t.Helper()
	all, err := s.Calls(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The log says who did what where, how it ended, and no secret. SBX-60
func TestCallLog(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	c := config(t, s, "axle")
	spoke := assume(t, c, roleARN("333333333333", "CatalogBuilder"))
	const canary = "hunter2-canary"
	_, err := cloudformation.NewFromConfig(spoke).CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: aws.String(canary), TemplateBody: aws.String("{}"), ClientRequestToken: aws.String("a-token")})
	if err == nil {
		t.Fatal("an empty template made a stack")
	}
	if _, err := servicecatalog.NewFromConfig(c).ListPortfolios(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	type row struct {
		Number                                 int
		Service, Operation, Account, Principal string
		Mutating                               bool
		Token, Outcome                         string
	}
	var got []row
	for _, l := range calls(t, s) {
		got = append(got, row{l.Number, l.Service, l.Operation, l.Account, l.Principal, l.Mutating, l.Token, l.Outcome})
		if l.Region != "eu-west-1" || len(l.InputDigest) != 64 || l.Time.IsZero() {
			t.Errorf("%+v", l)
		}
	}
	want := []row{
		{1, "sts", "AssumeRole", "999999999999", "arn:aws:iam::999999999999:user/axle", false, "", "ok"},
		{2, "cloudformation", "CreateStack", "333333333333", "arn:aws:sts::333333333333:assumed-role/CatalogBuilder/test", true, "a-token", "ValidationError"},
		{3, "servicecatalog", "ListPortfolios", "999999999999", "arn:aws:iam::999999999999:user/axle", false, "", "ok"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if since, _ := s.Calls(t.Context(), 2); len(since) != 1 || since[0].Number != 3 {
		t.Errorf("since 2: %+v", since)
	}
	noSecrets(t, s, spoke, canary)
}

func noSecrets(t *testing.T, s *sandbox.Sandbox, c aws.Config, secrets ...string) {
	t.Helper()
	text, err := json.Marshal(calls(t, s))
	if err != nil {
		t.Fatal(err)
	}
	key, err := c.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range append(secrets, key.SecretAccessKey, key.SessionToken) {
		if strings.Contains(string(text), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// The same calls in process and over a port leave the same log. SBX-1
func TestBothWaysAreOne(t *testing.T) {
	var logs [][]sandbox.Call
	bothWays(t, func(t *testing.T, s *sandbox.Sandbox, c aws.Config) {
		spoke := assume(t, c, roleARN("333333333333", "CatalogBuilder"))
		_, _ = servicecatalog.NewFromConfig(spoke).SearchProducts(t.Context(), nil)
		_, _ = s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = c.BaseEndpoint != nil }).PutObject(t.Context(), &s3.PutObjectInput{
			Bucket: aws.String("axle-artifacts-999999999999-eu-west-1"), Key: aws.String("k"), Body: strings.NewReader("x")})
		all := calls(t, s)
		for i := range all {
			all[i].Time = time.Time{}
		}
		logs = append(logs, all)
	})
	if !reflect.DeepEqual(logs[0], logs[1]) || len(logs[0]) != 3 {
		t.Errorf("one %+v\ntwo %+v", logs[0], logs[1])
	}
}

// A caller that has gone changes nothing; a store that fails is a 500 that says so.
func TestStoreFails(t *testing.T) {
	s := over(t, broken{world.Memory()}, sandbox.Options{})
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("X-Amz-Target", "AWS242ServiceCatalogService.ListPortfolios")
	s.ServeHTTP(w, r)
	body, _ := io.ReadAll(w.Body)
	if w.Code != http.StatusInternalServerError || !strings.Contains(string(body), "out of disk") {
		t.Errorf("%d %s", w.Code, body)
	}
}
