package sandbox_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/axle-cd/axle/sandbox"
)

// twelve is 12 MB of which no two parts are the same.
func twelve() []byte {
	body := make([]byte, 12<<20)
	for i := range body {
		body[i] = byte(i >> 12)
	}
	return body
}

// An object that comes in parts is whole again, whichever the checksum; a bad completion leaves it to be completed. SBX-11
func TestParts(t *testing.T) {
	bothWays(t, func(t *testing.T, s *sandbox.Sandbox, c aws.Config) {
		client, bucket, key, body := bucketClient(c), aws.String(artifacts), aws.String("big"), twelve()
		for algorithm, kind := range map[types.ChecksumAlgorithm]types.ChecksumType{types.ChecksumAlgorithmCrc32: "COMPOSITE", types.ChecksumAlgorithmCrc64nvme: "FULL_OBJECT"} {
			begun, err := client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key, ChecksumAlgorithm: algorithm, Metadata: map[string]string{"a": "b"}})
			if err != nil {
				t.Fatal(err)
			}
			var parts []types.CompletedPart
			for n := range int32(3) {
				from := int(n) * 5 << 20
				out, err := client.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: begun.UploadId, PartNumber: aws.Int32(n + 1), ChecksumAlgorithm: algorithm,
					Body: bytes.NewReader(body[from:min(from+5<<20, len(body))])})
				if err != nil {
					t.Fatal(err)
				}
				parts = append(parts, types.CompletedPart{PartNumber: aws.Int32(n + 1), ETag: out.ETag})
			}
			complete := func(parts ...types.CompletedPart) (string, *s3.CompleteMultipartUploadOutput) {
				out, err := client.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{Bucket: bucket, Key: key, UploadId: begun.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
				return codeOf(err), out
			}
			if listed, err := client.ListParts(t.Context(), &s3.ListPartsInput{Bucket: bucket, Key: key, UploadId: begun.UploadId}); err != nil || len(listed.Parts) != 3 || *listed.Parts[2].Size != 2<<20 {
				t.Errorf("the parts: %+v, %v", listed, err)
			}
			swapped, _ := complete(parts[1], parts[0])
			small, _ := complete(parts[2], types.CompletedPart{PartNumber: aws.Int32(4), ETag: parts[0].ETag})
			other, _ := complete(types.CompletedPart{PartNumber: aws.Int32(1), ETag: aws.String("x")})
			if swapped != "InvalidPartOrder" || small != "EntityTooSmall" || other != "InvalidPart" {
				t.Errorf("%s, %s, %s", swapped, small, other)
			}
			code, done := complete(parts...)
			if code != "" || !strings.HasSuffix(*done.ETag, `-3"`) || done.ChecksumType != kind {
				t.Fatalf("%s %+v", code, done)
			}
			if again, _ := complete(parts...); again != "NoSuchUpload" {
				t.Errorf("completed twice: %s", again)
			}
			got, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: key, ChecksumMode: types.ChecksumModeEnabled})
			if err != nil {
				t.Fatal(err)
			}
			back, err := io.ReadAll(got.Body)
			if err != nil || !bytes.Equal(back, body) || got.Metadata["a"] != "b" {
				t.Errorf("%s: %d bytes are back, %v", algorithm, len(back), err)
			}
		}
	})
}

// What is begun and given up leaves nothing.
func TestUploadGivenUp(t *testing.T) {
	c := config(t, newSandbox(t, sandbox.Options{}), "axle")
	client, bucket, key := bucketClient(c), aws.String(artifacts), aws.String("k")
	begun, err := client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	uploads := func() int {
		out, err := client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: bucket})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.Uploads)
	}
	before := uploads()
	if _, err := client.AbortMultipartUpload(t.Context(), &s3.AbortMultipartUploadInput{Bucket: bucket, Key: key, UploadId: begun.UploadId}); err != nil {
		t.Fatal(err)
	}
	if before != 1 || uploads() != 0 {
		t.Errorf("%d uploads, then %d", before, uploads())
	}
}

// A range is a part of the body; what is none is the whole, and one behind the end is refused.
func TestRange(t *testing.T) {
	c := config(t, newSandbox(t, sandbox.Options{}), "axle")
	putText(t, c, artifacts, "k", "0123456789")
	for header, want := range map[string]string{
		"bytes=0-0": "0", "bytes=2-4": "234", "bytes=8-": "89", "bytes=-3": "789", "bytes=5-99": "56789", "bytes=-99": "0123456789",
		"bytes=10-": "InvalidRange", "bytes=-0": "InvalidRange", "bytes=4-2": "0123456789", "bytes=0-1,4-5": "0123456789", "lines=1-2": "0123456789",
	} {
		if got := readText(t, c, &s3.GetObjectInput{Bucket: aws.String(artifacts), Key: aws.String("k"), Range: &header}); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	out, err := bucketClient(c).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(artifacts), Key: aws.String("k"), Range: aws.String("bytes=2-4")})
	if err != nil || *out.ContentRange != "bytes 2-4/10" || *out.ContentLength != 3 {
		t.Errorf("%+v, %v", out, err)
	}
}

// past is all versions and markers of a bucket, by pages of a size, "*" the newest of its key.
func past(t *testing.T, c aws.Config, bucket string, size int32) string {
	t.Helper()
	var all []string
	for pages := s3.NewListObjectVersionsPaginator(bucketClient(c), &s3.ListObjectVersionsInput{Bucket: &bucket, MaxKeys: &size}); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		star := map[bool]string{true: "*"}
		for _, v := range page.Versions {
			all = append(all, *v.Key+star[*v.IsLatest])
		}
		for _, m := range page.DeleteMarkers {
			all = append(all, *m.Key+"-gone"+star[*m.IsLatest])
		}
	}
	return strings.Join(all, "|")
}

