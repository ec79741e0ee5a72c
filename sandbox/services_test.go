package sandbox_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/sandbox"
)

func TestSmoke(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	for name, c := range map[string]aws.Config{"process": config(t, s, "axle"), "port": overPort(t, s, "axle")} {
		t.Run(name, func(t *testing.T) {
			out, err := sts.NewFromConfig(c).GetCallerIdentity(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Log(*out.Arn, *out.UserId)
			acc, err := organizations.NewFromConfig(c).ListAccounts(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Log(len(acc.Accounts))
			bu := assumed(t, c, "arn:aws:iam::333333333333:role/CatalogBuilder")
			cl := s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = name == "port" })
			bucket := aws.String("axle-artifacts-999999999999-eu-west-1")
			put, err := cl.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: aws.String("a b/ü+=&.yaml"), Body: bytes.NewReader([]byte("hello"))})
			if err != nil {
				t.Fatal(err)
			}
			t.Log(*put.VersionId, *put.ETag)
			cl = s3.NewFromConfig(bu, func(o *s3.Options) { o.UsePathStyle = name == "port" })
			got, err := cl.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: aws.String("a b/ü+=&.yaml")})
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(got.Body)
			t.Log(string(b), err)
			l, err := cl.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: bucket})
			if err != nil {
				t.Fatal(err)
			}
			t.Log(*l.Contents[0].Key)
		})
	}
}
