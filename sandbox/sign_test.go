package sandbox_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/axle-cd/axle/sandbox/world"
)

// sign signs a request to STS with AWS's own signer, at a time of the test's choice.
func sign(t testing.TB, r *http.Request, k world.Credential, at time.Time) {
	t.Helper()
	signFor(t, r, k, "sts", at)
}

func signFor(t testing.TB, r *http.Request, k world.Credential, service string, at time.Time) {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.Sum256(body)
	r.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	key := aws.Credentials{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, SessionToken: k.SessionToken}
	region := "eu-west-1"
	if service == "aws-marketplace" {
		region = "us-east-1" // the only one that it is in
	}
	if err := v4.NewSigner().SignHTTP(t.Context(), key, r, hex.EncodeToString(sum[:]), service, region, at); err != nil {
		t.Fatal(err)
	}
}

// broken is a store whose disk is full.
type broken struct{ world.Store }

func (broken) Update(context.Context, func(world.Tx) error) error { return errors.New("out of disk") }
