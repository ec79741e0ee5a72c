package aws

import (
	"context"
	"encoding/json"
	"errors"
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
		done, err := w.end(ctx, sdk.ToString(have.StackId), on)
		if err != nil || !deleting {
			return done, err
		}
	}
	return products.Stack{}, document.Fail("AXLE3221", "stack "+q.Name+w.place.String()+" is made and removed again and again", "choose another name", nil)
}

// making is one stack being made.
type making struct {
	*site
	hub     catalog.Hubs
	q       products.StackRequest
	content string
	life    int // of the name: earlier ones were deleted
	on      func(products.StackEvent)
}

// contentOf is the digest of all that a stack is made of.
func contentOf(q products.StackRequest) string {
	raw, _ := json.Marshal([]any{digestOf(q.Template), q.Parameters, q.Tags, q.Capabilities}) // text always marshals
	_, hex, _ := strings.Cut(digestOf(raw), ":")
	return hex
}

func (w *making) changeSet() string { return "axle-" + w.content[:40] }

func (w *making) ours(have *types.Stack) error {
	switch stackTag(have, contentTag) {
	case w.content:
		return nil
	case "":
		return notAxles(w.site, w.q.Name)
	}
	return document.Fail("AXLE3225", "stack "+w.q.Name+w.place.String()+" was made from another template or other parameters", "delete it first", nil)
}

func notAxles(s *site, name string) error {
	return document.Fail("AXLE3221", "stack "+name+s.place.String()+" is there and is not axle's (it has no tag "+contentTag+")", "choose another name, or remove it by hand", nil)
}

// make makes the change set, executes it and follows the stack. again: the token brought back
// an earlier life of the name.
func (w *making) make(ctx context.Context, have *types.Stack) (done products.Stack, again bool, err error) {
	id := w.changeSet()
	if have == nil {
		if id, err = w.createChangeSet(ctx); err != nil {
			if coded(err, "ValidationError", "InsufficientCapabilitiesException", "LimitExceededException") {
				return products.Stack{Name: w.q.Name, Status: rejected, Reason: reasonOf(err)}, false, nil
			}
			return products.Stack{}, false, err
		}
	}
	set, changes, err := w.described(ctx, id)
	if set == nil || err != nil {
		if err == nil && have != nil {
			err = notAxles(w.site, w.q.Name) // somebody else's review
		}
		return products.Stack{}, err == nil, err
	}
	stack := products.Stack{ID: sdk.ToString(set.StackId), Name: w.q.Name, Changes: changes}
	if set.Status == types.ChangeSetStatusFailed {
		stack.Status, stack.Reason = noChanges, sdk.ToString(set.StatusReason)
		return stack, false, nil
	}
	if err := w.execute(ctx, set); err != nil {
		return products.Stack{}, false, err
	}
	end, err := w.end(ctx, stack.ID, w.on)
	end.Changes = changes
	return end, false, err
}

func reasonOf(err error) string {
	var f *failed
	if errors.As(err, &f) {
		return f.words()
	}
	return err.Error()
}

func (w *making) createChangeSet(ctx context.Context) (string, error) {
	in := &cloudformation.CreateChangeSetInput{StackName: &w.q.Name, ChangeSetName: sdk.String(w.changeSet()), ChangeSetType: types.ChangeSetTypeCreate,
		ClientToken: sdk.String(token("CreateChangeSet", w.place, w.q.Name, []any{w.content, w.life})),
		Tags:        stackTags(w.q.Tags, w.content)}
	for _, c := range w.q.Capabilities {
		in.Capabilities = append(in.Capabilities, types.Capability(c))
	}
	for _, key := range slices.Sorted(maps.Keys(w.q.Parameters)) {
		in.Parameters = append(in.Parameters, types.Parameter{ParameterKey: sdk.String(key), ParameterValue: sdk.String(w.q.Parameters[key])})
	}
	if err := w.body(ctx, in); err != nil {
		return "", err
	}
	out, err := call(ctx, w.site, op{"cloudformation", "CreateChangeSet", repeatable}, func(ctx context.Context) (*cloudformation.CreateChangeSetOutput, error) {
		return w.stacks.CreateChangeSet(ctx, in)
	})
	if coded(err, "AlreadyExistsException") { // our own, its answer was lost (RT10)
		return w.changeSet(), nil
	}
	if err != nil {
		return "", err
	}
	return sdk.ToString(out.Id), nil
}

