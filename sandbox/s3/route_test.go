package s3

import (
	"net/http/httptest"
	"testing"
)

// What a request asks for is its method, its place and its mark; also what is not here has
// its name, for the 501 and the log.
func TestRoute(t *testing.T) {
	cases := []struct{ method, url, header, operation, resource string }{
		{"GET", "https://s3.eu-west-1.amazonaws.com/", "", "ListBuckets", "/"},
		{"PUT", "https://b.s3.eu-west-1.amazonaws.com/", "", "CreateBucket", "b/"},
		{"HEAD", "http://127.0.0.1/b", "", "HeadBucket", "b/"},
		{"GET", "http://127.0.0.1/b?list-type=2&prefix=x", "", "ListObjectsV2", "b/"},
		{"GET", "http://127.0.0.1/b", "", "ListObjects", "b/"},
		{"GET", "http://127.0.0.1/b?versioning", "", "GetBucketVersioning", "b/"},
		{"PUT", "http://127.0.0.1/b?policy", "", "PutBucketPolicy", "b/"},
		{"PUT", "https://b.s3.amazonaws.com/k/l", "", "PutObject", "b/k/l"},
		{"PUT", "https://b.s3.amazonaws.com/k", "X-Amz-Copy-Source", "CopyObject", "b/k"},
		{"PUT", "http://127.0.0.1/b/k?partNumber=1&uploadId=u", "", "UploadPart", "b/k"},
		{"POST", "http://127.0.0.1/b/k?uploads", "", "CreateMultipartUpload", "b/k"},
		{"DELETE", "http://127.0.0.1/b/k", "", "DeleteObject", "b/k"},
		{"PATCH", "http://127.0.0.1/b/k", "", "PATCH", "b/k"},
	}
	for _, c := range cases {
		r := httptest.NewRequest(c.method, c.url, nil)
		if c.header != "" {
			r.Header.Set(c.header, "x")
		}
		if operation, resource := route(r); operation != c.operation || resource != c.resource {
			t.Errorf("%s %s: %s on %s", c.method, c.url, operation, resource)
		}
	}
}
