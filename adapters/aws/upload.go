package aws

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/axle-cd/axle/document"
)

// upload puts bytes under a key that carries their digest, and reads back that they are these
// bytes (CAT-16). What lies there already is never overwritten. It gives the object's URL.
func (s *site) upload(ctx context.Context, bucket, key string, data []byte) (string, error) {
	in := &s3.PutObjectInput{Bucket: &bucket, Key: &key, IfNoneMatch: sdk.String("*"), ContentType: sdk.String("text/plain; charset=utf-8")}
	_, err := call(ctx, s, op{"s3", "PutObject", repeatable}, func(ctx context.Context) (*s3.PutObjectOutput, error) {
		in.Body = bytes.NewReader(data)
		return s.objects.PutObject(ctx, in)
	})
	if err != nil && !coded(err, "PreconditionFailed") {
		return "", err
	}
	got, err := call(ctx, s, op{"s3", "GetObject", repeatable}, func(ctx context.Context) ([]byte, error) {
		out, err := s.objects.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
		if err != nil {
			return nil, err
		}
		defer out.Body.Close()
		got, err := io.ReadAll(io.LimitReader(out.Body, int64(len(data))+1))
		if err != nil { // the reply broke off, as one that cannot be decoded (RT02)
			err = &smithy.DeserializationError{Err: err}
		}
		return got, err
	})
	if err != nil {
		return "", err
	}
	if !bytes.Equal(got, data) {
		return "", document.Fail("AXLE3213", fmt.Sprintf("s3://%s/%s does not hold what was uploaded: want %s, it has %s", bucket, key, digestOf(data), digestOf(got)),
			"someone replaced it: find out who can write to the bucket, remove the object, run again", nil)
	}
	return objectURL(s.region, bucket, key), nil
}

func objectURL(region, bucket, key string) string {
	host := ".s3." + region + ".amazonaws.com"
	if strings.HasPrefix(region, "cn-") {
		host += ".cn"
	}
	return "https://" + bucket + host + "/" + key
}
