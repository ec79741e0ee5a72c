package wire_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/sandbox/wire"
)

const (
	emptySum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	docScope = "AKIA" + "IOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"
)

var docTime = time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)

// The examples of AWS's documentation "Authenticating Requests" for S3.
func docGet() *http.Request {
	return request("GET", "https://examplebucket.s3.amazonaws.com/test.txt", "", "Range", "bytes=0-9",
		"X-Amz-Content-Sha256", emptySum, "X-Amz-Date", "20130524T000000Z",
		"Authorization", "AWS4-HMAC-SHA256 Credential="+docScope+",SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"+
			"Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
}

func docPresigned() *http.Request {
	return request("GET", "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="+
		strings.ReplaceAll(docScope, "/", "%2F")+"&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"+
		"&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404", "")
}

func docList() *http.Request {
	return request("GET", "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J", "",
		"X-Amz-Content-Sha256", emptySum, "X-Amz-Date", "20130524T000000Z",
		"Authorization", "AWS4-HMAC-SHA256 Credential="+docScope+",SignedHeaders=host;x-amz-content-sha256;x-amz-date,"+
			"Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
}

// verify reads a request and gives the code of what is wrong with its signature.
func verify(r *http.Request, at time.Time) string {
	req, err := wire.Read(r)
	if err == nil {
		err = req.Verify(secret, at)
	}
	if err != nil {
		return err.Code
	}
	return ""
}

// AWS's own examples verify, each change to what is signed breaks them, and time ends them. SBX-12
func TestDocumentedSignatures(t *testing.T) {
	change := func(make func() *http.Request, do func(*http.Request)) *http.Request {
		r := make()
		do(r)
		return r
	}
	cases := []struct {
		name string
		r    *http.Request
		at   time.Duration
		want string
	}{
		{"get", docGet(), 0, ""},
		{"list", docList(), 0, ""},
		{"presigned", docPresigned(), 0, ""},
		{"another method", change(docGet, func(r *http.Request) { r.Method = "DELETE" }), 0, "SignatureDoesNotMatch"},
		{"another key", change(docGet, func(r *http.Request) { r.URL.Path = "/other.txt" }), 0, "SignatureDoesNotMatch"},
		{"another host", change(docGet, func(r *http.Request) { r.Host = "other.s3.amazonaws.com" }), 0, "SignatureDoesNotMatch"},
		{"another range", change(docGet, func(r *http.Request) { r.Header.Set("Range", "bytes=0-10") }), 0, "SignatureDoesNotMatch"},
		{"spaces do not count", change(docGet, func(r *http.Request) { r.Header.Set("Range", "  bytes=0-9 ") }), 0, ""},
		{"another query", change(docList, func(r *http.Request) { r.URL.RawQuery = "max-keys=3&prefix=J" }), 0, "SignatureDoesNotMatch"},
		{"the query's order does not count", change(docList, func(r *http.Request) { r.URL.RawQuery = "prefix=J&max-keys=2" }), 0, ""},
		{"more query", change(docPresigned, func(r *http.Request) { r.URL.RawQuery += "&versionId=1" }), 0, "SignatureDoesNotMatch"},
		{"another body", change(docGet, func(r *http.Request) { r.Body = request("GET", "/", "x").Body }), 0, "XAmzContentSHA256Mismatch"},
		{"in 15 minutes", docGet(), 15 * time.Minute, ""},
		{"in 15 minutes and a second", docGet(), 15*time.Minute + time.Second, "RequestExpired"},
		{"before its time", docGet(), -15*time.Minute - time.Second, "RequestExpired"},
		{"presigned, within its day", docPresigned(), 24 * time.Hour, ""},
		{"presigned, after its day", docPresigned(), 24*time.Hour + time.Second, "AccessDenied"},
		{"presigned, before its time", docPresigned(), -time.Hour, "RequestExpired"},
	}
	for _, c := range cases {
		if got := verify(c.r, docTime.Add(c.at)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// A signature that lacks a part is said to be incomplete.
func TestIncompleteSignatures(t *testing.T) {
	good := docGet().Header.Get("Authorization")
	for name, auth := range map[string]string{
		"another scheme":       "Bearer x",
		"no parts":             "AWS4-HMAC-SHA256",
		"a short scope":        strings.Replace(good, "/us-east-1", "", 1),
		"another day":          strings.Replace(good, "20130524", "20130525", 1),
		"another terminator":   strings.Replace(good, "aws4_request", "aws5_request", 1),
		"the host is unsigned": strings.Replace(good, "host;", "", 1),
		"no signature":         good[:strings.Index(good, "Signature=")],
	} {
		r := docGet()
		r.Header.Set("Authorization", auth)
		if got := verify(r, docTime); got != "IncompleteSignature" {
			t.Errorf("%s: %q", name, got)
		}
	}
	for name, query := range map[string]string{
		"no life":           "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0",
		"another algorithm": "X-Amz-Algorithm=AWS5&X-Amz-Expires=1&X-Amz-Signature=0",
	} {
		if got := verify(request("GET", "/?"+query, ""), docTime); got != "IncompleteSignature" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := verify(request("GET", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=604801&X-Amz-Signature=0", ""), docTime); got != "AuthorizationQueryParametersError" {
		t.Errorf("a life of more than a week: %q", got)
	}
}
