package organizations

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/world"
)

func tagOperations() []world.Operation {
	return []world.Operation{
		read("ListTagsForResource", listTags),
		write("TagResource", tagResource),
		write("UntagResource", untagResource),
	}
}

const maxTags = 50

// tagForm is asked for its letters alone: such a class 256 times is 20 ms of every start.
var tagForm = document.NewPattern(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

func isTag(key, value string) bool {
	return key != "" && utf8.RuneCountInString(key) <= 128 && utf8.RuneCountInString(value) <= 256 && tagForm.MatchString(key+value)
}

// retag gives what is there with more tags put in.
func retag(have map[string]string, more []types.Tag) (map[string]string, error) {
	all := maps.Clone(have)
	if all == nil {
		all = map[string]string{}
	}
	given := map[string]bool{}
	for _, t := range more {
		key, value := aws.ToString(t.Key), aws.ToString(t.Value)
		switch {
		case !isTag(key, value):
			return nil, invalid(types.InvalidInputExceptionReasonInvalidPattern, "The tag %q: %q has characters or a length that tags have not.", key, value)
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return nil, invalid(types.InvalidInputExceptionReasonInvalidSystemTagsParameter, "The tag key %q is reserved for AWS.", key)
		case given[key]:
			return nil, invalid(types.InvalidInputExceptionReasonDuplicateTagKey, "The tag key %q is given twice.", key)
		}
		given[key], all[key] = true, value
	}
	if len(all) > maxTags {
		return nil, violation(types.ConstraintViolationExceptionReasonMaxTagLimitExceeded, "You have exceeded the number of tags allowed on this resource.")
	}
	return all, nil
}

// target is what carries tags: its tags, and how to put others.
type target struct {
	tags map[string]string
	put  func(map[string]string)
}

func findTarget(c *world.Call, org world.Organization, id *string) (target, error) {
	if a, err := member(c, org, id); err == nil {
		return target{a.Tags, func(tags map[string]string) { a.Tags = tags; world.PutAccount(c, a) }}, nil
	}
	if u, ok := treeNode(c, org, id); ok {
		return target{u.Tags, func(tags map[string]string) { u.Tags = tags; world.PutUnit(c, u) }}, nil
	}
	return target{}, missing("TargetNotFoundException", "a target")
}

func listTags(c *world.Call, in *api.ListTagsForResourceInput) (*api.ListTagsForResourceOutput, error) {
	org, _ := world.Org(c)
	t, err := findTarget(c, org, in.ResourceId)
	if err != nil {
		return nil, err
	}
	keys, next, err := page(slices.Sorted(maps.Keys(t.tags)), "tags/"+*in.ResourceId, nil, in.NextToken)
	return &api.ListTagsForResourceOutput{Tags: each(keys, func(k string) types.Tag {
		return types.Tag{Key: &k, Value: aws.String(t.tags[k])}
	}), NextToken: next}, err
}

func tagResource(c *world.Call, org world.Organization, in *api.TagResourceInput) (*api.TagResourceOutput, error) {
	t, err := findTarget(c, org, in.ResourceId)
	if err != nil {
		return nil, err
	}
	tags, err := retag(t.tags, in.Tags)
	if err != nil {
		return nil, err
	}
	t.put(tags)
	return &api.TagResourceOutput{}, nil
}

func untagResource(c *world.Call, org world.Organization, in *api.UntagResourceInput) (*api.UntagResourceOutput, error) {
	t, err := findTarget(c, org, in.ResourceId)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(t.tags, key)
	}
	t.put(t.tags)
	return &api.UntagResourceOutput{}, nil
}
