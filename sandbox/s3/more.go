package s3

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func moreOperations() []world.Operation {
	return []world.Operation{
		read("GetBucketLocation", getLocation, "location"),
		write("DeleteBucket", deleteBucket),
		write("DeleteObjects", deleteObjects, "delete"),
		write("CopyObject", copyObject, "x-amz-copy-source", "x-amz-metadata-directive", "x-amz-server-side-encryption"),
		read("ListObjects", listFirst, "prefix", "delimiter", "marker", "max-keys", "encoding-type"),
		read("ListObjectVersions", listVersions, "versions", "prefix", "max-keys", "key-marker", "version-id-marker", "encoding-type"),
		read("GetBucketTagging", getBucketTags, "tagging"),
		write("PutBucketTagging", putBucketTags, "tagging"),
		write("DeleteBucketTagging", putBucketTags, "tagging"),
		read("GetObjectTagging", getTags, "tagging"),
		write("PutObjectTagging", putTags, "tagging"),
		write("DeleteObjectTagging", putTags, "tagging"),
	}
}

func getLocation(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, true)
	if err != nil {
		return nil, err
	}
	where := b.Region
	if where == "us-east-1" {
		where = ""
	}
	return document(struct {
		XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ LocationConstraint"`
		Region  string   `xml:",chardata"`
	}{Region: where})
}

// deleteBucket takes an empty bucket away, with the uploads that were never completed.
func deleteBucket(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, false)
	if err != nil {
		return nil, err
	}
	if len(past(c, b.Name, "")) > 0 {
		return nil, wire.Fail("BucketNotEmpty", "The bucket you tried to delete is not empty").With(http.StatusConflict)
	}
	for _, u := range world.List[upload](c.In(b.Name, ""), kindUpload) {
		u.forget(c)
	}
	world.Remove(c.In(b.Name, ""), kindVersions, "n")
	world.Remove(c.In("", ""), world.KindBucket, b.Name)
	return &wire.Reply{Status: http.StatusNoContent}, nil
}

type deleted struct {
	Key                   string
	VersionId             string `xml:",omitempty"`
	DeleteMarker          bool   `xml:",omitempty"`
	DeleteMarkerVersionId string `xml:",omitempty"`
}

func deleteObjects(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, false)
	if err != nil {
		return nil, err
	}
	var in struct {
		Quiet   bool
		Objects []struct{ Key, VersionId string } `xml:"Object"`
	}
	if xml.Unmarshal(r.Body, &in) != nil || len(in.Objects) == 0 || len(in.Objects) > maxKeys {
		return nil, malformed()
	}
	out := struct {
		XMLName xml.Name  `xml:"http://s3.amazonaws.com/doc/2006-03-01/ DeleteResult"`
		Deleted []deleted `xml:",omitempty"`
	}{}
	for _, o := range in.Objects {
		one := r
		one.key = o.Key
		head := away(c, b, one, o.VersionId)
		d := deleted{Key: o.Key, VersionId: o.VersionId, DeleteMarker: head["X-Amz-Delete-Marker"] != ""}
		if d.DeleteMarker {
			d.DeleteMarkerVersionId = head["X-Amz-Version-Id"]
		}
		if !in.Quiet {
			out.Deleted = append(out.Deleted, d)
		}
	}
	return document(out)
}

// copyObject makes an object of another. Whether the caller may read that one is asked before.
func copyObject(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, false)
	if err == nil {
		err = writable(c, r)
	}
	if err != nil {
		return nil, err
	}
	from, err := source(c, r)
	if err != nil {
		return nil, err
	}
	made := newObject(c, b, r)
	switch d := r.Header.Get("X-Amz-Metadata-Directive"); {
	case d == "" || d == "COPY":
		made.ContentType, made.Meta = from.ContentType, from.Meta
		if from.Bucket == b.Name && from.Key == r.key {
			return nil, wire.Fail("InvalidRequest", "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.")
		}
	case d != "REPLACE":
		return nil, wire.Fail("InvalidArgument", "Unknown metadata directive.")
	}
	made.Body, made.ETag, made.Checksums, made.Tags = from.Body, etag(from.Body), from.Checksums, from.Tags
	store(c, b, &made)
	out, err := document(struct {
		XMLName            xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CopyObjectResult"`
		LastModified, ETag string
	}{LastModified: c.Now.UTC().Format(listTime), ETag: made.ETag})
	if err == nil && made.VersionID != "" {
		out.Header["X-Amz-Version-Id"] = made.VersionID
	}
	return out, err
}

// source finds the object that is copied: bucket/key, with a version where one is named.
func source(c *world.Call, r request) (world.Object, error) {
	plain, id, _ := strings.Cut(r.Header.Get("X-Amz-Copy-Source"), "?versionId=")
	name, err := url.PathUnescape(strings.TrimPrefix(plain, "/"))
	bucket, key, ok := strings.Cut(name, "/")
	if err != nil || !ok || key == "" {
		return world.Object{}, wire.Fail("InvalidArgument", "Invalid copy source object key")
	}
	if _, ok := world.BucketOf(c, bucket); !ok {
		return world.Object{}, wire.Fail("NoSuchBucket", "The specified bucket does not exist").With(http.StatusNotFound)
	}
	from := request{&wire.Rest{Query: url.Values{}}, bucket, key}
	if id != "" {
		from.Query.Set("versionId", id)
	}
	return object(c, from)
}

// listFirst is the first form of ListObjects, whose pages begin behind a key.
func listFirst(c *world.Call, r request) (*wire.Reply, error) {
	r.Query.Set("list-type", "2")
	r.Query.Set("start-after", r.Query.Get("marker"))
	r.Query.Set("fetch-owner", "true")
	l, err := listed(c, r)
	if err != nil {
		return nil, err
	}
	marker := encoded(r.Query.Get("marker"), l.EncodingType)
	l.Marker, l.KeyCount = &marker, nil
	if l.IsTruncated && l.Delimiter != "" {
		l.NextMarker = encoded(l.end(), l.EncodingType)
	}
	l.NextContinuationToken = ""
	l.encode()
	return document(l)
}
