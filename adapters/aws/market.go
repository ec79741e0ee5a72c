package aws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
)

// marketRegion is the one in which AWS Marketplace has its APIs.
const marketRegion = "us-east-1"

var marketplaceName = sdk.String("AWSMarketplace")

// Marketplace is an organization's Private Marketplace, as its administrator sees it.
type Marketplace struct {
	*site

	mu        sync.Mutex
	scope     []types.Filter             // with which this account sees anything; nil: not known yet
	audiences map[string]market.Audience // by experience
	used      map[string]bool            // those that were given out: who asks again means now
}

// NewMarketplace makes a Marketplace that acts as the role of an organization of marketplace.yaml.
func NewMarketplace(s *Session, o market.Organization) *Marketplace {
	account, role := s.As(o.Role, o.ExternalID)
	return &Marketplace{site: s.at(account, role, marketRegion)}
}

// shared is the scope of a delegated administrator; the management account has none. The wrong
// one lists nothing, and is no error (MKA-9).
var shared = types.Filter{Name: sdk.String("Scope"), ValueList: []string{"SharedWithMe"}}

// Experiences are all that the account sees: id and name.
func (m *Marketplace) Experiences(ctx context.Context) ([]market.Experience, error) {
	found, err := m.list(ctx, "Experience", []types.Filter{})
	if err == nil && len(found) == 0 {
		if found, err = m.list(ctx, "Experience", []types.Filter{shared}); err == nil && len(found) > 0 {
			m.set([]types.Filter{shared})
		}
	} else if err == nil {
		m.set([]types.Filter{})
	}
	if err != nil {
		return nil, err
	}
	all := make([]market.Experience, len(found))
	for i, e := range found {
		all[i] = market.Experience{ID: sdk.ToString(e.EntityId), Name: sdk.ToString(e.Name)}
	}
	return all, m.readAudiences(ctx)
}

func (m *Marketplace) set(scope []types.Filter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.scope = scope
}

func (m *Marketplace) scopes() [][]types.Filter {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.scope != nil {
		return [][]types.Filter{m.scope}
	}
	return [][]types.Filter{{}, {shared}}
}

func (m *Marketplace) list(ctx context.Context, kind string, filters []types.Filter) (all []types.EntitySummary, err error) {
	err = m.pagesOf(ctx, op{"marketplace-catalog", "ListEntities", repeatable}, func(ctx context.Context, token *string) (*string, error) {
		out, err := m.experiences.ListEntities(ctx, &marketplacecatalog.ListEntitiesInput{Catalog: marketplaceName, EntityType: &kind,
			FilterList: filters, MaxResults: sdk.Int32(50), NextToken: token})
		if err != nil {
			return nil, err
		}
		all = append(all, out.EntitySummaryList...)
		return out.NextToken, nil
	})
	return all, err
}

