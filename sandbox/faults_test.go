package sandbox_test

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

func setRules(t testing.TB, s *sandbox.Sandbox, r sandbox.Rules) {
	t.Helper()
	if err := s.SetRules(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func set(t testing.TB, s *sandbox.Sandbox, values map[string]string) {
	t.Helper()
	if err := s.Set(t.Context(), values); err != nil {
		t.Fatal(err)
	}
}

// catalogOf is a client that tries once.
func catalogOf(c aws.Config) *servicecatalog.Client {
	return servicecatalog.NewFromConfig(c, func(o *servicecatalog.Options) { o.RetryMaxAttempts = 1 })
}

func createPortfolio(t testing.TB, c *servicecatalog.Client, token string) (id, code string) {
	t.Helper()
	out, err := c.CreatePortfolio(t.Context(), &servicecatalog.CreatePortfolioInput{
		DisplayName: aws.String("storage"), ProviderName: aws.String("platform"), IdempotencyToken: &token})
	if err != nil {
		return "", codeOf(err)
	}
	return *out.PortfolioDetail.Id, ""
}

func countPortfolios(t testing.TB, c aws.Config) int {
	t.Helper()
	out, err := servicecatalog.NewFromConfig(c).ListPortfolios(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return len(out.PortfolioDetails)
}

// Each kind of fault, in process and over a port: what the client is told, whether the portfolio
// was made all the same, and what stands in the log. SBX-50, SBX-51
func TestFaultKinds(t *testing.T) {
	cases := []struct {
		name    string
		fault   world.Fault
		code    string // "*": an error without AWS's code
		made    int
		outcome string
	}{
		{"throttle", world.Fault{Kind: "throttle"}, "ThrottlingException", 0, "ThrottlingException"},
		{"a code", world.Fault{Kind: "error", Code: "LimitExceededException"}, "LimitExceededException", 0, "LimitExceededException"},
		{"500", world.Fault{Kind: "http", Status: 500}, "InternalFailure", 0, "InternalFailure"},
		{"503", world.Fault{Kind: "http", Status: 503}, "ServiceUnavailable", 0, "ServiceUnavailable"},
		{"502", world.Fault{Kind: "http", Status: 502}, "InternalFailure", 0, "InternalFailure"},
		{"504", world.Fault{Kind: "http", Status: 504}, "InternalFailure", 0, "InternalFailure"},
		{"no answer, no effect", world.Fault{Kind: "timeout_before", For: world.Duration(time.Millisecond)}, "*", 0, "NoEffect"},
		{"the answer is lost", world.Fault{Kind: "lost_reply"}, "*", 1, "ok"},
		{"the connection is reset", world.Fault{Kind: "reset"}, "*", 0, "NoEffect"},
		{"half an answer", world.Fault{Kind: "truncate"}, "*", 1, "ok"},
		{"a proxy's page", world.Fault{Kind: "html"}, "*", 0, "NoEffect"},
		{"a proxy's page that claims success", world.Fault{Kind: "html", Status: 500}, "*", 0, "NoEffect"},
		{"denied", world.Fault{Kind: "access_denied"}, "AccessDeniedException", 0, "AccessDeniedException"},
		{"expired", world.Fault{Kind: "expired_token"}, "ExpiredTokenException", 0, "ExpiredTokenException"},
		{"slow", world.Fault{Kind: "slow"}, "", 1, "ok"},
		{"stale", world.Fault{Kind: "stale", Reads: 1}, "", 0, "ok"}, // made, and not seen at first
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, s *sandbox.Sandbox, conf aws.Config) {
				c.fault.Operation = "CreatePortfolio"
				setRules(t, s, sandbox.Rules{Faults: []world.Fault{c.fault}})
				_, code := createPortfolio(t, catalogOf(conf), "t")
				if code != c.code && (c.code != "*" || code == "") {
					t.Errorf("got %q, want %q", code, c.code)
				}
				logged := calls(t, s)
				if l := logged[len(logged)-1]; l.Outcome != c.outcome || l.Fault != c.fault.Kind {
					t.Errorf("logged as %s, fault %s", l.Outcome, l.Fault)
				}
				if n := countPortfolios(t, conf); n != c.made {
					t.Errorf("%d portfolios, want %d", n, c.made)
				}
			})
		})
	}
}

