package s3

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

const (
	kindUpload = "upload" // account = bucket name, by upload id
	kindPart   = "part"   // account = bucket name, region = upload id, by number
	leastPart  = 5 << 20  // of all parts but the last
	mostParts  = 10000
)

// upload is an object that comes in parts.
type upload struct {
	ID        string
	Object    world.Object // without body
	Algorithm string       // crc32, …
	Whole     bool         // the checksum is that of the whole object
	Started   time.Time
}

type part struct {
	Number    int
	ETag, Sum string
	Body      []byte
	Modified  time.Time
}

func multipartOperations() []world.Operation {
	return []world.Operation{
		write("CreateMultipartUpload", createUpload, "uploads", "x-amz-server-side-encryption", "x-amz-tagging"),
		write("UploadPart", uploadPart, "uploadId", "partNumber"),
		write("CompleteMultipartUpload", completeUpload, "uploadId", "if-none-match", "x-amz-mp-object-size"),
		write("AbortMultipartUpload", abortUpload, "uploadId"),
		read("ListParts", listParts, "uploadId", "max-parts", "part-number-marker"),
		read("ListMultipartUploads", listUploads, "uploads", "prefix"),
	}
}

func createUpload(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, false)
	if err == nil {
		err = writable(c, r)
	}
	if err != nil {
		return nil, err
	}
	u := upload{ID: c.NewID("", 64, world.Mixed[:62]), Object: newObject(c, b, r), Algorithm: strings.ToLower(r.Header.Get("X-Amz-Checksum-Algorithm")), Started: c.Now}
	u.Object.Body, u.Object.Checksums = nil, nil
	if u.Object.Tags, err = tagsOf(r.Header.Get("X-Amz-Tagging")); err != nil {
		return nil, err
	}
	head := map[string]string{"X-Amz-Server-Side-Encryption": "AES256"}
	switch u.Algorithm {
	case "":
		u.Algorithm, u.Whole = "crc64nvme", true
	case "crc32", "crc32c", "sha1", "sha256", "crc64nvme":
		u.Whole = u.Algorithm == "crc64nvme" || r.Header.Get("X-Amz-Checksum-Type") == "FULL_OBJECT"
		head["X-Amz-Checksum-Algorithm"], head["X-Amz-Checksum-Type"] = strings.ToUpper(u.Algorithm), u.kind()
	default:
		return nil, wire.Fail("InvalidRequest", "Checksum algorithm provided is unsupported.")
	}
	if u.Whole && strings.HasPrefix(u.Algorithm, "sha") {
		return nil, wire.Fail("InvalidRequest", "The FULL_OBJECT checksum type cannot be used with the %s checksum algorithm.", u.Algorithm)
	}
	world.Put(c.In(b.Name, ""), kindUpload, u.ID, u)
	out, err := document(struct {
		XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ InitiateMultipartUploadResult"`
		Bucket, Key, UploadId string
	}{Bucket: b.Name, Key: r.key, UploadId: u.ID})
	if err == nil {
		for k, v := range head {
			out.Header[k] = v
		}
	}
	return out, err
}

func (u upload) kind() string {
	if u.Whole {
		return "FULL_OBJECT"
	}
	return "COMPOSITE"
}

// begun finds the upload that a request is about.
func begun(c *world.Call, r request) (world.Bucket, upload, error) {
	b, err := home(c, r, false)
	if err != nil {
		return b, upload{}, err
	}
	u, ok := world.Get[upload](c.In(b.Name, ""), kindUpload, r.Query.Get("uploadId"))
	if !ok || u.Object.Key != r.key {
		return b, u, wire.Fail("NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.").With(http.StatusNotFound)
	}
	return b, u, nil
}

func (u upload) in(c *world.Call) *world.Call { return c.In(u.Object.Bucket, u.ID) }

