package s3

import (
	"encoding/xml"
	"net/http"
	"regexp"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func createBucket(c *world.Call, r request) (*wire.Reply, error) {
	var where struct {
		LocationConstraint string
	}
	if len(r.Body) > 0 && xml.Unmarshal(r.Body, &where) != nil {
		return nil, malformed()
	}
	if where.LocationConstraint == "" {
		where.LocationConstraint = "us-east-1"
	}
	old, taken := world.BucketOf(c, r.bucket)
	switch {
	case !bucketName.MatchString(r.bucket):
		return nil, wire.Fail("InvalidBucketName", "The specified bucket is not valid.")
	case where.LocationConstraint != c.Region:
		return nil, wire.Fail("IllegalLocationConstraintException",
			"The %s location constraint is incompatible for the region specific endpoint this request was sent to.", where.LocationConstraint)
	case taken && old.Account == c.Account:
		return nil, wire.Fail("BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.").With(http.StatusConflict)
	case taken:
		return nil, wire.Fail("BucketAlreadyExists", "The requested bucket name is not available.").With(http.StatusConflict)
	}
	world.Put(c.In("", ""), world.KindBucket, r.bucket, world.Bucket{Name: r.bucket, Account: c.Account, Region: c.Region, Created: c.Now})
	return reply(map[string]string{"Location": "/" + r.bucket}), nil
}

func headBucket(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, true)
	if err != nil {
		return nil, err
	}
	return reply(map[string]string{"X-Amz-Bucket-Region": b.Region}), nil
}

// versioning is the body of both versioning operations.
type versioning struct {
	XMLName   xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ VersioningConfiguration"`
	Status    string   `xml:"Status,omitempty"`
	MfaDelete string   `xml:"MfaDelete,omitempty"`
}

func getVersioning(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, false)
	if err != nil {
		return nil, err
	}
	var v versioning
	if b.Versioned {
		v.Status = "Enabled"
	}
	return document(v)
}

func putVersioning(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, false)
	if err != nil {
		return nil, err
	}
	var v versioning
	switch {
	case xml.Unmarshal(r.Body, &v) != nil || v.Status != "Enabled" && v.Status != "Suspended":
		return nil, malformed()
	case v.Status == "Suspended" || v.MfaDelete == "Enabled":
		return nil, wire.NotHere("s3:PutBucketVersioning." + v.Status + v.MfaDelete)
	}
	b.Versioned = true
	world.Put(c.In("", ""), world.KindBucket, b.Name, b)
	return reply(nil), nil
}

func malformed() error {
	return wire.Fail("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
}

func document(v any) (*wire.Reply, error) {
	body, err := xml.Marshal(v)
	return &wire.Reply{Header: map[string]string{"Content-Type": "application/xml"}, Body: append([]byte(xml.Header), body...)}, err
}