func (m *Marketplace) readAudiences(ctx context.Context) error {
	all := map[string]market.Audience{}
	for _, scope := range m.scopes() {
		found, err := m.list(ctx, "Audience", scope)
		if err != nil {
			return err
		}
		for _, a := range found {
			var body struct {
				ExperienceID string `json:"ExperienceId"`
				Principals   []string
			}
			if _, err := m.describe(ctx, sdk.ToString(a.EntityId), &body); err != nil {
				return err
			}
			slices.Sort(body.Principals)
			all[body.ExperienceID] = market.Audience{ID: sdk.ToString(a.EntityId), Principals: body.Principals}
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.audiences, m.used = all, map[string]bool{}
	return nil
}

// audience is whom an experience binds: as it was listed, and from then on as it is now.
func (m *Marketplace) audience(ctx context.Context, experience string) (market.Audience, error) {
	m.mu.Lock()
	listed := m.used != nil
	m.mu.Unlock()
	if !listed {
		if err := m.readAudiences(ctx); err != nil {
			return market.Audience{}, err
		}
	}
	m.mu.Lock()
	a, used := m.audiences[experience], m.used[experience]
	m.used[experience] = true
	m.mu.Unlock()
	if a.ID == "" || !used {
		return a, nil
	}
	var body struct{ Principals []string }
	_, err := m.describe(ctx, a.ID, &body)
	if unlisted(err) { // it went with the last of its principals
		return market.Audience{}, nil
	}
	slices.Sort(body.Principals)
	a.Principals = body.Principals
	return a, err
}

// describe reads an entity, and gives its revision.
func (m *Marketplace) describe(ctx context.Context, id string, into any) (int, error) {
	out, err := call(ctx, m.site, op{"marketplace-catalog", "DescribeEntity", repeatable}, func(ctx context.Context) (*marketplacecatalog.DescribeEntityOutput, error) {
		return m.experiences.DescribeEntity(ctx, &marketplacecatalog.DescribeEntityInput{Catalog: marketplaceName, EntityId: &id})
	})
	if err != nil {
		return 0, err
	}
	_, text, _ := strings.Cut(sdk.ToString(out.EntityIdentifier), "@")
	revision, err := strconv.Atoi(text)
	if err == nil && into != nil {
		err = json.Unmarshal([]byte(sdk.ToString(out.Details)), into)
	}
	if err != nil {
		return 0, document.Fail("AXLE3403", "AWS describes "+id+" as nothing that axle knows", "update axle", err)
	}
	return revision, nil
}

// Revision is the experience's, now.
func (m *Marketplace) Revision(ctx context.Context, id string) (int, error) {
	return m.describe(ctx, id, nil)
}

type experienceBody struct {
	Name, Status, AdminStatus             string
	ProcurementPolicies, BrandingSettings []string
}

// Read reads an experience with its policy, both of one moment: where somebody changed it
// meanwhile it is read again (PMP-2).
func (m *Marketplace) Read(ctx context.Context, id string) (market.Experience, error) {
	for range 3 {
		var body experienceBody
		revision, err := m.describe(ctx, id, &body)
		if err != nil {
			return market.Experience{}, unseen(err)
		}
		e := market.Experience{ID: id, Name: body.Name, Revision: revision, Status: body.Status, Archived: body.AdminStatus != ""}
		if err := m.parts(ctx, &e, body); err != nil {
			return market.Experience{}, err
		}
		after, err := m.Revision(ctx, id)
		if err != nil {
			return market.Experience{}, err
		}
		if after == revision {
			return e, nil
		}
	}
	return market.Experience{}, document.Fail("AXLE3404", id+" changed while it was read, three times over", "run again later", nil)
}

// unseen says what to look at where AWS has no such experience for the account that asks.
func unseen(err error) error {
	var f *failed
	if !errors.As(err, &f) || !unlisted(err) {
		return err
	}
	return &failed{document.Fail(f.shown.Code, f.shown.Summary, "see whether the id is right, and account and role are the delegated administrator's: axle market doctor", nil), f.fault}
}

func unlisted(err error) bool {
	var f *failed
	return errors.As(err, &f) && f.code == "ResourceNotFoundException"
}

func (m *Marketplace) parts(ctx context.Context, e *market.Experience, body experienceBody) (err error) {
	if len(body.ProcurementPolicies) > 0 {
		if e.Policy, err = m.policy(ctx, body.ProcurementPolicies[0]); err != nil {
			return err
		}
	}
	if len(body.BrandingSettings) > 0 {
		var b struct {
			Configuration struct{ Title, Information, ThemeColor, LogoUrl string }
		}
		if _, err := m.describe(ctx, body.BrandingSettings[0], &b); err != nil {
			return err
		}
		c := b.Configuration
		e.Branding = market.Branding{ID: body.BrandingSettings[0], Title: c.Title, Information: c.Information, ThemeColor: c.ThemeColor, LogoURL: c.LogoUrl}
	}
	e.Audience, err = m.audience(ctx, e.ID)
	return err
}

func (m *Marketplace) policy(ctx context.Context, id string) (*market.Policy, error) {
	var body struct {
		Statements []struct {
			Effect    string
			Resources []struct{ Ids []string }
		}
		Configuration struct{ PolicyResourceRequests string }
	}
	if _, err := m.describe(ctx, id, &body); err != nil {
		return nil, err
	}
	p := &market.Policy{ID: id, Requests: body.Configuration.PolicyResourceRequests}
	for _, s := range body.Statements {
		for _, r := range s.Resources {
			switch s.Effect {
			case "Allow":
				p.Allowed = append(p.Allowed, r.Ids...)
			case "Deny":
				p.Denied = append(p.Denied, r.Ids...)
			default:
				return nil, document.Fail("AXLE3403", fmt.Sprintf("policy %s has the effect %q, which axle does not know", id, s.Effect), "update axle", nil)
			}
		}
	}
	slices.Sort(p.Allowed)
	slices.Sort(p.Denied)
	return p, nil
}