// body sends the template inline, or by the hub's bucket where it is too large for that.
func (w *making) body(ctx context.Context, in *cloudformation.CreateChangeSetInput) error {
	if len(w.q.Template) <= inline {
		in.TemplateBody = sdk.String(string(w.q.Template))
		return nil
	}
	_, hex, _ := strings.Cut(digestOf(w.q.Template), ":")
	bucket := w.hub.Bucket + "-" + string(w.hub.Account) + "-" + w.q.Region
	hub := w.session.at(string(w.hub.Account), w.hub.Role, w.q.Region)
	url, err := hub.upload(ctx, bucket, "stacks/"+hex+"/template.yaml", w.q.Template)
	in.TemplateURL = &url
	return err
}

// described waits for a change set and reads all of its changes; nil is: it is not there.
func (w *making) described(ctx context.Context, id string) (*cloudformation.DescribeChangeSetOutput, []products.StackChange, error) {
	var set *cloudformation.DescribeChangeSetOutput
	var changes []products.StackChange
	err := w.poll(ctx, "the change set of stack "+w.q.Name, objectPause, func() (bool, error) {
		changes = nil
		err := w.pagesOf(ctx, op{"cloudformation", "DescribeChangeSet", repeatable}, func(ctx context.Context, next *string) (*string, error) {
			in := &cloudformation.DescribeChangeSetInput{ChangeSetName: &id, NextToken: next}
			if !strings.HasPrefix(id, "arn:") {
				in.StackName = &w.q.Name
			}
			out, err := w.stacks.DescribeChangeSet(ctx, in)
			if err != nil {
				return nil, err
			}
			set, changes = out, append(changes, stackChanges(out.Changes)...)
			return out.NextToken, nil
		})
		if err != nil {
			return false, err
		}
		return set.Status == types.ChangeSetStatusCreateComplete || set.Status == types.ChangeSetStatusFailed, nil
	})
	if coded(err, "ChangeSetNotFound", "ChangeSetNotFoundException") || answered(err, compare) {
		return nil, nil, nil
	}
	return set, changes, err
}

func stackChanges(all []types.Change) []products.StackChange {
	var out []products.StackChange
	for _, c := range all {
		if r := c.ResourceChange; r != nil {
			out = append(out, products.StackChange{Action: string(r.Action), LogicalID: sdk.ToString(r.LogicalResourceId),
				Type: sdk.ToString(r.ResourceType), Replacement: string(r.Replacement)})
		}
	}
	return out
}

// execute starts the change set; one that was started already is followed.
func (w *making) execute(ctx context.Context, set *cloudformation.DescribeChangeSetOutput) error {
	if set.ExecutionStatus != types.ExecutionStatusAvailable {
		return nil
	}
	in := &cloudformation.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId,
		ClientRequestToken: sdk.String(token("ExecuteChangeSet", w.place, sdk.ToString(set.StackId), w.content))}
	_, err := call(ctx, w.site, op{"cloudformation", "ExecuteChangeSet", repeatable}, func(ctx context.Context) (*cloudformation.ExecuteChangeSetOutput, error) {
		return w.stacks.ExecuteChangeSet(ctx, in)
	})
	if coded(err, "InvalidChangeSetStatus", "InvalidChangeSetStatusException") {
		return nil
	}
	return err
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
	if have.StackStatus != types.StackStatusDeleteInProgress {
		if err := site.delete(ctx, id); err != nil {
			return products.Stack{}, err
		}
	}
	return site.end(ctx, id, on)
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
