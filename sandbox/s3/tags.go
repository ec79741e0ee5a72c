package s3

import (
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

const (
	objectTags = 10
	bucketTags = 50
)

// tagging is the body of the operations on tags.
type tagging struct {
	XMLName xml.Name `xml:"Tagging"`
	TagSet  struct {
		Tag []struct{ Key, Value string }
	}
}

func badTag(format string, args ...any) error { return wire.Fail("InvalidTag", format, args...) }

// tagsOf reads the tags of a header: a=b&c=d.
func tagsOf(header string) (map[string]string, error) {
	values, err := url.ParseQuery(header)
	if err != nil {
		return nil, wire.Fail("InvalidArgument", "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.")
	}
	var tags map[string]string
	for k, v := range values {
		if len(v) != 1 {
			return nil, badTag("Cannot provide multiple Tags with the same key")
		}
		if tags == nil {
			tags = map[string]string{}
		}
		tags[k] = v[0]
	}
	return tags, few(tags, objectTags)
}

func few(tags map[string]string, most int) error {
	if len(tags) > most {
		return wire.Fail("BadRequest", "Object tags cannot be greater than %d", most)
	}
	for k, v := range tags {
		if k == "" || len([]rune(k)) > 128 || len([]rune(v)) > 256 {
			return badTag("The TagKey or TagValue you have provided is invalid")
		}
	}
	return nil
}

// readTags reads a body's tags; deleting them is having none.
func readTags(c *world.Call, r request, most int) (map[string]string, error) {
	if r.Method == http.MethodDelete || c.Operation == "DeleteObjectTagging" || c.Operation == "DeleteBucketTagging" {
		return nil, nil
	}
	var in tagging
	if xml.Unmarshal(r.Body, &in) != nil {
		return nil, malformed()
	}
	tags := map[string]string{}
	for _, t := range in.TagSet.Tag {
		if _, twice := tags[t.Key]; twice {
			return nil, badTag("Cannot provide multiple Tags with the same key")
		}
		tags[t.Key] = t.Value
	}
	return tags, few(tags, most)
}

func writeTags(tags map[string]string) (*wire.Reply, error) {
	var out tagging
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out.TagSet.Tag = append(out.TagSet.Tag, struct{ Key, Value string }{k, tags[k]})
	}
	return document(out)
}

func getTags(c *world.Call, r request) (*wire.Reply, error) {
	o, err := find(c, r)
	if err != nil {
		return nil, err
	}
	return writeTags(o.Tags)
}

func putTags(c *world.Call, r request) (*wire.Reply, error) {
	o, err := find(c, r)
	if err != nil {
		return nil, err
	}
	if o.Tags, err = readTags(c, r, objectTags); err != nil {
		return nil, err
	}
	world.PutObject(c, o)
	if v, ok := world.Get[version](c.In(r.bucket, o.VersionID), kindVersion, r.key); ok && o.VersionID != "" {
		v.Object.Tags = o.Tags
		world.Put(c.In(r.bucket, o.VersionID), kindVersion, r.key, v)
	}
	if c.Operation == "DeleteObjectTagging" {
		return &wire.Reply{Status: http.StatusNoContent}, nil
	}
	return reply(nil), nil
}

func getBucketTags(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, true)
	if err != nil {
		return nil, err
	}
	if len(b.Tags) == 0 {
		return nil, wire.Fail("NoSuchTagSet", "The TagSet does not exist").With(http.StatusNotFound)
	}
	return writeTags(b.Tags)
}

func putBucketTags(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, false)
	if err != nil {
		return nil, err
	}
	if b.Tags, err = readTags(c, r, bucketTags); err != nil {
		return nil, err
	}
	keepBucket(c, b)
	return &wire.Reply{Status: http.StatusNoContent}, nil
}
