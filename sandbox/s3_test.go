package sandbox_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/axle-cd/axle/sandbox"
)

const artifacts = "axle-artifacts-999999999999-eu-west-1"

// bucketClient speaks virtual host in process, path style on a port. SBX-11
func bucketClient(c aws.Config) *s3.Client {
	return s3.NewFromConfig(c, func(o *s3.Options) {
		o.UsePathStyle, o.RetryMaxAttempts = c.BaseEndpoint != nil, 1
	})
}

func putText(t *testing.T, c aws.Config, bucket, key, text string) *s3.PutObjectOutput {
	t.Helper()
	out, err := bucketClient(c).PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// readText is what the key holds, or the error's code.
func readText(t *testing.T, c aws.Config, in *s3.GetObjectInput) string {
	t.Helper()
	out, err := bucketClient(c).GetObject(t.Context(), in)
	if err != nil {
		return codeOf(err)
	}
	text, err := io.ReadAll(out.Body) // the client compares the checksum as it reads
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestObjectsThereAndBack(t *testing.T) {
	bothWays(t, func(t *testing.T, _ *sandbox.Sandbox, c aws.Config) {
		big := strings.Repeat("0123456789abcdef", 12<<16) // 12 MB
		for _, key := range []string{"plain.yaml", "a b/ü+=&%2F.yaml", "~x/./y", "q?#[]!'()*"} {
			putText(t, c, artifacts, key, key)
			if got := readText(t, c, &s3.GetObjectInput{Bucket: aws.String(artifacts), Key: &key}); got != key {
				t.Errorf("%q holds %q", key, got)
			}
		}
		putText(t, c, artifacts, "big", big)
		if got := readText(t, c, &s3.GetObjectInput{Bucket: aws.String(artifacts), Key: aws.String("big")}); got != big {
			t.Errorf("big holds %d bytes", len(got))
		}
		putText(t, c, artifacts, "empty", "")
		head, err := bucketClient(c).HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(artifacts), Key: aws.String("big")})
		if err != nil || *head.ContentLength != int64(len(big)) {
			t.Errorf("head: %+v, %v", head, err)
		}
	})
}

// Metadata, type and every checksum come back as they went.
func TestObjectAttributes(t *testing.T) {
	c := config(t, newSandbox(t, sandbox.Options{}), "axle")
	client := bucketClient(c)
	var encoding *string
	for _, algorithm := range []types.ChecksumAlgorithm{"CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"} {
		key := string(algorithm)
		_, err := client.PutObject(t.Context(), &s3.PutObjectInput{
			Bucket: aws.String(artifacts), Key: &key, Body: bytes.NewReader([]byte(key)), ChecksumAlgorithm: algorithm,
			ContentType: aws.String("application/yaml"), ContentEncoding: encoding, Metadata: map[string]string{"commit": "abc"}})
		if err != nil {
			t.Fatal(algorithm, err)
		}
		out, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(artifacts), Key: &key, ChecksumMode: types.ChecksumModeEnabled})
		if err != nil {
			t.Fatal(algorithm, err)
		}
		if _, err := io.ReadAll(out.Body); err != nil || *out.ContentType != "application/yaml" || aws.ToString(out.ContentEncoding) != aws.ToString(encoding) || out.Metadata["commit"] != "abc" {
			t.Errorf("%s: %v, %v, %v, %v", algorithm, *out.ContentType, aws.ToString(out.ContentEncoding), out.Metadata, err)
		}
		encoding = aws.String("identity-of-ours")
	}
}

// A template is written once: If-None-Match on a key that is there is 412. Versions stay.
func TestVersions(t *testing.T) {
	c := config(t, newSandbox(t, sandbox.Options{}), "axle")
	client, bucket, key := bucketClient(c), aws.String(artifacts), aws.String("t.yaml")
	once := func() string {
		_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader("one"), IfNoneMatch: aws.String("*")})
		return codeOf(err)
	}
	if first, second := once(), once(); first != "" || second != "PreconditionFailed" {
		t.Errorf("first %q, second %q", first, second)
	}
	two := putText(t, c, artifacts, *key, "two")
	three := putText(t, c, artifacts, *key, "three")
	if _, err := client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: key}); err != nil {
		t.Fatal(err)
	}
	for _, k := range []struct {
		version *string
		want    string
	}{{nil, "NoSuchKey"}, {two.VersionId, "two"}, {three.VersionId, "three"}, {aws.String("none"), "NoSuchVersion"}} {
		if got := readText(t, c, &s3.GetObjectInput{Bucket: bucket, Key: key, VersionId: k.version}); got != k.want {
			t.Errorf("version %v: %q, want %q", aws.ToString(k.version), got, k.want)
		}
	}
	if _, err := client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: bucket, Key: key}); codeOf(err) != "NotFound" {
		t.Errorf("head of what is deleted: %v", err)
	}
}

