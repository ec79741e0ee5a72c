package s3

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

const (
	kindVersion  = "version"  // account = bucket name, region = version id, by key: all versions of an object
	kindVersions = "versions" // account = bucket name, by "n": how many there ever were
	null         = "null"     // the version of what was there before versions were kept
)

// version is an object as it was, or a marker that it was deleted. Number is its place in time.
type version struct {
	Object world.Object
	Body   []byte
	Marker bool
	Number int
}

// store makes an object its key's newest, and keeps what a versioned bucket must still show.
func store(c *world.Call, b world.Bucket, o *world.Object) {
	if b.Versioned {
		keepNull(c, b, o.Key)
		o.VersionID = c.NewID("", 32, world.Mixed[:62])
		keepVersion(c, version{Object: *o, Body: o.Body})
	}
	world.PutObject(c, *o)
}

// keepNull keeps an object that has no version yet, before another takes its place.
func keepNull(c *world.Call, b world.Bucket, key string) {
	old, ok := world.GetObject(c, b.Name, key)
	if ok && old.VersionID == "" {
		old.VersionID = null
		keepVersion(c, version{Object: old, Body: old.Body})
	}
}

func keepVersion(c *world.Call, v version) {
	in := c.In(v.Object.Bucket, "")
	n, _ := world.Get[int](in, kindVersions, "n")
	v.Number = n + 1
	world.Put(in, kindVersions, "n", v.Number)
	world.Put(c.In(v.Object.Bucket, v.Object.VersionID), kindVersion, v.Object.Key, v)
}

// versionOf finds a version by its id; null is also what has none.
func versionOf(c *world.Call, r request, id string) (version, bool) {
	v, ok := world.Get[version](c.In(r.bucket, id), kindVersion, r.key)
	if !ok && id == null {
		v.Object, ok = world.GetObject(c, r.bucket, r.key)
		v.Body, ok = v.Object.Body, ok && v.Object.VersionID == ""
	}
	return v, ok
}

// past are a bucket's versions under a prefix, by key, the newest first, without their bodies.
func past(c *world.Call, bucket, prefix string) []version {
	var all []version
	c.Scan("o/"+kindVersion+"/"+bucket+"/", func(_ string, raw []byte) bool {
		var v version
		if json.Unmarshal(raw, &v) == nil && strings.HasPrefix(v.Object.Key, prefix) { // a record that cannot be read ends its own reading
			v.Body = nil
			all = append(all, v)
		}
		return true
	})
	for _, o := range world.List[world.Object](c.In(bucket, ""), world.KindObject) {
		if o.VersionID == "" && strings.HasPrefix(o.Key, prefix) {
			o.VersionID = null
			all = append(all, version{Object: o})
		}
	}
	slices.SortFunc(all, func(a, b version) int {
		if a.Object.Key != b.Object.Key {
			return strings.Compare(a.Object.Key, b.Object.Key)
		}
		return b.Number - a.Number
	})
	return all
}

// deleteObject takes the key away. In a versioned bucket its versions stay, behind a marker.
func deleteObject(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, false)
	if err != nil {
		return nil, err
	}
	return &wire.Reply{Status: http.StatusNoContent, Header: away(c, b, r, r.Query.Get("versionId"))}, nil
}

// away deletes a key, or one version of it, and says what S3 says of it.
func away(c *world.Call, b world.Bucket, r request, id string) map[string]string {
	if id != "" {
		return oneAway(c, r, id)
	}
	if !b.Versioned {
		world.RemoveObject(c, b.Name, r.key)
		return map[string]string{}
	}
	keepNull(c, b, r.key)
	world.RemoveObject(c, b.Name, r.key)
	marker := c.NewID("", 32, world.Mixed[:62])
	keepVersion(c, version{Marker: true, Object: world.Object{Bucket: b.Name, Key: r.key, VersionID: marker, Modified: c.Now}})
	return map[string]string{"X-Amz-Delete-Marker": "true", "X-Amz-Version-Id": marker}
}