// Deleting in a versioned bucket leaves a marker, deleting that brings the object back; a bucket
// goes when no version is left in it.
func TestMarkers(t *testing.T) {
	c := config(t, newSandbox(t, sandbox.Options{}), "axle")
	client, bucket, key := bucketClient(c), aws.String("versions-of-mine"), aws.String("k")
	if _, err := client.CreateBucket(t.Context(), located(*bucket, "eu-west-1")); err != nil {
		t.Fatal(err)
	}
	putText(t, c, *bucket, *key, "unversioned")
	if _, err := client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: "Enabled"}}); err != nil {
		t.Fatal(err)
	}
	one := putText(t, c, *bucket, *key, "one")
	gone, err := client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: key})
	if err != nil || !*gone.DeleteMarker {
		t.Fatalf("%+v, %v", gone, err)
	}
	for size, want := range map[int32]string{1000: "k|k|k-gone*", 1: "k-gone*|k|k"} { // a page lists its markers last
		if got := past(t, c, *bucket, size); got != want {
			t.Errorf("by %d: %s", size, got)
		}
	}
	read := func(version *string) string {
		return readText(t, c, &s3.GetObjectInput{Bucket: bucket, Key: key, VersionId: version})
	}
	if got := read(gone.VersionId); got != "MethodNotAllowed" {
		t.Errorf("the marker reads %s", got)
	}
	remove := func(version *string) {
		if _, err := client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: key, VersionId: version}); err != nil {
			t.Fatal(err)
		}
	}
	var seen []string
	for _, version := range []*string{gone.VersionId, one.VersionId, aws.String("null")} {
		_, err := client.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: bucket})
		seen = append(seen, read(nil), codeOf(err))
		remove(version)
	}
	if got := strings.Join(seen, " "); got != "NoSuchKey BucketNotEmpty one BucketNotEmpty unversioned BucketNotEmpty" {
		t.Errorf("seen %s", got)
	}
	if _, err := client.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: bucket}); err != nil {
		t.Errorf("an empty bucket: %v", err)
	}
}

// Copies, tags, many deleted at once, and the first form of a list.
func TestObjectsOtherwise(t *testing.T) {
	c := config(t, newSandbox(t, sandbox.Options{}), "axle")
	client, bucket := bucketClient(c), aws.String(artifacts)
	_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: aws.String("dir/ü 1"), Body: strings.NewReader("text"), Tagging: aws.String("a=1&b=2"), Metadata: map[string]string{"m": "x"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: bucket, Key: aws.String("copy"), CopySource: aws.String(artifacts + "/dir/%C3%BC%201")}); err != nil {
		t.Fatal(err)
	}
	head, err := client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: bucket, Key: aws.String("copy")})
	if err != nil || head.Metadata["m"] != "x" || readText(t, c, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("copy")}) != "text" {
		t.Errorf("the copy: %+v, %v", head, err)
	}
	tags, err := client.GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: bucket, Key: aws.String("copy")})
	if err != nil || len(tags.TagSet) != 2 || *tags.TagSet[1].Key != "b" {
		t.Errorf("tags: %+v, %v", tags, err)
	}
	first, err := client.ListObjects(t.Context(), &s3.ListObjectsInput{Bucket: bucket, Delimiter: aws.String("/"), MaxKeys: aws.Int32(1)})
	if err != nil || *first.Contents[0].Key != "copy" || *first.NextMarker != "copy" || !*first.IsTruncated {
		t.Fatalf("%+v, %v", first, err)
	}
	second, err := client.ListObjects(t.Context(), &s3.ListObjectsInput{Bucket: bucket, Delimiter: aws.String("/"), Marker: first.NextMarker})
	if err != nil || len(second.Contents) != 0 || *second.CommonPrefixes[0].Prefix != "dir/" {
		t.Errorf("%+v, %v", second, err)
	}
	out, err := client.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("copy")}, {Key: aws.String("none")}}}})
	if err != nil || len(out.Deleted) != 2 || !*out.Deleted[0].DeleteMarker {
		t.Errorf("%+v, %v", out, err)
	}
	if got := readText(t, c, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("copy")}); got != "NoSuchKey" {
		t.Errorf("what was deleted reads %s", got)
	}
	for name, want := range map[string]string{"no source": "NoSuchKey", "itself": "InvalidRequest"} {
		from := map[string]string{"no source": artifacts + "/none", "itself": artifacts + "/dir/ü 1"}[name]
		if _, err := client.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: bucket, Key: aws.String("dir/ü 1"), CopySource: aws.String(strings.ReplaceAll(from, " ", "%20"))}); codeOf(err) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The aws CLI puts 12 MB in parts, and reads them back by ranges. SBX-11, SBX-81
func TestCLIParts(t *testing.T) {
	c := newCLI(t)
	body := twelve()
	if err := os.WriteFile(filepath.Join(c.dir, "big"), body, 0o600); err != nil {
		t.Fatal(err)
	}
	c.run("s3", "cp", "--no-progress", "big", "s3://"+artifacts+"/big")
	c.run("s3", "cp", "--no-progress", "s3://"+artifacts+"/big", "back")
	back, err := os.ReadFile(filepath.Join(c.dir, "back"))
	if err != nil || !bytes.Equal(back, body) {
		t.Errorf("%d bytes are back, %v", len(back), err)
	}
	if got := c.run("s3", "rm", "--recursive", "s3://"+artifacts+"/"); got != "delete: s3://"+artifacts+"/big" {
		t.Errorf("rm: %s", got)
	}
}