// The SDK's own retry of a call whose answer was lost, or broke off, makes one object. SBX-51, X18
func TestLostReplyIsRetried(t *testing.T) {
	for _, kind := range []string{"lost_reply", "reset", "truncate", "http"} {
		t.Run(kind, func(t *testing.T) {
			bothWays(t, func(t *testing.T, s *sandbox.Sandbox, c aws.Config) {
				f := world.Fault{Kind: kind, Operation: "CreatePortfolio", Nth: 1}
				if kind == "http" {
					f.Status = 503
				}
				setRules(t, s, sandbox.Rules{Faults: []world.Fault{f}})
				client := servicecatalog.NewFromConfig(c)
				id, code := createPortfolio(t, client, "t")
				if kind == "truncate" && code != "" { // the SDK does not retry what it cannot read
					id, code = createPortfolio(t, client, "t")
				}
				if n := countPortfolios(t, c); code != "" || id == "" || n != 1 {
					t.Errorf("%s %s, %d portfolios", id, code, n)
				}
			})
		})
	}
}

// Which calls a rule strikes. SBX-50
func TestFaultRules(t *testing.T) {
	cases := []struct {
		name  string
		fault world.Fault
		want  string // of six calls: x is struck
	}{
		{"each", world.Fault{}, "xxxxxx"},
		{"the third", world.Fault{Nth: 3}, "..x..."},
		{"every second", world.Fault{Every: 2}, ".x.x.x"},
		{"every second, once", world.Fault{Every: 2, Times: 1}, ".x...."},
		{"certain", world.Fault{Probability: 1, Times: 4}, "xxxx.."},
		{"another operation", world.Fault{Operation: "ListAccounts"}, "......"},
		{"another service", world.Fault{Service: "organizations"}, "......"},
		{"another account", world.Fault{Account: "333333333333"}, "......"},
		{"another region", world.Fault{Region: "us-east-1"}, "......"},
		{"this account and region", world.Fault{Account: "999999999999", Region: "eu-west-1"}, "xxxxxx"},
	}
	for _, c := range cases {
		s := newSandbox(t, sandbox.Options{})
		client := sts.NewFromConfig(config(t, s, "axle"), func(o *sts.Options) { o.RetryMaxAttempts = 1 })
		c.fault.Kind = "throttle"
		setRules(t, s, sandbox.Rules{Faults: []world.Fault{c.fault}})
		got := ""
		for range 6 {
			_, err := client.GetCallerIdentity(t.Context(), nil)
			got += map[bool]string{true: ".", false: "x"}[err == nil]
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// A rule that would never strike, or says nothing, is refused by its place, and then none is set. SBX-50
func TestRulesRefused(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	fault := func(f world.Fault) sandbox.Rules { return sandbox.Rules{Faults: []world.Fault{{Kind: "throttle"}, f}} }
	cases := []struct {
		name, path string
		rules      sandbox.Rules
	}{
		{"no kind", "faults[1]", fault(world.Fault{})},
		{"a kind that is none", "faults[1]", fault(world.Fault{Kind: "throtle"})},
		{"a service that is not here", "faults[1]", fault(world.Fault{Kind: "throttle", Service: "kinesis"})},
		{"an operation that is not here", "faults[1]", fault(world.Fault{Kind: "throttle", Operation: "CreatePortfolo"})},
		{"an operation of another service", "faults[1]", fault(world.Fault{Kind: "throttle", Service: "sts", Operation: "CreatePortfolio"})},
		{"two ways to count", "faults[1]", fault(world.Fault{Kind: "throttle", Nth: 1, Every: 2})},
		{"below 0", "faults[1]", fault(world.Fault{Kind: "throttle", Nth: -1})},
		{"no probability", "faults[1]", fault(world.Fault{Kind: "throttle", Probability: 1.5})},
		{"an error without a code", "faults[1]", fault(world.Fault{Kind: "error"})},
		{"HTTP without a status", "faults[1]", fault(world.Fault{Kind: "http"})},
		{"a status of success", "faults[1]", fault(world.Fault{Kind: "html", Status: 200})},
		{"a resource without a name", "faults[1]", fault(world.Fault{Kind: "resource_fail"})},
		{"latency backwards", "latency[0]", sandbox.Rules{Latency: []world.Latency{{Min: 5, Max: 3}}}},
		{"latency of what is not here", "latency[0]", sandbox.Rules{Latency: []world.Latency{{Operation: "Fly"}}}},
		{"unseen for no time", "unseen[0]", sandbox.Rules{Unseen: []world.Unseen{{}}}},
		{"unseen of a kind that is not late", "unseen[0]", sandbox.Rules{Unseen: []world.Unseen{{Kind: "account", Reads: 1}}}},
	}
	for _, c := range cases {
		err := s.SetRules(t.Context(), c.rules)
		if e, ok := err.(*document.Error); !ok || e.Code != "AXLE1112" || e.Path != c.path || e.Hint == "" {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	its, err := s.Settings(t.Context())
	if err != nil || len(its.Faults)+len(its.Latency)+len(its.Unseen) != 0 {
		t.Errorf("set all the same: %+v, %v", its, err)
	}
}

// Chance is a function of the seed, the operation, the account and that pair's call number: however
// eight workers interleave, the same calls are struck. SBX-52
func TestChance(t *testing.T) {
	accounts := []string{"333333333333", "444444444444", "555555555555", "222222222222"}
	roles := []string{"CatalogBuilder", "CatalogBuilder", "CatalogBuilder", "CatalogGammaBuilder"}
	struck := func(seed string) []string {
		s := newSandbox(t, sandbox.Options{Seed: []byte(seed)})
		c := config(t, s, "axle")
		var confs []aws.Config
		for i, account := range accounts {
			confs = append(confs, assume(t, c, roleARN(account, roles[i])))
		}
		setRules(t, s, sandbox.Rules{Faults: []world.Fault{{Kind: "throttle", Probability: 0.3}, {Kind: "expired_token", Probability: 0.2}}})
		var all sync.WaitGroup
		for w := range 8 {
			conf := confs[w%4]
			all.Go(func() {
				client := sts.NewFromConfig(conf, func(o *sts.Options) { o.RetryMaxAttempts = 1 })
				for range 10 {
					_, _ = client.GetCallerIdentity(t.Context(), nil)
				}
			})
		}
		all.Wait()
		seen := map[string]int{} // calls by account
		var got []string
		for _, l := range calls(t, s) {
			if l.Operation != "GetCallerIdentity" {
				continue
			}
			seen[l.Account]++
			got = append(got, fmt.Sprintf("%s %02d %s", l.Account, seen[l.Account], l.Fault))
		}
		slices.Sort(got)
		return got
	}
	first := struck("one")
	for run := range 19 {
		if again := struck("one"); !slices.Equal(first, again) {
			t.Fatalf("seed one, run %d: other faults\n%v\n%v", run, first, again)
		}
	}
	if slices.Equal(first, struck("two")) {
		t.Error("another seed struck the same calls")
	}
}

// Latency is fixed, or from its range; on a fast clock it moves the clock, and nobody waits. SBX-53
func TestLatency(t *testing.T) {
	wall := &stopped{at: time.Now()}
	s := newSandbox(t, sandbox.Options{Wall: wall.now, Seed: []byte("latency")})
	client := sts.NewFromConfig(config(t, s, "axle"))
	took := func() time.Duration {
		before, err := s.Now(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.GetCallerIdentity(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		after, _ := s.Now(t.Context())
		return after.Sub(before)
	}
	latency := func(min, max time.Duration) {
		setRules(t, s, sandbox.Rules{Latency: []world.Latency{{Service: "organizations", Min: world.Duration(time.Hour)},
			{Service: "sts", Min: world.Duration(min), Max: world.Duration(max)}}})
	}
	latency(150*time.Millisecond, 0)
	if d := took(); d != 150*time.Millisecond {
		t.Errorf("fixed: %v", d)
	}
	latency(100*time.Millisecond, 200*time.Millisecond)
	var all []time.Duration
	for range 200 {
		all = append(all, took())
	}
	slices.Sort(all)
	if p50, p99 := all[100], all[198]; all[0] < 100*time.Millisecond || all[199] > 200*time.Millisecond ||
		p50 < 130*time.Millisecond || p50 > 170*time.Millisecond || p99 < 180*time.Millisecond {
		t.Errorf("from %v to %v, median %v, p99 %v", all[0], all[199], p50, p99)
	}
}

// On a clock that is real the caller waits.
func TestLatencyInRealTime(t *testing.T) {
	var waited time.Duration
	s := newSandbox(t, sandbox.Options{Mode: sandbox.Real, Wait: waits(&waited)})
	setRules(t, s, sandbox.Rules{Latency: []world.Latency{{Min: world.Duration(30 * time.Millisecond)}}})
	if _, err := sts.NewFromConfig(config(t, s, "axle")).GetCallerIdentity(t.Context(), nil); err != nil || waited != 30*time.Millisecond {
		t.Errorf("waited %v, %v", waited, err)
	}
}

// A bucket holds a second's calls and fills by the sandbox's clock; each service says it in its own
// words; accounts, regions and operations have buckets of their own. SBX-40
func TestThrottling(t *testing.T) {
	wall := &stopped{at: time.Now()}
	s := newSandbox(t, sandbox.Options{Wall: wall.now})
	c := config(t, s, "axle")
	spoke, there := assume(t, c, roleARN("333333333333", "CatalogBuilder")), c.Copy()
	there.Region = "us-east-1"
	list := func(c aws.Config) func() error {
		client := catalogOf(c)
		return func() error { _, err := client.ListPortfolios(t.Context(), nil); return err }
	}
	accepted := func(c aws.Config) func() error {
		client := catalogOf(c)
		return func() error { _, err := client.ListAcceptedPortfolioShares(t.Context(), nil); return err }
	}
	members := organizations.NewFromConfig(c, func(o *organizations.Options) { o.RetryMaxAttempts = 1 })
	describe := func() error { _, err := members.DescribeOrganization(t.Context(), nil); return err }
	burst := func(n int, call func() error) map[string]int {
		codes := map[string]int{}
		for range n {
			codes[codeOf(call())]++
		}
		return codes
	}
	steps := []struct {
		name string
		do   func()
		call func() error
		n    int
		want map[string]int
	}{
		{"calm: no limit", func() {}, list(c), 20, map[string]int{"": 20}},
		{"twice the rate", func() { set(t, s, map[string]string{"sandbox:throttle": "on"}) }, list(c), 6, map[string]int{"": 3, "ThrottlingException": 3}},
		{"another region", func() {}, list(there), 6, map[string]int{"": 3, "ThrottlingException": 3}},
		{"another account", func() {}, accepted(spoke), 3, map[string]int{"": 3}},
		{"another operation", func() {}, accepted(c), 3, map[string]int{"": 3}},
		{"a third of a second later", func() { wall.move(time.Second/3 + time.Millisecond) }, list(c), 2, map[string]int{"": 1, "ThrottlingException": 1}},
		{"a minute later", func() { wall.move(time.Minute) }, list(c), 6, map[string]int{"": 3, "ThrottlingException": 3}},
		{"organizations", func() {}, describe, 10, map[string]int{"": 5, "TooManyRequestsException": 5}},
		{"a rate of one's own", func() { set(t, s, map[string]string{"servicecatalog:rate": "10"}); wall.move(time.Minute) }, list(c), 20, map[string]int{"": 10, "ThrottlingException": 10}},
	}
	for _, step := range steps {
		step.do()
		if got := burst(step.n, step.call); !maps.Equal(got, step.want) {
			t.Errorf("%s: %v, want %v", step.name, got, step.want)
		}
	}
}

func named(t testing.TB, c *servicecatalog.Client, name string) string {
	t.Helper()
	out, err := c.CreatePortfolio(t.Context(), &servicecatalog.CreatePortfolioInput{DisplayName: &name, ProviderName: aws.String("platform"), IdempotencyToken: &name})
	if err != nil {
		t.Fatal(err)
	}
	return *out.PortfolioDetail.Id
}

func admit(t testing.TB, c *servicecatalog.Client, portfolio string) {
	t.Helper()
	_, err := c.AssociatePrincipalWithPortfolio(t.Context(), &servicecatalog.AssociatePrincipalWithPortfolioInput{
		PortfolioId: &portfolio, PrincipalARN: aws.String("arn:aws:iam:::role/CatalogBuilder"), PrincipalType: "IAM_PATTERN"})
	if err != nil {
		t.Fatal(err)
	}
}

func deletePortfolio(t testing.TB, c *servicecatalog.Client, id string) {
	t.Helper()
	if _, err := c.DeletePortfolio(t.Context(), &servicecatalog.DeletePortfolioInput{Id: &id}); err != nil {
		t.Fatal(err)
	}
}

// A resource of a stack fails where a rule says so, and the stack rolls back; one that is stuck stays
// under way. SBX-34, SBX-50, X43, X47
func TestStackFaults(t *testing.T) {
	for _, k := range []struct {
		fault world.Fault
		want  string
	}{
		{world.Fault{Kind: "resource_fail", Resource: "Topic", Operation: "CreateStack"}, "ROLLBACK_COMPLETE"},
		{world.Fault{Kind: "resource_fail", Resource: "Other", Operation: "CreateStack"}, "CREATE_COMPLETE"},
		{world.Fault{Kind: "stuck", Service: "cloudformation"}, "CREATE_IN_PROGRESS"},
		{world.Fault{Kind: "stuck", Service: "cloudformation", For: world.Duration(time.Hour)}, "CREATE_COMPLETE"},
	} {
		s := newSandbox(t, sandbox.Options{})
		setRules(t, s, sandbox.Rules{Faults: []world.Fault{k.fault}})
		client := cloudformation.NewFromConfig(assume(t, config(t, s, "axle"), roleARN("111111111111", "CatalogBetaDeploy")))
		_, err := client.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("s"),
			TemplateBody: aws.String(`{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}`)})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Advance(t.Context(), 3*time.Hour); err != nil {
			t.Fatal(err)
		}
		out, err := client.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String("s")})
		if err != nil || string(out.Stacks[0].StackStatus) != k.want {
			t.Errorf("%+v: %v, %v", k.fault, out.Stacks[0].StackStatus, err)
		}
	}
}
