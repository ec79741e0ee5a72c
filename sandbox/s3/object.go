package s3

import (
	"crypto/md5"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

var (
	putHeaders = []string{"if-none-match", "x-amz-server-side-encryption", "x-amz-tagging"}
	getHeaders = []string{"versionId", "x-amz-checksum-mode", "if-none-match", "if-match", "range"}
)

func putObject(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, false)
	if err != nil {
		return nil, err
	}
	if err := writable(c, r); err != nil {
		return nil, err
	}
	o := newObject(c, b, r)
	if o.Tags, err = tagsOf(r.Header.Get("X-Amz-Tagging")); err != nil {
		return nil, err
	}
	store(c, b, &o)
	head := describe(o, true)
	delete(head, "Content-Length")
	delete(head, "Content-Type")
	head["X-Amz-Server-Side-Encryption"] = "AES256"
	return reply(head), nil
}

func writable(c *world.Call, r request) error {
	_, exists := world.Get[world.Object](c.In(r.bucket, ""), world.KindObject, r.key)
	encryption := r.Header.Get("X-Amz-Server-Side-Encryption")
	switch none := r.Header.Get("If-None-Match"); {
	case len(r.key) > 1024:
		return wire.Fail("KeyTooLongError", "Your key is too long")
	case encryption != "" && encryption != "AES256":
		return wire.NotHere("s3:PutObject.x-amz-server-side-encryption=" + encryption)
	case none != "" && none != "*":
		return wire.NotHere("s3:PutObject.if-none-match=" + none)
	case none == "*" && exists:
		return wire.Fail("PreconditionFailed", "At least one of the pre-conditions you specified did not hold").With(http.StatusPreconditionFailed)
	}
	return nil
}

func newObject(c *world.Call, b world.Bucket, r request) world.Object {
	o := world.Object{
		Bucket: b.Name, Key: r.key, ETag: etag(r.Body), ContentType: r.Header.Get("Content-Type"),
		Body: r.Body, Meta: map[string]string{}, Checksums: r.Checksums, Modified: c.Now,
	}
	if o.ContentType == "" {
		o.ContentType = "binary/octet-stream"
	}
	for h, v := range r.Header {
		if strings.HasPrefix(h, "X-Amz-Meta-") || h == "Cache-Control" || h == "Content-Disposition" || h == "Content-Encoding" || h == "Content-Language" {
			if strings.HasPrefix(h, "X-Amz-Meta-") {
				h = strings.ToLower(h)
			}
			o.Meta[h] = strings.Join(v, ",")
		}
	}
	if len(o.Checksums) == 0 {
		o.Checksums = map[string]string{"crc64nvme": wire.Checksum("crc64nvme", r.Body)}
	}
	return o
}

func etag(body []byte) string {
	sum := md5.Sum(body)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func getObject(c *world.Call, r request) (*wire.Reply, error) {
	o, err := find(c, r)
	if err != nil {
		return nil, err
	}
	if status := condition(r, o); status != 0 {
		return refusal(status)
	}
	return cut(&wire.Reply{Header: describe(o, r.Header.Get("X-Amz-Checksum-Mode") == "ENABLED"), Body: o.Body}, r.Header.Get("Range"))
}

func headObject(c *world.Call, r request) (*wire.Reply, error) { return getObject(c, r) }

func find(c *world.Call, r request) (world.Object, error) {
	if _, err := home(c, r, true); err != nil {
		return world.Object{}, err
	}
	return object(c, r)
}

// object finds an object, or the version of it that is named, in a bucket that is there.
func object(c *world.Call, r request) (world.Object, error) {
	if id := r.Query.Get("versionId"); id != "" {
		v, ok := versionOf(c, r, id)
		switch {
		case !ok:
			return v.Object, wire.Fail("NoSuchVersion", "The specified version does not exist.").With(http.StatusNotFound)
		case v.Marker:
			return v.Object, wire.Fail("MethodNotAllowed", "The specified method is not allowed against this resource.").With(http.StatusMethodNotAllowed)
		}
		v.Object.Body = v.Body
		return v.Object, nil
	}
	o, ok := world.GetObject(c, r.bucket, r.key)
	if !ok {
		return o, wire.Fail("NoSuchKey", "The specified key does not exist.").With(http.StatusNotFound)
	}
	return o, nil
}

// condition judges If-Match and If-None-Match; 0 is go on.
func condition(r request, o world.Object) int {
	if want := r.Header.Get("If-Match"); want != "" && want != "*" && want != o.ETag {
		return http.StatusPreconditionFailed
	}
	if not := r.Header.Get("If-None-Match"); not == "*" || not == o.ETag {
		return http.StatusNotModified
	}
	return 0
}

func refusal(status int) (*wire.Reply, error) {
	if status == http.StatusNotModified {
		return &wire.Reply{Status: status}, nil
	}
	return nil, wire.Fail("PreconditionFailed", "At least one of the pre-conditions you specified did not hold").With(status)
}

func describe(o world.Object, checksums bool) map[string]string {
	h := map[string]string{
		"Content-Type": o.ContentType, "ETag": o.ETag, "Accept-Ranges": "bytes",
		"Content-Length": strconv.FormatInt(int64(len(o.Body)), 10),
		"Last-Modified":  o.Modified.UTC().Format(http.TimeFormat),
	}
	for k, v := range o.Meta {
		h[k] = v
	}
	if o.VersionID != "" {
		h["X-Amz-Version-Id"] = o.VersionID
	}
	if len(o.Tags) > 0 {
		h["X-Amz-Tagging-Count"] = strconv.Itoa(len(o.Tags))
	}
	if checksums {
		for name, sum := range o.Checksums {
			h["X-Amz-Checksum-"+name] = sum
			h["X-Amz-Checksum-Type"] = "FULL_OBJECT"
			if strings.Contains(sum, "-") {
				h["X-Amz-Checksum-Type"] = "COMPOSITE"
			}
		}
	}
	return h
}
