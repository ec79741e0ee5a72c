// Package s3 answers the operations of S3 on buckets, objects, their parts, versions and tags. Buckets and
// objects are the world's, so that the services that read a template by its URL find it.
package s3

import (
	"net/http"
	"slices"
	"strings"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Service is S3. It reads its REST requests itself.
func Service() world.Service {
	return world.Service{Name: "s3", Route: route, Operations: slices.Concat(policyOperations(), multipartOperations(), moreOperations(), []world.Operation{
		read("ListBuckets", listBuckets, bucketsQuery...),
		write("CreateBucket", createBucket),
		read("HeadBucket", headBucket),
		read("GetBucketVersioning", getVersioning, "versioning"),
		write("PutBucketVersioning", putVersioning, "versioning"),
		read("ListObjectsV2", listObjects, listQuery...),
		write("PutObject", putObject, putHeaders...),
		read("GetObject", getObject, getHeaders...),
		read("HeadObject", headObject, getHeaders...),
		write("DeleteObject", deleteObject, "versionId"),
	})}
}

// request is a REST request with its bucket and key found.
type request struct {
	*wire.Rest
	bucket, key string
}

type operation func(*world.Call, request) (*wire.Reply, error)

func read(name string, do operation, takes ...string) world.Operation {
	return world.Read(name, func(c *world.Call, in *wire.Rest) (*wire.Reply, error) { return carry(c, name, in, do, takes) })
}

func write(name string, do operation, takes ...string) world.Operation {
	op := read(name, do, takes...)
	op.Mutating = true
	return op
}

// common are the headers every operation takes.
var common = []string{"content-type", "content-md5", "x-amz-expected-bucket-owner", "x-amz-sdk-checksum-algorithm"}

// carry refuses what the operation would ignore, and finds bucket and key.
func carry(c *world.Call, name string, in *wire.Rest, do operation, takes []string) (*wire.Reply, error) {
	for q := range in.Query {
		if !slices.Contains(takes, q) {
			return nil, wire.NotHere("s3:" + name + "." + q)
		}
	}
	for h := range in.Header {
		h = strings.ToLower(h)
		if asks(h) && !slices.Contains(common, h) && !slices.Contains(takes, h) {
			return nil, wire.NotHere("s3:" + name + "." + h)
		}
	}
	bucket, key, _ := strings.Cut(in.Resource, "/")
	return do(c, request{in, bucket, key})
}

// asks says whether a header changes what S3 does. Metadata and checksums always may.
func asks(header string) bool {
	if strings.HasPrefix(header, "x-amz-meta-") || strings.HasPrefix(header, "x-amz-checksum-") && header != "x-amz-checksum-mode" {
		return false
	}
	return strings.HasPrefix(header, "x-amz-") || strings.HasPrefix(header, "if-") || header == "range" || header == "expires"
}

// home finds the request's bucket, where the caller signed for its region. Whether he may is
// decided before.
func home(c *world.Call, r request, reads bool) (world.Bucket, error) {
	b, ok := world.BucketOf(c, r.bucket)
	switch owner := r.Header.Get("X-Amz-Expected-Bucket-Owner"); {
	case !ok:
		return b, wire.Fail("NoSuchBucket", "The specified bucket does not exist").With(http.StatusNotFound)
	case owner != "" && owner != b.Account:
		return b, wire.Fail("AccessDenied", "Access Denied").With(http.StatusForbidden)
	case b.Region != c.Region:
		return b, wire.Fail("AuthorizationHeaderMalformed", "The authorization header is malformed; the region '%s' is wrong; expecting '%s'",
			c.Region, b.Region)
	}
	return b, nil
}

func reply(headers map[string]string) *wire.Reply { return &wire.Reply{Header: headers} }
