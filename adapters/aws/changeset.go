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
			if coded(err, "ValidationError", "InsufficientCapabilitiesException") {
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
	end, err := w.end(ctx, stack.ID, map[string]bool{}, w.on)
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
