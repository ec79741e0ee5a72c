package s3

import (
	"encoding/base64"
	"encoding/xml"
	"net/url"
	"strings"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

var listQuery = []string{"list-type", "prefix", "delimiter", "max-keys", "continuation-token", "start-after", "encoding-type", "fetch-owner"}

type listing struct {
	XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name, Prefix          string
	Delimiter             string  `xml:",omitempty"`
	EncodingType          string  `xml:",omitempty"`
	Marker                *string // of the first form, as NextMarker; KeyCount and the token are of the second
	NextMarker            string  `xml:",omitempty"`
	StartAfter            string  `xml:",omitempty"`
	MaxKeys               int
	KeyCount              *int
	IsTruncated           bool
	NextContinuationToken string `xml:",omitempty"`
	Contents              []entry
	CommonPrefixes        []group
}

type entry struct {
	Key, LastModified, ETag string
	Size                    int64
	StorageClass            string
	Owner                   *owner
}

type group struct{ Prefix string }

const (
	maxKeys  = 1000
	listTime = "2006-01-02T15:04:05.000Z"
)

func listObjects(c *world.Call, r request) (*wire.Reply, error) {
	l, err := listed(c, r)
	if err != nil {
		return nil, err
	}
	l.StartAfter = r.Query.Get("start-after")
	l.encode()
	return document(l)
}

// listed is a page of a bucket's keys and groups, not encoded yet.
func listed(c *world.Call, r request) (l listing, err error) {
	b, err := home(c, r, true)
	if err != nil {
		return l, err
	}
	l, after, err := begin(r)
	if err != nil {
		return l, err
	}
	l.Name, l.KeyCount = b.Name, new(int)
	for _, o := range world.List[world.Object](c.In(b.Name, ""), world.KindObject) {
		if o.Key <= after || !strings.HasPrefix(o.Key, l.Prefix) {
			continue
		}
		in := l.groupOf(o.Key)
		if in != "" && in <= after || l.has(in) {
			continue
		}
		if *l.KeyCount == l.MaxKeys {
			l.IsTruncated = l.MaxKeys > 0
			break
		}
		l.add(o, in)
	}
	if r.Query.Get("fetch-owner") == "true" {
		for i := range l.Contents {
			l.Contents[i].Owner = new(ownerOf(c, b.Account))
		}
	}
	if l.IsTruncated {
		l.NextContinuationToken = tokenFor(l.end())
	}
	return l, nil
}

// begin reads the request; after is the key or group that the page starts behind.
func begin(r request) (l listing, after string, err error) {
	q := r.Query
	l = listing{Prefix: q.Get("prefix"), Delimiter: q.Get("delimiter"), EncodingType: q.Get("encoding-type")}
	if l.MaxKeys, err = counted(r, "max-keys"); err != nil {
		return l, "", err
	}
	if l.EncodingType != "" && l.EncodingType != "url" {
		return l, "", wire.Fail("InvalidArgument", "Invalid Encoding Method specified in Request")
	}
	if q.Get("list-type") != "2" {
		return l, "", wire.NotHere("s3:ListObjectsV2.list-type")
	}
	after = q.Get("start-after")
	if token := q.Get("continuation-token"); token != "" {
		after, err = tokened(token)
	}
	return l, after, err
}

// tokenFor is the continuation token of a page that ended with name.
func tokenFor(name string) string { return base64.RawURLEncoding.EncodeToString([]byte(name)) }

// tokened is the name that a continuation token's page ended with.
func tokened(token string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return "", wire.Fail("InvalidArgument", "The continuation token provided is incorrect")
	}
	return string(raw), nil
}

// groupOf is the common prefix a key falls into, or "".
func (l *listing) groupOf(key string) string {
	if l.Delimiter == "" {
		return ""
	}
	if i := strings.Index(key[len(l.Prefix):], l.Delimiter); i >= 0 {
		return key[:len(l.Prefix)+i+len(l.Delimiter)]
	}
	return ""
}

func (l *listing) has(name string) bool {
	n := len(l.CommonPrefixes)
	return name != "" && n > 0 && l.CommonPrefixes[n-1].Prefix == name
}

func (l *listing) add(o world.Object, in string) {
	*l.KeyCount++
	if in != "" {
		l.CommonPrefixes = append(l.CommonPrefixes, group{in})
		return
	}
	l.Contents = append(l.Contents, entry{
		Key: o.Key, ETag: o.ETag, Size: o.Size, StorageClass: "STANDARD",
		LastModified: o.Modified.UTC().Format(listTime),
	})
}

// end is the page's last key or group.
func (l *listing) end() string {
	at := ""
	if n := len(l.Contents); n > 0 {
		at = l.Contents[n-1].Key
	}
	if n := len(l.CommonPrefixes); n > 0 {
		at = max(at, l.CommonPrefixes[n-1].Prefix)
	}
	return at
}

func encoded(name, encoding string) string {
	if encoding == "url" {
		return url.QueryEscape(name)
	}
	return name
}

// encode writes names as the client asked.
func (l *listing) encode() {
	if l.EncodingType == "" {
		return
	}
	l.StartAfter = url.QueryEscape(l.StartAfter)
	l.Prefix, l.Delimiter = url.QueryEscape(l.Prefix), url.QueryEscape(l.Delimiter)
	for i := range l.Contents {
		l.Contents[i].Key = url.QueryEscape(l.Contents[i].Key)
	}
	for i := range l.CommonPrefixes {
		l.CommonPrefixes[i].Prefix = url.QueryEscape(l.CommonPrefixes[i].Prefix)
	}
}