func uploadPart(c *world.Call, r request) (*wire.Reply, error) {
	_, u, err := begun(c, r)
	if err != nil {
		return nil, err
	}
	n, nerr := strconv.Atoi(r.Query.Get("partNumber"))
	if nerr != nil || n < 1 || n > mostParts {
		return nil, wire.Fail("InvalidArgument", "Part number must be an integer between 1 and %d, inclusive", mostParts)
	}
	sum := md5.Sum(r.Body)
	p := part{Number: n, ETag: `"` + hex.EncodeToString(sum[:]) + `"`, Sum: wire.Checksum(u.Algorithm, r.Body), Body: r.Body, Modified: c.Now}
	world.Put(u.in(c), kindPart, fmt.Sprintf("%05d", n), p)
	return reply(map[string]string{"ETag": p.ETag, "X-Amz-Checksum-" + u.Algorithm: p.Sum, "X-Amz-Server-Side-Encryption": "AES256"}), nil
}

// chosen are the parts that a completion names.
type chosen struct {
	Parts []struct {
		PartNumber int
		ETag       string
	} `xml:"Part"`
}

func completeUpload(c *world.Call, r request) (*wire.Reply, error) {
	b, u, err := begun(c, r)
	if err == nil {
		err = writable(c, r)
	}
	if err != nil {
		return nil, err
	}
	var in chosen
	if xml.Unmarshal(r.Body, &in) != nil || len(in.Parts) == 0 || len(in.Parts) > mostParts {
		return nil, malformed()
	}
	parts, err := u.choose(c, in)
	if err != nil {
		return nil, err
	}
	o := u.join(parts)
	if want := r.Header.Get("X-Amz-Mp-Object-Size"); want != "" && want != strconv.Itoa(len(o.Body)) {
		return nil, wire.Fail("InvalidRequest", "The provided 'x-amz-mp-object-size' header does not match what was computed.")
	}
	o.Modified = c.Now
	store(c, b, &o)
	u.forget(c)
	out, err := document(struct {
		XMLName                     xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CompleteMultipartUploadResult"`
		Location, Bucket, Key, ETag string
		Sums                        sums
		ChecksumType                string
	}{Location: "https://" + b.Name + ".s3." + b.Region + ".amazonaws.com/" + o.Key, Bucket: b.Name, Key: o.Key, ETag: o.ETag, Sums: o.Checksums, ChecksumType: u.kind()})
	if err == nil && o.VersionID != "" {
		out.Header["X-Amz-Version-Id"] = o.VersionID
	}
	return out, err
}

// sums writes checksums as elements: ChecksumCRC32.
type sums map[string]string

func (s sums) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	for name, sum := range s {
		if err := e.EncodeElement(sum, xml.StartElement{Name: xml.Name{Local: "Checksum" + strings.ToUpper(name)}}); err != nil {
			return err
		}
	}
	return nil
}

