package marketplacecatalog

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func tagged(given []types.Tag) map[string]string {
	var all map[string]string
	for _, t := range given {
		if all == nil {
			all = map[string]string{}
		}
		all[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return all
}

// labels reads the tags of an experience or a change set, and gives how to keep them.
func labels(c *world.Call, arn *string) (tags map[string]string, keep func(map[string]string), err error) {
	at, _ := enter(c)
	rest, _ := strings.CutPrefix(aws.ToString(arn), strings.TrimSuffix(entityARN(at.Account, "", ""), "/"))
	typ, id, _ := strings.Cut(rest, "/")
	switch typ {
	case "Experience":
		if e, ok := world.Get[Experience](at, kindExperience, id); ok {
			return e.Tags, func(tags map[string]string) { e.Tags = tags; world.Put(at, kindExperience, id, e) }, nil
		}
	case "ChangeSet":
		if s, ok := world.Get[changeSet](at, kindSet, id); ok {
			return s.Tags, func(tags map[string]string) { s.Tags = tags; world.Put(at, kindSet, id, s) }, nil
		}
	}
	return nil, nil, noSuch("Resource " + aws.ToString(arn))
}

func tagResource(c *world.Call, in *marketplacecatalog.TagResourceInput) (*marketplacecatalog.TagResourceOutput, error) {
	tags, keep, err := labels(c, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(tags)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, tagged(in.Tags))
	keep(all)
	return &marketplacecatalog.TagResourceOutput{}, nil
}

func untagResource(c *world.Call, in *marketplacecatalog.UntagResourceInput) (*marketplacecatalog.UntagResourceOutput, error) {
	tags, keep, err := labels(c, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(tags)
	maps.DeleteFunc(all, func(key, _ string) bool { return slices.Contains(in.TagKeys, key) })
	keep(all)
	return &marketplacecatalog.UntagResourceOutput{}, nil
}

func listTags(c *world.Call, in *marketplacecatalog.ListTagsForResourceInput) (*marketplacecatalog.ListTagsForResourceOutput, error) {
	tags, _, err := labels(c, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := &marketplacecatalog.ListTagsForResourceOutput{ResourceArn: in.ResourceArn}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return out, nil
}