// Who reads and who writes. The hub cannot read a spoke's bucket; the organization reads the hub's.
func TestWhoMay(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	hub := config(t, s, "axle")
	spoke := assume(t, hub, roleARN(spoke1, "CatalogBuilder"))
	if _, err := bucketClient(spoke).CreateBucket(t.Context(), located("spokes-own", "eu-west-1")); err != nil {
		t.Fatal(err)
	}
	putText(t, spoke, "spokes-own", "k", "spoke's")
	putText(t, hub, artifacts, "k", "hub's")
	us := hub.Copy()
	us.Region = "us-east-1"
	cases := []struct {
		name string
		c    aws.Config
		in   *s3.GetObjectInput
		want string
	}{
		{"the organization reads the hub's", spoke, &s3.GetObjectInput{Bucket: aws.String(artifacts)}, "hub's"},
		{"the hub does not read the spoke's", hub, &s3.GetObjectInput{Bucket: aws.String("spokes-own")}, "AccessDenied"},
		{"the owner is another than expected", hub, &s3.GetObjectInput{Bucket: aws.String(artifacts), ExpectedBucketOwner: aws.String(spoke1)}, "AccessDenied"},
		{"no such bucket", hub, &s3.GetObjectInput{Bucket: aws.String("nobodys")}, "NoSuchBucket"},
		{"signed for another region", us, &s3.GetObjectInput{Bucket: aws.String(artifacts)}, "AuthorizationHeaderMalformed"},
		{"a part of nothing", hub, &s3.GetObjectInput{Bucket: aws.String(artifacts), PartNumber: aws.Int32(1)}, "NotImplemented"},
	}
	for _, c := range cases {
		c.in.Key = aws.String("k")
		if got := readText(t, c.c, c.in); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	_, err := bucketClient(spoke).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(artifacts), Key: aws.String("k"), Body: strings.NewReader("x")})
	if codeOf(err) != "AccessDenied" {
		t.Errorf("a spoke writes to the hub's: %v", err)
	}
}

func located(name, region string) *s3.CreateBucketInput {
	return &s3.CreateBucketInput{Bucket: &name, CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(region)}}
}

// Bucket names are global. SBX-20
func TestCreateBucket(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	hub, other := config(t, s, "axle"), config(t, s, "management")
	cases := []struct {
		name, want string
		c          aws.Config
		in         *s3.CreateBucketInput
	}{
		{"new", "", hub, located("new-bucket", "eu-west-1")},
		{"again", "BucketAlreadyOwnedByYou", hub, located("new-bucket", "eu-west-1")},
		{"another's", "BucketAlreadyExists", other, located("new-bucket", "eu-west-1")},
		{"elsewhere", "IllegalLocationConstraintException", hub, located("far-bucket", "eu-central-1")},
		{"no name", "InvalidBucketName", hub, located("New_Bucket", "eu-west-1")},
	}
	for _, c := range cases {
		client := s3.NewFromConfig(c.c, pathStyle)
		if _, err := client.CreateBucket(t.Context(), c.in); codeOf(err) != c.want {
			t.Errorf("%s: %q, want %q", c.name, codeOf(err), c.want)
		}
	}
	client := bucketClient(hub)
	versioned := func() types.BucketVersioningStatus {
		out, err := client.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: aws.String("new-bucket")})
		if err != nil {
			t.Fatal(err)
		}
		return out.Status
	}
	before := versioned()
	if _, err := client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: aws.String("new-bucket"),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}}); err != nil {
		t.Fatal(err)
	}
	if after := versioned(); before != "" || after != types.BucketVersioningStatusEnabled {
		t.Errorf("versioning was %q, is %q", before, after)
	}
	for bucket, want := range map[string]string{"new-bucket": "", "nobodys": "NotFound"} {
		if _, err := client.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: &bucket}); codeOf(err) != want {
			t.Errorf("head of %s: %v", bucket, err)
		}
	}
}

