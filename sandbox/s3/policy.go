package s3

import (
	"encoding/xml"
	"net/http"

	"github.com/axle-cd/axle/sandbox/access"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

const maxPolicy = 20 << 10

func policyOperations() []world.Operation {
	return []world.Operation{
		read("GetBucketPolicy", getPolicy, "policy"),
		read("GetBucketPolicyStatus", getPolicyStatus, "policyStatus"),
		write("PutBucketPolicy", putPolicy, "policy"),
		write("DeleteBucketPolicy", deletePolicy, "policy"),
		read("GetPublicAccessBlock", getBlock, "publicAccessBlock"),
		write("PutPublicAccessBlock", putBlock, "publicAccessBlock"),
		write("DeletePublicAccessBlock", deleteBlock, "publicAccessBlock"),
	}
}

func keepBucket(c *world.Call, b world.Bucket) {
	world.Put(c.In("", ""), world.KindBucket, b.Name, b)
}

// stated finds the bucket and the policy that it has.
func stated(c *world.Call, r request) (world.Bucket, string, error) {
	b, err := home(c, r, true)
	if err != nil {
		return b, "", err
	}
	text := b.Policy
	if text == "" {
		text = b.PolicyText(c)
	}
	if text == "" {
		return b, "", wire.Fail("NoSuchBucketPolicy", "The bucket policy does not exist").With(http.StatusNotFound)
	}
	return b, text, nil
}

func getPolicy(c *world.Call, r request) (*wire.Reply, error) {
	_, text, err := stated(c, r)
	if err != nil {
		return nil, err
	}
	return &wire.Reply{Header: map[string]string{"Content-Type": "application/json"}, Body: []byte(text)}, nil
}

func getPolicyStatus(c *world.Call, r request) (*wire.Reply, error) {
	b, _, err := stated(c, r)
	if err != nil {
		return nil, err
	}
	return document(struct {
		XMLName  xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ PolicyStatus"`
		IsPublic bool
	}{IsPublic: b.Public})
}

// putPolicy keeps a policy. What it names must be the bucket, and a public one is refused under a block.
func putPolicy(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, false)
	if err != nil {
		return nil, err
	}
	p, err := access.Parse(string(r.Body), access.Resource)
	switch {
	case err != nil:
		return nil, wire.Fail("MalformedPolicy", "%s", err.Error())
	case len(r.Body) > maxPolicy:
		return nil, wire.Fail("PolicyTooLarge", "The policy is larger than %d bytes.", maxPolicy)
	case p.Public() && b.Blocked().BlockPublicPolicy:
		return nil, wire.Fail("AccessDenied", "User: %s is not authorized to perform: s3:PutBucketPolicy on resource: %s because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
			c.Principal.ARN, c.ARN("s3", b.Name)).With(http.StatusForbidden)
	}
	b.Policy, b.Public = string(r.Body), p.Public()
	keepBucket(c, b)
	return &wire.Reply{Status: http.StatusNoContent}, nil
}

func deletePolicy(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, false)
	if err != nil {
		return nil, err
	}
	b.Policy, b.Public, b.OrgReadable = "", false, false
	keepBucket(c, b)
	return &wire.Reply{Status: http.StatusNoContent}, nil
}

// block is the body of the operations on a public access block.
type block struct {
	XMLName               xml.Name `xml:"PublicAccessBlockConfiguration"`
	BlockPublicAcls       bool
	IgnorePublicAcls      bool
	BlockPublicPolicy     bool
	RestrictPublicBuckets bool
}

func getBlock(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, true)
	if err != nil {
		return nil, err
	}
	if b.Blocked() == (world.PublicAccess{}) {
		return nil, wire.Fail("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found").With(http.StatusNotFound)
	}
	is := b.Blocked()
	return document(block{BlockPublicAcls: is.BlockPublicAcls, IgnorePublicAcls: is.IgnorePublicAcls, BlockPublicPolicy: is.BlockPublicPolicy, RestrictPublicBuckets: is.RestrictPublicBuckets})
}

func putBlock(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, false)
	if err != nil {
		return nil, err
	}
	var in block
	if xml.Unmarshal(r.Body, &in) != nil {
		return nil, malformed()
	}
	b.Block = &world.PublicAccess{BlockPublicAcls: in.BlockPublicAcls, IgnorePublicAcls: in.IgnorePublicAcls, BlockPublicPolicy: in.BlockPublicPolicy, RestrictPublicBuckets: in.RestrictPublicBuckets}
	keepBucket(c, b)
	return reply(nil), nil
}

func deleteBlock(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, false)
	if err != nil {
		return nil, err
	}
	b.Block = &world.PublicAccess{}
	keepBucket(c, b)
	return &wire.Reply{Status: http.StatusNoContent}, nil
}