// choose finds the parts that are named, which must be there, in order and large enough.
func (u upload) choose(c *world.Call, in chosen) ([]part, error) {
	var parts []part
	for i, named := range in.Parts {
		if i > 0 && named.PartNumber <= in.Parts[i-1].PartNumber {
			return nil, wire.Fail("InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.")
		}
		p, ok := world.Get[part](u.in(c), kindPart, fmt.Sprintf("%05d", named.PartNumber))
		if !ok || strings.Trim(named.ETag, `"`) != strings.Trim(p.ETag, `"`) {
			return nil, wire.Fail("InvalidPart", "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.")
		}
		if i < len(in.Parts)-1 && len(p.Body) < leastPart {
			return nil, wire.Fail("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// join makes the object of its parts. Its tag is of theirs, as its checksum may be.
func (u upload) join(parts []part) world.Object {
	o := u.Object
	var tags, checks []byte
	for _, p := range parts {
		o.Body = append(o.Body, p.Body...)
		tag, _ := hex.DecodeString(strings.Trim(p.ETag, `"`)) // both were written by uploadPart
		sum, _ := base64.StdEncoding.DecodeString(p.Sum)
		tags, checks = append(tags, tag...), append(checks, sum...)
	}
	sum := md5.Sum(tags)
	o.ETag = fmt.Sprintf(`"%x-%d"`, sum, len(parts))
	check := wire.Checksum(u.Algorithm, o.Body)
	if !u.Whole {
		check = wire.Checksum(u.Algorithm, checks) + "-" + strconv.Itoa(len(parts))
	}
	o.Checksums = map[string]string{u.Algorithm: check}
	return o
}

func (u upload) forget(c *world.Call) {
	for _, p := range world.List[part](u.in(c), kindPart) {
		world.Remove(u.in(c), kindPart, fmt.Sprintf("%05d", p.Number))
	}
	world.Remove(c.In(u.Object.Bucket, ""), kindUpload, u.ID)
}

func abortUpload(c *world.Call, r request) (*wire.Reply, error) {
	_, u, err := begun(c, r)
	if err != nil {
		return nil, err
	}
	u.forget(c)
	return &wire.Reply{Status: http.StatusNoContent}, nil
}

type partEntry struct {
	PartNumber         int
	LastModified, ETag string
	Size               int
	Sums               sums
}

func listParts(c *world.Call, r request) (*wire.Reply, error) {
	_, u, err := begun(c, r)
	if err != nil {
		return nil, err
	}
	most, err := counted(r, "max-parts")
	if err != nil {
		return nil, err
	}
	after, _ := strconv.Atoi(r.Query.Get("part-number-marker")) // absent: 0
	out := struct {
		XMLName                                xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListPartsResult"`
		Bucket, Key, UploadId                  string
		PartNumberMarker, NextPartNumberMarker int
		MaxParts                               int
		IsTruncated                            bool
		StorageClass                           string
		Part                                   []partEntry
	}{Bucket: u.Object.Bucket, Key: u.Object.Key, UploadId: u.ID, PartNumberMarker: after, MaxParts: most, StorageClass: "STANDARD"}
	for _, p := range world.List[part](u.in(c), kindPart) {
		if p.Number <= after {
			continue
		}
		if len(out.Part) == most {
			out.IsTruncated = true
			break
		}
		out.Part = append(out.Part, partEntry{p.Number, p.Modified.UTC().Format(listTime), p.ETag, len(p.Body), sums{u.Algorithm: p.Sum}})
		out.NextPartNumberMarker = p.Number
	}
	return document(out)
}

// counted reads how many a page may have.
func counted(r request, name string) (int, error) {
	text := r.Query.Get(name)
	if text == "" {
		return maxKeys, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, wire.Fail("InvalidArgument", "Provided %s not an integer or within integer range", name)
	}
	return min(int(n), maxKeys), nil
}

func listUploads(c *world.Call, r request) (*wire.Reply, error) {
	b, err := home(c, r, true)
	if err != nil {
		return nil, err
	}
	type entry struct{ Key, UploadId, Initiated, StorageClass string }
	out := struct {
		XMLName        xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListMultipartUploadsResult"`
		Bucket, Prefix string
		MaxUploads     int
		IsTruncated    bool
		Upload         []entry
	}{Bucket: b.Name, Prefix: r.Query.Get("prefix"), MaxUploads: maxKeys}
	for _, u := range world.List[upload](c.In(b.Name, ""), kindUpload) {
		if strings.HasPrefix(u.Object.Key, out.Prefix) {
			out.Upload = append(out.Upload, entry{u.Object.Key, u.ID, u.Started.UTC().Format(listTime), "STANDARD"})
		}
	}
	slices.SortFunc(out.Upload, func(a, b entry) int { return strings.Compare(a.Key+"\x00"+a.Initiated, b.Key+"\x00"+b.Initiated) })
	if len(out.Upload) > maxKeys {
		return nil, wire.NotHere("s3:ListMultipartUploads of more than 1000")
	}
	return document(out)
}
