package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Signature is the AWS Signature Version 4 of a request, from its header or, presigned, its query.
type Signature struct {
	AccessKeyID, SessionToken string
	Region, Service           string
	Presigned                 bool

	day, value string
	signed     []string
	at         time.Time
	life       time.Duration // presigned only
}

const (
	algorithm  = "AWS4-HMAC-SHA256"
	amzTime    = "20060102T150405Z"
	unsigned   = "UNSIGNED-PAYLOAD"
	maxSkew    = 15 * time.Minute
	maxPresign = 7 * 24 * time.Hour
)

// parseSignature gives nil for an unsigned request.
func parseSignature(r *http.Request) (*Signature, *Error) {
	if q := r.URL.Query(); q.Has("X-Amz-Signature") {
		return presigned(q)
	}
	auth := r.Header.Get("Authorization")
	switch {
	case strings.HasPrefix(auth, "AWS "), auth == "" && r.URL.Query().Has("AWSAccessKeyId"):
		return nil, Fail("InvalidRequest", "The authorization mechanism you have provided is not supported. Please use %s.", algorithm)
	case auth == "":
		return nil, nil
	}
	rest, ok := strings.CutPrefix(auth, algorithm)
	if !ok {
		return nil, incomplete("the Authorization header is not " + algorithm)
	}
	fields := map[string]string{}
	for _, part := range strings.Split(rest, ",") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[k] = v
	}
	s := &Signature{
		SessionToken: r.Header.Get("X-Amz-Security-Token"),
		value:        fields["Signature"],
		signed:       strings.Split(fields["SignedHeaders"], ";"),
	}
	return s, s.finish(fields["Credential"], r.Header.Get("X-Amz-Date"))
}

func presigned(q url.Values) (*Signature, *Error) {
	s := &Signature{
		SessionToken: q.Get("X-Amz-Security-Token"),
		Presigned:    true,
		value:        q.Get("X-Amz-Signature"),
		signed:       strings.Split(q.Get("X-Amz-SignedHeaders"), ";"),
	}
	seconds, err := strconv.ParseUint(q.Get("X-Amz-Expires"), 10, 31)
	if err != nil || q.Get("X-Amz-Algorithm") != algorithm {
		return s, incomplete("X-Amz-Expires or X-Amz-Algorithm")
	}
	if s.life = time.Duration(seconds) * time.Second; s.life > maxPresign {
		return s, Fail("AuthorizationQueryParametersError", "X-Amz-Expires must be less than a week (in seconds) that is 604800")
	}
	return s, s.finish(q.Get("X-Amz-Credential"), q.Get("X-Amz-Date"))
}

func (s *Signature) finish(credential, date string) *Error {
	scope := strings.Split(credential, "/")
	if len(scope) != 5 || scope[4] != "aws4_request" {
		return incomplete("the credential scope")
	}
	s.AccessKeyID, s.day, s.Region, s.Service = scope[0], scope[1], scope[2], scope[3]
	at, err := time.Parse(amzTime, date)
	if err != nil || at.Format("20060102") != s.day {
		return incomplete("X-Amz-Date")
	}
	s.at = at
	if s.value == "" || !slices.Contains(s.signed, "host") {
		return incomplete("Signature, or host among SignedHeaders")
	}
	return nil
}

func incomplete(what string) *Error {
	return Fail("IncompleteSignature", "The request signature does not conform to AWS standards: %s.", what)
}

// Verify checks the signature against the key's secret and the wall clock.
func (req *Request) Verify(secret string, now time.Time) *Error {
	s := req.Signature
	if s.Presigned && now.After(s.at.Add(s.life)) {
		return Fail("AccessDenied", "Request has expired").With(http.StatusForbidden)
	}
	if skew := now.Sub(s.at); skew < -maxSkew || (skew > maxSkew && !s.Presigned) {
		return Fail("RequestExpired", "Signature expired: %s is not within 15 minutes of %s",
			s.at.Format(amzTime), now.UTC().Format(amzTime)).With(http.StatusForbidden)
	}
	payload, err := req.payloadHash()
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(s.sign(secret, req.canonical(payload))), []byte(s.value)) != 1 {
		return Fail("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. "+
			"Check your AWS Secret Access Key and signing method.").With(http.StatusForbidden)
	}
	return nil
}

// payloadHash is what stands in the canonical request's last line. Only S3 may leave its
// payload unsigned; a hash that is named must be the body's.
func (req *Request) payloadHash() (string, *Error) {
	sum := sha256.Sum256(req.Body)
	actual := hex.EncodeToString(sum[:])
	if req.Service != "s3" {
		return actual, nil
	}
	named := req.HTTP.Header.Get("X-Amz-Content-Sha256")
	switch {
	case named == "" && req.Signature.Presigned:
		return unsigned, nil
	case named == unsigned, strings.HasPrefix(named, "STREAMING-"):
		return named, nil
	case named != actual:
		return "", Fail("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
	return actual, nil
}

func (s *Signature) sign(secret, canonical string) string {
	scope := strings.Join([]string{s.day, s.Region, s.Service, "aws4_request"}, "/")
	sum := sha256.Sum256([]byte(canonical))
	text := strings.Join([]string{algorithm, s.at.Format(amzTime), scope, hex.EncodeToString(sum[:])}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range []string{s.day, s.Region, s.Service, "aws4_request"} {
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, text))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
