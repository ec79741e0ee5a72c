package wire

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
	"strings"
)

// nvme is the CRC-64/NVME polynomial, reversed.
const nvme = 0x9a6c9329ac4bc9b5

// sums are the checksums S3 clients send.
var sums = map[string]func() hash.Hash{
	"crc32":     func() hash.Hash { return crc32.NewIEEE() },
	"crc32c":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"crc64nvme": func() hash.Hash { return crc64.New(crc64.MakeTable(nvme)) },
	"sha1":      sha1.New,
	"sha256":    sha256.New,
}

const sumHeader = "X-Amz-Checksum-"

// Checksum is the named checksum of body, as its header carries it.
func Checksum(name string, body []byte) string {
	h := sums[name]()
	h.Write(body)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// checksums compares every checksum that the request names with its body.
func checksums(h http.Header, body []byte) (map[string]string, *Error) {
	right := map[string]string{}
	for header := range h {
		name, ok := strings.CutPrefix(header, sumHeader)
		name = strings.ToLower(name)
		if !ok || name == "mode" || name == "type" || name == "algorithm" {
			continue
		}
		if sums[name] == nil {
			return nil, NotHere(strings.ToLower(header))
		}
		if Checksum(name, body) != h.Get(header) {
			return nil, Fail("BadDigest", "The %s you specified did not match the calculated checksum.", strings.ToUpper(name))
		}
		right[name] = h.Get(header)
	}
	if want := h.Get("Content-Md5"); want != "" {
		sum := md5.Sum(body)
		if base64.StdEncoding.EncodeToString(sum[:]) != want {
			return nil, Fail("BadDigest", "The Content-MD5 you specified did not match what we received.")
		}
	}
	return right, nil
}
