package s3

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// ask carries out an operation as the owner of bucket b, in which k holds "one".
func ask(t *testing.T, operation string, in wire.Rest) (reply *wire.Reply, code string) {
	t.Helper()
	err := world.Memory().Update(t.Context(), func(tx world.Tx) error {
		c := &world.Call{Tx: tx, Account: "1", Region: "eu-west-1", Operation: operation, Principal: world.Principal{Account: "1"}}
		world.Put(c.In("", ""), world.KindBucket, "b", world.Bucket{Name: "b", Account: "1", Region: "eu-west-1"})
		world.PutObject(c, world.Object{Bucket: "b", Key: "k", ETag: `"tag"`, Body: []byte("one")})
		for _, op := range Service().Operations {
			if op.Name == operation {
				out, err := op.Do(c, &in)
				reply, _ = out.(*wire.Reply)
				return err
			}
		}
		t.Fatalf("no operation %s", operation)
		return nil
	})
	var refused *wire.Error
	if errors.As(err, &refused) {
		return nil, refused.Code
	}
	if err != nil {
		t.Fatal(err)
	}
	return reply, ""
}

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// Each condition, and each member S3 has and the sandbox has not: 501, never ignored. SBX-5
func TestOperations(t *testing.T) {
	cases := []struct {
		name, operation string
		in              wire.Rest
		want            string
	}{
		{"head", "HeadObject", wire.Rest{Resource: "b/k"}, ""},
		{"if it matches, it does", "GetObject", wire.Rest{Resource: "b/k", Header: header("If-Match", `"tag"`)}, ""},
		{"if it matches, it does not", "GetObject", wire.Rest{Resource: "b/k", Header: header("If-Match", `"other"`)}, "PreconditionFailed"},
		{"a part", "GetObject", wire.Rest{Resource: "b/k", Query: url.Values{"partNumber": {"1"}}}, "NotImplemented"},
		{"a changed answer", "GetObject", wire.Rest{Resource: "b/k", Query: url.Values{"response-content-type": {"x"}}}, "NotImplemented"},
		{"only since", "GetObject", wire.Rest{Resource: "b/k", Header: header("If-Modified-Since", "x")}, "NotImplemented"},
		{"put once more", "PutObject", wire.Rest{Resource: "b/k", Header: header("If-None-Match", "*")}, "PreconditionFailed"},
		{"put once", "PutObject", wire.Rest{Resource: "b/new", Header: header("If-None-Match", "*")}, ""},
		{"put if another tag", "PutObject", wire.Rest{Resource: "b/k", Header: header("If-None-Match", `"x"`)}, "NotImplemented"},
		{"a key too long", "PutObject", wire.Rest{Resource: "b/" + strings.Repeat("k", 1025)}, "KeyTooLongError"},
		{"encrypted by S3", "PutObject", wire.Rest{Resource: "b/k", Header: header("X-Amz-Server-Side-Encryption", "AES256")}, ""},
		{"encrypted by KMS", "PutObject", wire.Rest{Resource: "b/k", Header: header("X-Amz-Server-Side-Encryption", "aws:kms")}, "NotImplemented"},
		{"tagged", "PutObject", wire.Rest{Resource: "b/k", Header: header("X-Amz-Tagging", "a=b")}, ""},
		{"open to all", "PutObject", wire.Rest{Resource: "b/k", Header: header("X-Amz-Acl", "public-read")}, "NotImplemented"},
		{"one version away", "DeleteObject", wire.Rest{Resource: "b/k", Query: url.Values{"versionId": {"1"}}}, ""},
		{"away twice", "DeleteObject", wire.Rest{Resource: "b/none"}, ""},
		{"versions off", "PutBucketVersioning", versioned("Suspended"), "NotImplemented"},
		{"versions on", "PutBucketVersioning", versioned("Enabled"), ""},
		{"versions maybe", "PutBucketVersioning", versioned("Maybe"), "MalformedXML"},
		{"not XML", "PutBucketVersioning", wire.Rest{Resource: "b/", Body: []byte("<"), Query: url.Values{"versioning": {""}}}, "MalformedXML"},
		{"a bucket's configuration is not XML", "CreateBucket", wire.Rest{Resource: "new/", Body: []byte("<")}, "MalformedXML"},
		{"keys without number", "ListObjectsV2", list("max-keys", "many"), "InvalidArgument"},
		{"another encoding", "ListObjectsV2", list("encoding-type", "base64"), "InvalidArgument"},
		{"a torn token", "ListObjectsV2", list("continuation-token", "?"), "InvalidArgument"},
		{"owners", "ListObjectsV2", list("fetch-owner", "true"), ""},
		{"all buckets", "ListBuckets", wire.Rest{Resource: "/"}, ""},
		{"no buckets", "ListBuckets", wire.Rest{Resource: "/", Query: url.Values{"max-buckets": {"0"}}}, "InvalidArgument"},
		{"buckets after a torn token", "ListBuckets", wire.Rest{Resource: "/", Query: url.Values{"continuation-token": {"?"}}}, "InvalidArgument"},
		{"no keys", "ListObjectsV2", list("max-keys", "0"), ""},
	}
	for _, c := range cases {
		if _, got := ask(t, c.operation, c.in); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func versioned(status string) wire.Rest {
	return wire.Rest{Resource: "b/", Query: url.Values{"versioning": {""}}, Body: []byte(
		`<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>` + status + `</Status></VersioningConfiguration>`)}
}

func list(member, value string) wire.Rest {
	return wire.Rest{Resource: "b/", Query: url.Values{"list-type": {"2"}, member: {value}}}
}

// What has not changed is 304, without a body.
func TestNotModified(t *testing.T) {
	reply, code := ask(t, "GetObject", wire.Rest{Resource: "b/k", Header: header("If-None-Match", `"tag"`)})
	if code != "" || reply.Status != http.StatusNotModified || len(reply.Body) != 0 {
		t.Errorf("%+v, %s", reply, code)
	}
}

// Where a list begins is said as the client asked for names: a marker left as it is would begin
// the next page elsewhere.
func TestWhereListsBegin(t *testing.T) {
	for operation, c := range map[string]struct{ asked, told string }{
		"ListObjectVersions": {"key-marker", "KeyMarker"},
		"ListObjects":        {"marker", "Marker"},
		"ListObjectsV2":      {"start-after", "StartAfter"},
	} {
		query := url.Values{c.asked: {"a+b"}, "encoding-type": {"url"}}
		if operation == "ListObjectsV2" {
			query.Set("list-type", "2")
		}
		reply, code := ask(t, operation, wire.Rest{Resource: "b/", Query: query})
		if code != "" {
			t.Errorf("%s: %s", operation, code)
			continue
		}
		if want := "<" + c.told + ">a%2Bb</" + c.told + ">"; !strings.Contains(string(reply.Body), want) {
			t.Errorf("%s: no %s in %s", operation, want, reply.Body)
		}
	}
}
