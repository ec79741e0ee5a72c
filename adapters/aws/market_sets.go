package aws

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	lazy "github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/document"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/types"

	"github.com/axle-cd/axle/market"
)

// Start sends a change set, once: what an unsure answer, a lock or a newer revision asks for is
// the caller's to do.
func (m *Marketplace) Start(ctx context.Context, s market.Set) (string, error) {
	in := &marketplacecatalog.StartChangeSetInput{Catalog: marketplaceName, ChangeSetName: &s.Name, ClientRequestToken: &s.Token}
	for _, e := range s.Changes {
		c := types.Change{ChangeType: sdk.String(e.Type), Entity: &types.Entity{Type: sdk.String(e.Kind)}, DetailsDocument: lazy.NewLazyDocument(e.Details)}
		if e.Entity != "" {
			c.Entity.Identifier = sdk.String(e.Entity)
		}
		if e.Name != "" {
			c.ChangeName = sdk.String(e.Name)
		}
		in.ChangeSet = append(in.ChangeSet, c)
	}
	out, err := call(ctx, m.site, op{"marketplace-catalog", "StartChangeSet", create}, func(ctx context.Context) (*marketplacecatalog.StartChangeSetOutput, error) {
		return m.experiences.StartChangeSet(ctx, in)
	})
	if err != nil {
		return "", meant(err)
	}
	return sdk.ToString(out.ChangeSetId), nil
}

// meant says which of the answers that a start may meet an error is.
func meant(err error) error {
	var f *failed
	switch {
	case !errors.As(err, &f):
		return err
	case f.code == "ResourceInUseException":
		return fmt.Errorf("%w: %w", market.ErrLocked, err)
	case f.code == "ServiceQuotaExceededException":
		return fmt.Errorf("%w: %w", market.ErrFull, err)
	case f.code == "ValidationException" && f.rule.answer == compare: // a newer revision
		return fmt.Errorf("%w: %w", market.ErrStale, err)
	case f.rule.answer == unsure:
		return fmt.Errorf("%w: %w", market.ErrLost, err)
	}
	return err
}

// State is a change set as it is now.
func (m *Marketplace) State(ctx context.Context, id string) (market.State, error) {
	out, err := call(ctx, m.site, op{"marketplace-catalog", "DescribeChangeSet", repeatable}, func(ctx context.Context) (*marketplacecatalog.DescribeChangeSetOutput, error) {
		return m.experiences.DescribeChangeSet(ctx, &marketplacecatalog.DescribeChangeSetInput{Catalog: marketplaceName, ChangeSetId: &id})
	})
	if err != nil {
		return market.State{}, err
	}
	s := market.State{ID: id, Name: sdk.ToString(out.ChangeSetName), Status: string(out.Status), Code: string(out.FailureCode), Text: sdk.ToString(out.FailureDescription)}
	for _, c := range out.ChangeSet {
		if e := c.Entity; e != nil && s.Made == "" {
			s.Made = sdk.ToString(e.Identifier)
		}
		for _, e := range c.ErrorDetailList {
			s.Errors = append(s.Errors, market.Error{Code: sdk.ToString(e.ErrorCode), Message: sdk.ToString(e.ErrorMessage)})
		}
	}
	return s, nil
}

// Sets are an experience's change sets of that name; without one, those that have not ended.
func (m *Marketplace) Sets(ctx context.Context, experience, name string) (all []market.State, err error) {
	filters := []types.Filter{}
	if experience != "" {
		filters = append(filters, types.Filter{Name: sdk.String("EntityId"), ValueList: []string{experience}})
	}
	if name == "" {
		filters = append(filters, types.Filter{Name: sdk.String("Status"), ValueList: []string{market.Preparing, market.Applying}})
	} else {
		filters = append(filters, types.Filter{Name: sdk.String("ChangeSetName"), ValueList: []string{name}})
	}
	for _, scope := range m.scopes() {
		err = m.pagesOf(ctx, op{"marketplace-catalog", "ListChangeSets", repeatable}, func(ctx context.Context, token *string) (*string, error) {
			out, err := m.experiences.ListChangeSets(ctx, &marketplacecatalog.ListChangeSetsInput{Catalog: marketplaceName,
				FilterList: append(scope[:len(scope):len(scope)], filters...), NextToken: token})
			if err != nil {
				return nil, err
			}
			for _, s := range out.ChangeSetSummaryList {
				all = append(all, market.State{ID: sdk.ToString(s.ChangeSetId), Name: sdk.ToString(s.ChangeSetName), Status: string(s.Status), Code: string(s.FailureCode)})
			}
			return out.NextToken, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
