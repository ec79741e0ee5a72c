package main

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// cloud is AWS, or the sandbox that stands for it.
type cloud struct {
	session *aws.Session
	box     *sandbox.Sandbox // nil on AWS
	state   *state
	known   sqlite.Hub // what the state knows of this hub
	members members
}

// members are the organization as it was read last.
type members struct {
	mu  sync.Mutex
	of  string
	at  time.Time
	org catalog.Organization
}

// fresh is how long one reading of the organization serves: it grows with the accounts, and every
// action asks for it. Who comes later joins the next run.
const fresh = 5 * time.Minute

const sandboxNotice = "sandbox, not AWS"

// cloud opens AWS where a flag or AXLE_ variable chooses it, else the sandbox.
func (a *app) cloud(ctx context.Context, s *state) (*cloud, error) {
	if a.profile == "" && a.endpoint == "" {
		return a.sandboxed(ctx, s)
	}
	o := aws.Options{Endpoint: a.endpoint, Clock: aws.Clock{Now: time.Now, Sleep: sleep}}
	session, err := aws.FromProfile(ctx, a.profile, o)
	if err != nil {
		return nil, err
	}
	return &cloud{session: session, state: s, known: sqlite.Hub{Log: s.log, Name: strings.TrimSpace("aws " + a.endpoint)}}, nil
}

func (a *app) sandboxed(ctx context.Context, s *state) (*cloud, error) {
	for _, name := range []string{"AWS_PROFILE", "AWS_ACCESS_KEY_ID"} {
		if v, ok := a.env(name); ok && v != "" {
			shown := ""
			if name == "AWS_PROFILE" {
				shown = "=" + v
			}
			a.tell("%s%s is set; using the sandbox; --profile PROFILE uses AWS", name, shown)
			break
		}
	}
	box, err := a.box(ctx, s.dir)
	if err != nil {
		return nil, err
	}
	key, err := box.Credentials(ctx, "axle")
	if err != nil {
		return nil, err
	}
	session := aws.New(aws.Options{
		Credentials: credentials.NewStaticCredentialsProvider(key.AccessKeyID, key.SecretAccessKey, key.SessionToken),
		Region:      "eu-west-1",
		Transport:   box.Transport(),
		Clock:       aws.Clock{Now: func() time.Time { now, _ := box.Now(ctx); return now }, Sleep: box.Sleep},
	})
	return &cloud{session: session, box: box, state: s, known: sqlite.Hub{Log: s.log, Name: sqlite.SandboxHub}}, nil
}

// sleep waits by the wall clock.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// hub gives the view of the hub that the scope names.
func (c *cloud) hub(ctx context.Context) func(*catalog.File, catalog.Catalog) catalog.Hub {
	return func(f *catalog.File, scope catalog.Catalog) catalog.Hub {
		return aws.NewHub(c.session, f.Hub, scope, pins{ctx, c.known}, c.state.store.Get)
	}
}

// meter counts in the hub's account.
type meter struct {
	ctx context.Context
	*cloud
}

func (m meter) Quotas(ctx context.Context, f *catalog.File, all []catalog.Quota) ([]catalog.Quota, error) {
	return aws.NewHub(m.session, f.Hub, catalog.Catalog{}, pins{m.ctx, m.known}, m.state.store.Get).Quotas(ctx, all)
}

func (m meter) Spent() catalog.Spent { return m.session.Spent() }

// organization reads the accounts as the hub sees them.
func (c *cloud) organization(ctx context.Context, f *catalog.File) (catalog.Organization, error) {
	m := &c.members
	m.mu.Lock()
	defer m.mu.Unlock()
	of, now := string(f.Hub.Account)+"/"+f.Hub.Role, aws.NewFleet(c.session).Now()
	if m.of == of && now.Sub(m.at) < fresh {
		return m.org, nil
	}
	org, err := aws.NewOrganization(c.session, string(f.Hub.Account), f.Hub.Role).Accounts(ctx)
	if err == nil {
		m.of, m.at, m.org = of, now, org
	}
	return org, err
}

// analyze asks IAM Access Analyzer. Each question is AWS's to answer; the sandbox answers none.
func (c *cloud) analyze(ctx context.Context, region string, all []cfn.PolicyQuestion, notGranted []string) ([]cfn.PolicyAnswer, error) {
	return aws.NewAnalyzer(c.session, region).Analyze(ctx, all, notGranted)
}

// pins are the state's, for one invocation. A pin that cannot be read costs a search, no more.
type pins struct {
	ctx context.Context
	in  sqlite.Hub
}

func (p pins) Pin(kind, region, key string) string {
	id, _ := p.in.Pin(p.ctx, kind, region, key)
	return id
}

func (p pins) SetPin(kind, region, key, id string) error {
	return p.in.SetPin(p.ctx, kind, region, key, id)
}

// ensureLaunchRoles makes, in the sandbox, the launch roles that a product names: on AWS a
// platform team deploys them to the hub and the spokes once, by a stack set.
func (c *cloud) ensureLaunchRoles(ctx context.Context, say func(string, ...any), names []string, accounts []string) error {
	if c.box == nil {
		return nil
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		made, err := c.box.EnsureRole(ctx, accounts, world.Role{Name: name, TrustServices: []string{"servicecatalog.amazonaws.com"}})
		if err != nil {
			return err
		}
		if len(made) > 0 {
			say("sandbox: made launch role %s in %s (on AWS it must exist there)", name, strings.Join(made, ", "))
		}
	}
	return nil
}

// now is the hub's time: on the sandbox, the sandbox's.
func (c *cloud) now() time.Time { return aws.NewFleet(c.session).Now() }

// notice is the line that says where results come from.
func (c *cloud) notice() string {
	if c.box != nil {
		return sandboxNotice
	}
	return "AWS"
}