// oneAway deletes a version for good; the newest of the others takes the place of the newest.
func oneAway(c *world.Call, r request, id string) map[string]string {
	out := map[string]string{"X-Amz-Version-Id": id}
	v, ok := versionOf(c, r, id)
	if !ok {
		return out
	}
	if v.Marker {
		out["X-Amz-Delete-Marker"] = "true"
	}
	world.Remove(c.In(r.bucket, id), kindVersion, r.key)
	world.RemoveObject(c, r.bucket, r.key)
	left := slices.DeleteFunc(past(c, r.bucket, r.key), func(v version) bool { return v.Object.Key != r.key })
	if len(left) == 0 || left[0].Marker {
		return out
	}
	if newest, ok := versionOf(c, r, left[0].Object.VersionID); ok {
		newest.Object.Body = newest.Body
		world.PutObject(c, newest.Object)
	}
	return out
}

type versionEntry struct {
	XMLName        xml.Name
	Key, VersionId string
	IsLatest       bool
	LastModified   string
	ETag           string `xml:",omitempty"`
	Size           *int64 `xml:",omitempty"`
	StorageClass   string `xml:",omitempty"`
	Owner          owner
}

type owner struct{ ID string }

func ownerOf(c *world.Call, account string) owner { return owner{world.Digest(c.Tx, "owner/"+account)} }

func listVersions(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, true)
	if err != nil {
		return nil, err
	}
	most, err := counted(r, "max-keys")
	if err != nil {
		return nil, err
	}
	q := r.Query
	out := struct {
		XMLName                 xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListVersionsResult"`
		Name, Prefix, KeyMarker string
		VersionIdMarker         string
		NextKeyMarker           string `xml:",omitempty"`
		NextVersionIdMarker     string `xml:",omitempty"`
		EncodingType            string `xml:",omitempty"`
		MaxKeys                 int
		IsTruncated             bool
		Versions                []versionEntry
	}{Name: b.Name, Prefix: q.Get("prefix"), KeyMarker: q.Get("key-marker"), VersionIdMarker: q.Get("version-id-marker"), MaxKeys: most, EncodingType: q.Get("encoding-type")}
	key, skipping := "", out.VersionIdMarker != ""
	for _, v := range past(c, b.Name, out.Prefix) {
		latest := v.Object.Key != key
		key = v.Object.Key
		switch {
		case key < out.KeyMarker || key == out.KeyMarker && out.VersionIdMarker == "":
			continue
		case key == out.KeyMarker && skipping:
			skipping = v.Object.VersionID != out.VersionIdMarker
			continue
		}
		if len(out.Versions) == most {
			out.IsTruncated = most > 0
			break
		}
		out.Versions = append(out.Versions, versionLine(c, b, v, latest, out.EncodingType))
		out.NextKeyMarker, out.NextVersionIdMarker = key, v.Object.VersionID
	}
	if !out.IsTruncated {
		out.NextKeyMarker, out.NextVersionIdMarker = "", ""
	}
	for _, name := range []*string{&out.Prefix, &out.KeyMarker, &out.NextKeyMarker} {
		*name = encoded(*name, out.EncodingType)
	}
	return document(out)
}

func versionLine(c *world.Call, b world.Bucket, v version, latest bool, encoding string) versionEntry {
	o := v.Object
	e := versionEntry{XMLName: xml.Name{Local: "DeleteMarker"}, Key: encoded(o.Key, encoding), VersionId: o.VersionID, IsLatest: latest,
		LastModified: o.Modified.UTC().Format(listTime), Owner: ownerOf(c, b.Account)}
	if !v.Marker {
		e.XMLName.Local, e.ETag, e.Size, e.StorageClass = "Version", o.ETag, &o.Size, "STANDARD"
	}
	return e
}
