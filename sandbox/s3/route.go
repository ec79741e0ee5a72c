package s3

import (
	"net/http"

	"github.com/axle-cd/axle/sandbox/world"
)

// at says what a request is on.
type at int

const (
	onService at = iota
	onBucket
	onObject
)

// rule names an operation by method, place, and the query's or header's mark. The first that fits counts.
type rule struct {
	method string
	on     at
	mark   string
	name   string
}

var rules = []rule{
	{"GET", onService, "", "ListBuckets"},
	{"GET", onBucket, "list-type", "ListObjectsV2"},
	{"GET", onBucket, "versioning", "GetBucketVersioning"},
	{"PUT", onBucket, "versioning", "PutBucketVersioning"},
	{"GET", onBucket, "policy", "GetBucketPolicy"},
	{"PUT", onBucket, "policy", "PutBucketPolicy"},
	{"DELETE", onBucket, "policy", "DeleteBucketPolicy"},
	{"GET", onBucket, "policyStatus", "GetBucketPolicyStatus"},
	{"DELETE", onBucket, "publicAccessBlock", "DeletePublicAccessBlock"},
	{"GET", onBucket, "publicAccessBlock", "GetPublicAccessBlock"},
	{"PUT", onBucket, "publicAccessBlock", "PutPublicAccessBlock"},
	{"GET", onBucket, "encryption", "GetBucketEncryption"},
	{"PUT", onBucket, "encryption", "PutBucketEncryption"},
	{"GET", onBucket, "tagging", "GetBucketTagging"},
	{"PUT", onBucket, "tagging", "PutBucketTagging"},
	{"DELETE", onBucket, "tagging", "DeleteBucketTagging"},
	{"GET", onBucket, "location", "GetBucketLocation"},
	{"GET", onBucket, "versions", "ListObjectVersions"},
	{"GET", onBucket, "uploads", "ListMultipartUploads"},
	{"POST", onBucket, "delete", "DeleteObjects"},
	{"GET", onBucket, "", "ListObjects"},
	{"PUT", onBucket, "", "CreateBucket"},
	{"HEAD", onBucket, "", "HeadBucket"},
	{"DELETE", onBucket, "", "DeleteBucket"},
	{"POST", onObject, "uploads", "CreateMultipartUpload"},
	{"PUT", onObject, "uploadId", "UploadPart"},
	{"POST", onObject, "uploadId", "CompleteMultipartUpload"},
	{"DELETE", onObject, "uploadId", "AbortMultipartUpload"},
	{"GET", onObject, "uploadId", "ListParts"},
	{"GET", onObject, "tagging", "GetObjectTagging"},
	{"PUT", onObject, "tagging", "PutObjectTagging"},
	{"DELETE", onObject, "tagging", "DeleteObjectTagging"},
	{"GET", onObject, "acl", "GetObjectAcl"},
	{"PUT", onObject, "acl", "PutObjectAcl"},
	{"PUT", onObject, "X-Amz-Copy-Source", "CopyObject"},
	{"PUT", onObject, "", "PutObject"},
	{"GET", onObject, "", "GetObject"},
	{"HEAD", onObject, "", "HeadObject"},
	{"DELETE", onObject, "", "DeleteObject"},
}

// route names the operation and bucket/key of a request; what no rule knows goes by its method.
func route(r *http.Request) (operation, resource string) {
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	on := onService
	bucket, key, _ := world.SplitBucket(host, r.URL.Path)
	switch {
	case key != "":
		on = onObject
	case bucket != "":
		on = onBucket
	}
	query := r.URL.Query()
	for _, rule := range rules {
		if rule.method == r.Method && rule.on == on && (rule.mark == "" || query.Has(rule.mark) || r.Header.Get(rule.mark) != "") {
			return rule.name, bucket + "/" + key
		}
	}
	return r.Method, bucket + "/" + key
}
