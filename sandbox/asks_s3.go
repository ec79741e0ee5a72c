package sandbox

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// objectActions are IAM's actions of the S3 operations that are called otherwise.
var objectActions = map[string]string{
	"ListBuckets": "ListAllMyBuckets", "HeadBucket": "ListBucket", "ListObjects": "ListBucket", "ListObjectsV2": "ListBucket",
	"ListObjectVersions": "ListBucketVersions", "ListMultipartUploads": "ListBucketMultipartUploads", "DeleteObjects": "DeleteObject",
	"HeadObject": "GetObject", "GetPublicAccessBlock": "GetBucketPublicAccessBlock", "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
	"DeletePublicAccessBlock": "PutBucketPublicAccessBlock", "GetBucketEncryption": "GetEncryptionConfiguration", "PutBucketEncryption": "PutEncryptionConfiguration",
	"CreateMultipartUpload": "PutObject", "UploadPart": "PutObject", "CompleteMultipartUpload": "PutObject", "CopyObject": "PutObject",
	"ListParts": "ListMultipartUploadParts", "DeleteBucketTagging": "PutBucketTagging",
}

// versioned are the actions that are others for a version that is named.
var versioned = map[string]string{"GetObject": "GetObjectVersion", "DeleteObject": "DeleteObjectVersion", "GetObjectTagging": "GetObjectVersionTagging"}

func objectAsks(c *world.Call, r *wire.Rest) []world.Ask {
	action := cmp.Or(objectActions[c.Operation], c.Operation)
	if v := r.Query.Get("versionId"); v != "" && v != "null" {
		action = cmp.Or(versioned[action], action)
	}
	a := bucketAsk(c, r.Resource)
	a.Action = "s3:" + action
	if c.Operation == "CreateBucket" { // whoever has one of that name
		a.Owner, a.Policy = "", ""
	}
	if a.Resource == c.ARN("s3", "") {
		a.Resource = "*"
	}
	a.Keys = map[string]string{
		"s3:prefix": r.Query.Get("prefix"), "s3:delimiter": r.Query.Get("delimiter"), "s3:max-keys": r.Query.Get("max-keys"),
		"s3:VersionId": r.Query.Get("versionId"), "s3:x-amz-acl": r.Header.Get("X-Amz-Acl"),
		"s3:x-amz-server-side-encryption": r.Header.Get("X-Amz-Server-Side-Encryption"),
	}
	if c.Operation == "DeleteObjects" { // which objects stands in the body
		a.Resource += "/*"
	}
	all := []world.Ask{a}
	if source := r.Header.Get("X-Amz-Copy-Source"); source != "" {
		plain, _, _ := strings.Cut(source, "?")
		if name, err := url.PathUnescape(plain); err == nil {
			plain = name
		}
		from := bucketAsk(c, strings.TrimPrefix(plain, "/"))
		from.Action = "s3:GetObject"
		all = append(all, from)
	}
	return all
}

// bucketAsk is about a bucket or an object in it, bucket/key, under the bucket's policy.
func bucketAsk(c *world.Call, resource string) world.Ask {
	name, _, _ := strings.Cut(resource, "/")
	a := world.Ask{Resource: c.ARN("s3", strings.TrimSuffix(resource, "/"))}
	if b, ok := world.BucketOf(c, name); ok {
		a.Owner, a.Policy = b.Account, b.PolicyText(c)
	}
	return a
}
