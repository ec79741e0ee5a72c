package servicecatalog

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func fromTags(in []types.Tag) []tag {
	var out []tag
	for _, t := range in {
		out = append(out, tag{val(t.Key), val(t.Value)})
	}
	return out
}

func toTags(in []tag) []types.Tag {
	var out []types.Tag
	for _, t := range in {
		out = append(out, types.Tag{Key: new(t.Key), Value: new(t.Value)})
	}
	return out
}

// retag gives the tags after an update: removed, then added or replaced, in their old order.
func retag(c *world.Call, have []tag, add []types.Tag, remove []string, max ceiling) ([]tag, error) {
	out := slices.DeleteFunc(slices.Clone(have), func(t tag) bool { return slices.Contains(remove, t.Key) })
	for _, t := range fromTags(add) {
		if t.Key == "" {
			return nil, invalid("A tag key must not be empty.")
		}
		if i := slices.IndexFunc(out, func(o tag) bool { return o.Key == t.Key }); i >= 0 {
			out[i] = t
		} else {
			out = append(out, t)
		}
	}
	return out, max.room(c, len(out)-1)
}
