package aws

import (
	"context"
	"maps"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

// Stacks makes, tells and deletes CloudFormation stacks that carry axle's tag.
type Stacks struct {
	session *Session
	hub     catalog.Hubs // its buckets take templates too large to be sent inline
}

// NewStacks makes a Stacks.
func NewStacks(s *Session, hub catalog.Hubs) *Stacks { return &Stacks{s, hub} }

// contentTag says that a stack is axle's, and what it was made of.
const contentTag = "axle:content"

// Statuses of a products.Stack that CloudFormation has no stack for.
const (
	rejected  = "REJECTED"        // CloudFormation refused the template or its parameters
	noChanges = "FAILED"          // the change set could not be made
	gone      = "DELETE_COMPLETE" // there is no such stack
)

// inline is the largest template that is sent with the call.
const inline = 51200

func (s *Stacks) in(t products.StackTarget) *site { return s.session.at(t.Account, t.Role, t.Region) }

// Provision makes a stack by a change set and follows it to its end. It goes on with what an
// earlier attempt left: the same name with the same content is the same stack. How the stack
// ended is in its Status and Reason; the error says only that it could not be found out.
// A stack that is not axle's, or was made of something else, is never touched.
func (s *Stacks) Provision(ctx context.Context, q products.StackRequest, on func(products.StackEvent)) (products.Stack, error) {
	w := &making{site: s.in(q.StackTarget), hub: s.hub, q: q, content: contentOf(q), on: on}
	for w.life = 0; w.life < incarnations; w.life++ {
		have, err := w.stack(ctx, q.Name)
		if err != nil {
			return products.Stack{}, err
		}
		if have == nil || have.StackStatus == types.StackStatusReviewInProgress {
			done, again, err := w.make(ctx, have)
			if err != nil || !again {
				return done, err
			}
			continue
		}
		if err := w.ours(have); err != nil {
			return products.Stack{}, err
		}
		deleting := have.StackStatus == types.StackStatusDeleteInProgress
		done, err := w.end(ctx, sdk.ToString(have.StackId), map[string]bool{}, on)
		if err != nil || !deleting {
			return done, err
		}
	}
	return products.Stack{}, document.Fail("AXLE3221", "stack "+q.Name+w.place.String()+" is made and removed again and again", "choose another name", nil)
}

// Describe tells a stack with its outputs, its resources, and the properties that
// CloudFormation recorded for them. One that is not there has Status DELETE_COMPLETE.
func (s *Stacks) Describe(ctx context.Context, t products.StackTarget) (products.Stack, error) {
	site := s.in(t)
	have, err := site.stack(ctx, t.Name)
	if err != nil {
		return products.Stack{}, err
	}
	if have == nil {
		return products.Stack{Name: t.Name, Status: gone}, nil
	}
	return site.tell(ctx, have)
}

// Delete deletes a stack of axle's and follows it to its end, which may be DELETE_FAILED: then
// Reason and Resources say what is left. One that is not there is deleted.
func (s *Stacks) Delete(ctx context.Context, t products.StackTarget, on func(products.StackEvent)) (products.Stack, error) {
	site := s.in(t)
	have, err := site.stack(ctx, t.Name)
	if err != nil {
		return products.Stack{}, err
	}
	if have == nil {
		return products.Stack{Name: t.Name, Status: gone}, nil
	}
	id := sdk.ToString(have.StackId)
	if err := site.mayDelete(ctx, have); err != nil {
		return products.Stack{}, err
	}
	told := map[string]bool{} // what was before is not the deletion's
	if have.StackStatus != types.StackStatusDeleteInProgress {
		if _, err := site.newEvents(ctx, id, told); err != nil {
			return products.Stack{}, err
		}
		if err := site.delete(ctx, id); err != nil {
			return products.Stack{}, err
		}
	}
	return site.end(ctx, id, told, on)
}

// mayDelete refuses stacks of others. One that was never begun has no tags yet: its change set tells.
func (s *site) mayDelete(ctx context.Context, have *types.Stack) error {
	if stackTag(have, contentTag) != "" {
		return nil
	}
	ours := false
	if have.StackStatus == types.StackStatusReviewInProgress {
		err := s.pagesOf(ctx, op{"cloudformation", "ListChangeSets", repeatable}, func(ctx context.Context, next *string) (*string, error) {
			out, err := s.stacks.ListChangeSets(ctx, &cloudformation.ListChangeSetsInput{StackName: have.StackId, NextToken: next})
			if err != nil {
				return nil, err
			}
			for _, c := range out.Summaries {
				ours = ours || strings.HasPrefix(sdk.ToString(c.ChangeSetName), "axle-")
			}
			return out.NextToken, nil
		})
		if err != nil {
			return err
		}
	}
	if !ours {
		return notAxles(s, sdk.ToString(have.StackName))
	}
	return nil
}

// delete asks for the deletion. Its token holds the stack's last event: a deletion that failed
// can be asked for again.
func (s *site) delete(ctx context.Context, id string) error {
	events, err := s.events(ctx, id, true)
	if err != nil {
		return err
	}
	last := ""
	if len(events) > 0 {
		last = sdk.ToString(events[0].EventId)
	}
	in := &cloudformation.DeleteStackInput{StackName: &id, ClientRequestToken: sdk.String(token("DeleteStack", s.place, id, last))}
	_, err = call(ctx, s, op{"cloudformation", "DeleteStack", repeatable}, func(ctx context.Context) (*cloudformation.DeleteStackOutput, error) {
		return s.stacks.DeleteStack(ctx, in)
	})
	return err
}

func stackTags(tags map[string]string, content string) []types.Tag {
	all := []types.Tag{{Key: sdk.String(contentTag), Value: &content}}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		all = append(all, types.Tag{Key: sdk.String(key), Value: sdk.String(tags[key])})
	}
	return all
}

func stackTag(s *types.Stack, key string) string {
	for _, t := range s.Tags {
		if sdk.ToString(t.Key) == key {
			return sdk.ToString(t.Value)
		}
	}
	return ""
}
