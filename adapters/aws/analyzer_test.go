package aws_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

// analyzer answers as IAM Access Analyzer's documentation has it, and keeps what it was asked.
type analyzer struct {
	t       *testing.T
	answers map[string]string // by the path's last word
	status  int
	asked   []string
	bodies  []map[string]any
}

func (a *analyzer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=AKID/") || !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/access-analyzer/aws4_request") {
		a.t.Errorf("not signed: %q", r.Header.Get("Authorization"))
	}
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Method != http.MethodPost {
		a.t.Errorf("%s %s: %v", r.Method, r.URL, err)
	}
	name := strings.TrimPrefix(r.URL.Path, "/policy/")
	a.asked, a.bodies = append(a.asked, name), append(a.bodies, body)
	w.Header().Set("Content-Type", "application/json")
	if a.status != 0 {
		w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException")
		w.WriteHeader(a.status)
		fmt.Fprint(w, `{"message": "not you"}`)
		return
	}
	answer := a.answers[name+" "+r.URL.Query().Get("nextToken")]
	if answer == "" {
		answer = map[string]string{"validation": `{"findings": []}`}[name]
	}
	if answer == "" {
		answer = `{"result": "PASS", "message": "fine", "reasons": []}`
	}
	fmt.Fprint(w, answer)
}

func (a *analyzer) ask(t *testing.T, forbidden []string, all ...cfn.PolicyQuestion) ([]cfn.PolicyAnswer, error) {
	t.Helper()
	a.t = t
	s := httptest.NewServer(a)
	defer s.Close()
	now := time.Unix(0, 0)
	session := aws.New(aws.Options{Endpoint: s.URL, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", ""),
		Clock: aws.Clock{Now: func() time.Time { return now }, Sleep: func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil }}})
	return aws.NewAnalyzer(session, "eu-west-1").Analyze(t.Context(), all, forbidden)
}

func question(kind cfn.PolicyKind, protects, before string) cfn.PolicyQuestion {
	return cfn.PolicyQuestion{PolicyDocument: cfn.PolicyDocument{Kind: kind, Type: protects}, Text: `{"now": 1}`, Before: before}
}

// F7c: what is asked of each kind of policy, in AWS's words.
func TestAnalyzerAsks(t *testing.T) {
	for _, c := range []struct {
		name      string
		q         cfn.PolicyQuestion
		forbidden []string
		asked     []string
		bodies    string
	}{
		{"an identity policy", question(cfn.IdentityPolicy, "", ""), nil, []string{"validation"}, `"policyType":"IDENTITY_POLICY"`},
		{"one that the last version had too", question(cfn.IdentityPolicy, "", `{"then": 1}`), nil, []string{"validation", "check-no-new-access"}, `"existingPolicyDocument":"{\"then\": 1}"`},
		{"one that did not change", question(cfn.IdentityPolicy, "", `{"now": 1}`), nil, []string{"validation"}, ""},
		{"forbidden actions", question(cfn.IdentityPolicy, "", ""), []string{"iam:CreateUser"}, []string{"validation", "check-access-not-granted"}, `"access":[{"actions":["iam:CreateUser"]}]`},
		{"a trust policy", question(cfn.TrustPolicy, "", ""), []string{"iam:CreateUser"}, []string{"validation", "check-no-public-access"}, `"validatePolicyResourceType":"AWS::IAM::AssumeRolePolicyDocument"`},
		{"a bucket's", question(cfn.ResourcePolicy, "AWS::S3::Bucket", ""), nil, []string{"validation", "check-no-public-access"}, `"resourceType":"AWS::S3::Bucket"`},
		{"a queue's, which has no rules of its own", question(cfn.ResourcePolicy, "AWS::SQS::Queue", ""), nil, []string{"validation", "check-no-public-access"}, `"policyType":"RESOURCE_POLICY"`},
		{"an image repository's, whose public access is not asked about", question(cfn.ResourcePolicy, "", ""), nil, []string{"validation"}, ""},
		{"one that is not known before a launch", cfn.PolicyQuestion{Open: []string{"why"}}, nil, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &analyzer{}
			answers, err := a.ask(t, c.forbidden, c.q)
			bodies, _ := json.Marshal(a.bodies)
			if err != nil || len(answers) > 0 || !slices.Equal(a.asked, c.asked) || !strings.Contains(string(bodies), c.bodies) {
				t.Errorf("%v %v asked %q\n%s", answers, err, a.asked, bodies)
			}
			if strings.Contains(string(bodies), `"validatePolicyResourceType":"AWS::SQS`) {
				t.Error("AWS knows no such type there")
			}
		})
	}
}

// F7c: ERROR and SECURITY_WARNING fail, and so does a kind of finding that is not known; every page is read.
func TestAnalyzerAnswers(t *testing.T) {
	finding := func(kind string) string {
		return `{"findingType": "` + kind + `", "issueCode": "X", "findingDetails": "what", "learnMoreLink": "https://l", "locations": [{"path": [{"value": "Statement"}, {"index": 1}, {"key": "Action"}], "span": {"start": {"line": 1, "column": 1, "offset": 1}, "end": {"line": 1, "column": 1, "offset": 1}}}]}`
	}
	a := &analyzer{answers: map[string]string{
		"validation ":               `{"findings": [` + finding("ERROR") + `,` + finding("SECURITY_WARNING") + `], "nextToken": "2"}`,
		"validation 2":              `{"findings": [` + finding("WARNING") + `,` + finding("SUGGESTION") + `,` + finding("LATER") + `]}`,
		"check-no-new-access ":      `{"result": "FAIL", "message": "m", "reasons": [{"description": "new", "statementIndex": 1}, {"description": "also"}]}`,
		"check-access-not-granted ": `{"result": "FAIL", "message": "it may"}`,
		"check-no-public-access ":   `{"result": "FAIL", "message": "all may", "reasons": []}`,
	}}
	answers, err := a.ask(t, []string{"iam:CreateUser"}, question(cfn.IdentityPolicy, "", ""), question(cfn.ResourcePolicy, "AWS::KMS::Key", `{}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range answers {
		got = append(got, fmt.Sprintf("%d %s %v %s %s %v", x.Question, x.Check, x.Fails, x.Code, x.Text, x.Steps))
	}
	want := []string{
		"0 validate true ERROR X what [Statement 1 Action]", "0 validate true SECURITY_WARNING X what [Statement 1 Action]",
		"0 validate false WARNING X what [Statement 1 Action]", "0 validate false SUGGESTION X what [Statement 1 Action]", "0 validate true LATER X what [Statement 1 Action]",
		"0 not-granted true  it may []",
	}
	want = append(want, strings.Split(strings.ReplaceAll(strings.Join(want[:5], "\n"), "0 v", "1 v"), "\n")...)
	want = append(want, "1 new-access true  new [Statement 1]", "1 new-access true  also []", "1 not-granted true  it may []", "1 public true  all may []")
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// An answer that does not come, for want of rights or of such a service, is an error: nothing was judged.
func TestAnalyzerDoesNotAnswer(t *testing.T) {
	a := &analyzer{status: 403}
	if _, err := a.ask(t, nil, question(cfn.IdentityPolicy, "", "")); document.CodeOf(err) != "AXLE4200" {
		t.Errorf("%v", err)
	}
	b := newBed(t)
	_, err := aws.NewAnalyzer(b.session, "eu-west-1").Analyze(t.Context(), []cfn.PolicyQuestion{question(cfn.IdentityPolicy, "", "")}, nil)
	if document.CodeOf(err) != "AXLE3442" {
		t.Errorf("the sandbox: %v", err)
	}
}
