package world

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// Why an object cannot be read, in S3's words.
var (
	//lint:ignore ST1005 the words are S3's
	ErrNoObject = errors.New("S3 error: The specified key does not exist.")
	ErrNoBucket = errors.New("S3 error: The specified bucket does not exist")
	ErrDenied   = errors.New("S3 error: Access Denied")
	ErrNotS3    = errors.New("S3 error: The URL must be an Amazon S3 URL: https://bucket.s3.region.amazonaws.com/key")
)

func bodyKey(bucket, key string) string { return "b/" + bucket + "/" + key }

// PutObject stores an object as its key's newest, with its body.
func PutObject(c *Call, o Object) {
	o.Size = int64(len(o.Body))
	Put(c.In(o.Bucket, ""), KindObject, o.Key, o)
	body := o.Body
	if body == nil {
		body = []byte{}
	}
	c.Tx.Put(bodyKey(o.Bucket, o.Key), body)
}

// GetObject reads an object with its body.
func GetObject(c *Call, bucket, key string) (Object, bool) {
	o, ok := Get[Object](c.In(bucket, ""), KindObject, key)
	if ok {
		o.Body, ok = c.Tx.Get(bodyKey(bucket, key))
	}
	return o, ok
}

// RemoveObject deletes an object and its body.
func RemoveObject(c *Call, bucket, key string) {
	Remove(c.In(bucket, ""), KindObject, key)
	c.Tx.Put(bodyKey(bucket, key), nil)
}

// BucketOf finds a bucket. Names are global.
func BucketOf(c *Call, name string) (Bucket, bool) {
	return Get[Bucket](c.In("", ""), KindBucket, name)
}

// ObjectByURL reads an S3 object by its URL, as the caller may: virtual host or path style
// under amazonaws.com, and path style on a loopback endpoint.
func ObjectByURL(c *Call, raw string) (Object, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return Object{}, ErrNotS3
	}
	name, key, ok := SplitBucket(u.Host, u.Path)
	if !ok || name == "" || key == "" {
		return Object{}, ErrNotS3
	}
	bucket, ok := BucketOf(c, name)
	switch {
	case !ok:
		return Object{}, ErrNoBucket
	case c.Denied(bucket.reading(c, key)) != "":
		return Object{}, ErrDenied
	}
	object, ok := GetObject(c, name, key)
	if !ok {
		return Object{}, ErrNoObject
	}
	return object, nil
}

// reading asks for an object of the bucket.
func (b Bucket) reading(c *Call, key string) Ask {
	return Ask{Action: "s3:GetObject", Resource: "arn:aws:s3:::" + b.Name + "/" + key, Owner: b.Account, Policy: b.PolicyText(c)}
}

// SplitBucket finds bucket and key in the host and path of a request to S3.
func SplitBucket(host, path string) (bucket, key string, ok bool) {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	path = strings.TrimPrefix(path, "/")
	if domain, amazon := strings.CutSuffix(host, ".amazonaws.com"); amazon {
		switch bucket, ok = virtual(domain); {
		case !ok:
			return "", "", false
		case bucket != "":
			return bucket, path, true
		}
	} else if !loopback(host) {
		return "", "", false
	}
	bucket, key, _ = strings.Cut(path, "/")
	return bucket, key, true
}

// virtual takes the bucket from bucket.s3.region, bucket.s3 or bucket.s3-region; s3.region
// and s3 have none.
func virtual(domain string) (bucket string, ok bool) {
	labels := strings.Split(domain, ".")
	for i := len(labels) - 1; i >= 0 && i >= len(labels)-3; i-- {
		if labels[i] == "s3" || strings.HasPrefix(labels[i], "s3-") {
			return strings.Join(labels[:i], "."), true
		}
	}
	return "", false
}

func loopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