// A caller's buckets are its account's, of every region, in pages; never another's. SBX-20
func TestListBuckets(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	hub := config(t, s, "axle")
	spoke := assume(t, hub, roleARN(spoke1, "CatalogBuilder"))
	if _, err := bucketClient(spoke).CreateBucket(t.Context(), located("spokes-own", "eu-west-1")); err != nil {
		t.Fatal(err)
	}
	const all = "eu-central-1|eu-west-1|us-east-1|us-west-2"
	cases := []struct {
		c    aws.Config
		in   s3.ListBucketsInput
		want string
	}{
		{hub, s3.ListBucketsInput{}, all},
		{hub, s3.ListBucketsInput{MaxBuckets: aws.Int32(1)}, all},
		{hub, s3.ListBucketsInput{MaxBuckets: aws.Int32(2)}, all},
		{hub, s3.ListBucketsInput{BucketRegion: aws.String("us-east-1")}, "us-east-1"},
		{hub, s3.ListBucketsInput{Prefix: aws.String("spokes")}, ""},
		{spoke, s3.ListBucketsInput{}, "spokes-own"},
	}
	for _, k := range cases {
		var names []string
		for pages := s3.NewListBucketsPaginator(bucketClient(k.c), &k.in); pages.HasMorePages(); {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if k.in.MaxBuckets != nil && len(page.Buckets) > int(*k.in.MaxBuckets) {
				t.Errorf("a page of %d", len(page.Buckets))
			}
			for _, b := range page.Buckets {
				names = append(names, strings.TrimPrefix(*b.Name, "axle-artifacts-999999999999-"))
			}
		}
		if got := strings.Join(names, "|"); got != k.want {
			t.Errorf("%+v: %s, want %s", k.in, got, k.want)
		}
	}
}

// Lists come in order, in pages, by prefix and folder.
func TestListObjects(t *testing.T) {
	c := config(t, newSandbox(t, sandbox.Options{}), "axle")
	for _, key := range []string{"a/1", "a/2", "a/b/3", "b", "c/4", "ü x"} {
		putText(t, c, artifacts, key, key)
	}
	cases := []struct {
		in   s3.ListObjectsV2Input
		want string
	}{
		{s3.ListObjectsV2Input{}, "a/1|a/2|a/b/3|b|c/4|ü x"},
		{s3.ListObjectsV2Input{Prefix: aws.String("a/")}, "a/1|a/2|a/b/3"},
		{s3.ListObjectsV2Input{Delimiter: aws.String("/")}, "a/|b|c/|ü x"},
		{s3.ListObjectsV2Input{Prefix: aws.String("a/"), Delimiter: aws.String("/")}, "a/1|a/2|a/b/"},
		{s3.ListObjectsV2Input{StartAfter: aws.String("a/2")}, "a/b/3|b|c/4|ü x"},
		{s3.ListObjectsV2Input{EncodingType: types.EncodingTypeUrl, StartAfter: aws.String("c/4")}, "%C3%BC+x"},
		{s3.ListObjectsV2Input{Prefix: aws.String("none")}, ""},
	}
	for _, k := range cases {
		for _, size := range []int32{1, 2, 1000} {
			if got := listed(t, c, k.in, size); got != k.want {
				t.Errorf("%+v by %d: %s, want %s", k.in, size, got, k.want)
			}
		}
	}
}

// listed is all keys and folders of all pages, sorted.
func listed(t *testing.T, c aws.Config, in s3.ListObjectsV2Input, size int32) string {
	t.Helper()
	in.Bucket, in.MaxKeys = aws.String(artifacts), &size
	var all []string
	for pages := s3.NewListObjectsV2Paginator(bucketClient(c), &in); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n := len(page.Contents) + len(page.CommonPrefixes); n > int(size) || int(*page.KeyCount) != n {
			t.Fatalf("a page of %d says %d", n, *page.KeyCount)
		}
		for _, o := range page.Contents {
			all = append(all, *o.Key)
		}
		for _, p := range page.CommonPrefixes {
			all = append(all, *p.Prefix)
		}
	}
	slices.Sort(all)
	return strings.Join(all, "|")
}

// A presigned URL works for whoever has it, as long as it says. SBX-7
func TestPresigned(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	c := config(t, s, "axle")
	putText(t, c, artifacts, "k", "hello")
	signed, err := s3.NewPresignClient(bucketClient(c)).PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(artifacts), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]int{signed.URL: 200, signed.URL + "0": 403, strings.Replace(signed.URL, "/k?", "/l?", 1): 403} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
		if err != nil {
			t.Fatal(err)
		}
		out, err := s.Transport().RoundTrip(r)
		if err != nil || out.StatusCode != want {
			t.Errorf("want %d: %v, %v", want, out.StatusCode, err)
		}
	}
}
