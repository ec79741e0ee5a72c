// Package aws is the only caller of AWS: the hub's catalog, stacks in the beta account,
// launches as an end user, the organization. It has one retry policy and one form of error,
// and knows nothing of the sandbox: that is another transport under the same SDK clients.
package aws

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/marketplaceagreement"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/document"
)

// Clock is time as a value. Waits and deadlines go by it; signatures and sessions by the wall clock.
type Clock struct {
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// Options say how AWS, or what stands for it, is reached.
type Options struct {
	Credentials sdk.CredentialsProvider // the base identity, which assumes every role
	Region      string                  // where roles are assumed
	Transport   http.RoundTripper       // nil: the SDK's own client
	Endpoint    string                  // one URL for every service; "": AWS's own
	Clock       Clock
}

// Session is an identity and the clients made from it. It is safe for concurrent use.
type Session struct {
	config sdk.Config
	clock  Clock
	path   bool // S3 by path: a single endpoint has no name per bucket

	mu        sync.Mutex
	roles     map[string]*sdk.CredentialsCache
	externals map[string]string // the external id that a role asks for, by its ARN
	sites     map[place]*site
	spent     spent

	tempos sync.Map // of tempoKey: *tempo
}

// place is an account, the role acted in there ("" is the base identity), and a region.
type place struct{ account, role, region string }

// site is the clients for one place.
type site struct {
	place
	session *Session
	catalog *servicecatalog.Client
	stacks  *cloudformation.Client
	objects *s3.Client
	members *organizations.Client
	sts     *sts.Client
	limited *servicequotas.Client
	granted *licensemanager.Client
	topics  *sns.Client

	experiences *marketplacecatalog.Client
	agreements  *marketplaceagreement.Client
}

// Clock is the time that the session's waits go by.
func (s *Session) Clock() Clock { return s.clock }

// New makes a session from credentials that the caller chose. Nothing is read from the environment.
func New(o Options) *Session {
	return open(sdk.Config{Region: o.Region, Credentials: o.Credentials}, o)
}

// FromProfile makes a session from a profile of the user's AWS configuration, as the AWS tools read it.
func FromProfile(ctx context.Context, profile string, o Options) (*Session, error) {
	loaded := []func(*config.LoadOptions) error{config.WithSharedConfigProfile(profile),
		// An instance's role never chooses AWS by itself.
		config.WithEC2IMDSClientEnableState(imds.ClientDisabled)}
	if o.Region != "" {
		loaded = append(loaded, config.WithRegion(o.Region))
	}
	c, err := config.LoadDefaultConfig(ctx, loaded...)
	var unknown config.SharedConfigProfileNotExistError
	if errors.As(err, &unknown) {
		return nil, document.Fail("AXLE1250", "profile "+profile+" not found", "aws configure list-profiles shows those that are known", nil)
	}
	if err != nil {
		return nil, document.Fail("AXLE3222", "the AWS profile "+profile+" cannot be used", "see ~/.aws/config, or choose another with --profile", err)
	}
	return open(c, o), nil
}

func open(c sdk.Config, o Options) *Session {
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	c.Retryer = func() sdk.Retryer { return sdk.NopRetryer{} }
	c.AppID = "axle"
	switch {
	case o.Transport != nil:
		c.HTTPClient = &http.Client{Transport: o.Transport}
	case c.HTTPClient == nil:
		c.HTTPClient = awshttp.NewBuildableClient()
	}
	c.HTTPClient = plain{c.HTTPClient}
	if o.Endpoint != "" {
		c.BaseEndpoint = sdk.String(o.Endpoint)
	}
	return &Session{config: c, clock: o.Clock, path: o.Endpoint != "",
		roles: map[string]*sdk.CredentialsCache{}, externals: map[string]string{}, sites: map[place]*site{}}
}

// As gives the account and the name of a role, path included, and keeps the external id that it
// asks for.
func (s *Session) As(role, externalID string) (account, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.externals[role] = externalID
	_, rest, _ := strings.Cut(role, ":iam::")
	account, name, _ = strings.Cut(rest, ":role/")
	return account, name
}

// at gives the clients for a role in an account and region.
func (s *Session) at(account, role, region string) *site {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := place{account, role, region}
	if s.sites[p] == nil {
		s.sites[p] = s.open(p)
	}
	return s.sites[p]
}

func (s *Session) open(p place) *site {
	c := s.of(p)
	return &site{place: p, session: s,
		catalog: servicecatalog.NewFromConfig(c),
		stacks:  cloudformation.NewFromConfig(c),
		objects: s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = s.path }),
		members: organizations.NewFromConfig(c),
		sts:     sts.NewFromConfig(c),
		limited: servicequotas.NewFromConfig(c),
		granted: licensemanager.NewFromConfig(c),
		topics:  sns.NewFromConfig(c),

		experiences: marketplacecatalog.NewFromConfig(c),
		agreements:  marketplaceagreement.NewFromConfig(c),
	}
}

// of is how a place is reached. The caller holds the lock.
func (s *Session) of(p place) sdk.Config {
	c := s.config.Copy()
	if p.region != "" {
		c.Region = p.region
	}
	if p.role != "" {
		c.Credentials = s.assumed(p.account, p.role)
	}
	return c
}

// beforeExpiry is how long before its end a role's session is renewed.
const beforeExpiry = 5 * time.Minute

// assumed gives the one cache of a role's sessions. The caller holds the lock.
func (s *Session) assumed(account, role string) *sdk.CredentialsCache {
	arn := "arn:" + partition(s.config.Region) + ":iam::" + account + ":role/" + role
	if s.roles[arn] == nil {
		var external *string
		if id := s.externals[arn]; id != "" {
			external = &id
		}
		base := &site{place: place{account: account, region: s.config.Region}, session: s, sts: sts.NewFromConfig(s.config)}
		provider := sdk.CredentialsProviderFunc(func(ctx context.Context) (sdk.Credentials, error) {
			return base.assume(ctx, arn, external)
		})
		s.roles[arn] = sdk.NewCredentialsCache(provider, func(o *sdk.CredentialsCacheOptions) { o.ExpiryWindow = beforeExpiry })
	}
	return s.roles[arn]
}

func (b *site) assume(ctx context.Context, arn string, external *string) (sdk.Credentials, error) {
	out, err := call(ctx, b, op{"sts", "AssumeRole", repeatable}, func(ctx context.Context) (*sts.AssumeRoleOutput, error) {
		return b.sts.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: sdk.String("axle"), ExternalId: external})
	})
	if err != nil {
		return sdk.Credentials{}, roleRefused(arn, err)
	}
	c := out.Credentials
	return sdk.Credentials{AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: *c.SessionToken,
		CanExpire: true, Expires: *c.Expiration, Source: "axle"}, nil
}

// renew drops what is kept of the place's credentials: AWS says that they are too old.
func (s *Session) renew(p place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.role != "" {
		s.assumed(p.account, p.role).Invalidate()
	} else if c, ok := s.config.Credentials.(*sdk.CredentialsCache); ok {
		c.Invalidate()
	}
}

// Identity is the account and ARN of the base identity.
func (s *Session) Identity(ctx context.Context) (account, arn string, err error) {
	b := s.at("", "", "")
	out, err := call(ctx, b, op{"sts", "GetCallerIdentity", repeatable}, func(ctx context.Context) (*sts.GetCallerIdentityOutput, error) {
		return b.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	})
	if err != nil {
		return "", "", err
	}
	return sdk.ToString(out.Account), sdk.ToString(out.Arn), nil
}

func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}
