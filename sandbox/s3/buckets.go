package s3

import (
	"encoding/xml"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

var bucketsQuery = []string{"prefix", "bucket-region", "max-buckets", "continuation-token"}

type bucketListing struct {
	XMLName           xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
	Owner             struct{ ID string }
	Buckets           []bucketEntry `xml:"Buckets>Bucket"`
	ContinuationToken string        `xml:",omitempty"`
	Prefix            string        `xml:",omitempty"`
}

type bucketEntry struct{ Name, CreationDate, BucketRegion string }

const maxBuckets = 10000

// listBuckets lists the caller's own account's, of every region.
func listBuckets(c *world.Call, r request) (*wire.Reply, error) {
	q := r.Query
	limit := maxBuckets
	if text := q.Get("max-buckets"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxBuckets {
			return nil, wire.Fail("InvalidArgument", "Argument max-buckets must be an integer between 1 and %d", maxBuckets)
		}
		limit = n
	}
	after, err := tokened(q.Get("continuation-token"))
	if err != nil {
		return nil, err
	}
	l := bucketListing{Prefix: q.Get("prefix")}
	l.Owner.ID = world.Digest(c.Tx, "owner/"+c.Account)
	region := q.Get("bucket-region")
	for _, b := range world.List[world.Bucket](c.In("", ""), world.KindBucket) {
		if b.Account != c.Account || b.Name <= after || !strings.HasPrefix(b.Name, l.Prefix) || region != "" && region != b.Region {
			continue
		}
		if len(l.Buckets) == limit {
			l.ContinuationToken = tokenFor(l.Buckets[limit-1].Name)
			break
		}
		l.Buckets = append(l.Buckets, bucketEntry{b.Name, b.Created.UTC().Format(listTime), b.Region})
	}
	return document(l)
}
