package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
)

// Rest is a request of a REST protocol, for a service that reads it itself. What signs and
// carries the request is taken out; a chunked body is unpacked and its checksum compared.
type Rest struct {
	Method, Resource string
	Query            url.Values
	Header           http.Header
	Sum              string            // sha256 of Body
	Checksums        map[string]string // those named, all found right: crc32 → base64
	Body             []byte            `json:"-"`
}

// carriers are headers that say how a request travels, not what it asks.
var carriers = []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256", "X-Amz-Trailer",
	"X-Amz-Decoded-Content-Length", "Amz-Sdk-Invocation-Id", "Amz-Sdk-Request", "User-Agent", "X-Amz-User-Agent", "Accept-Encoding",
	"Content-Length", "Transfer-Encoding", "Date", "Expect", "Connection", "Accept"}

func readRest(req *Request) (Rest, *Error) {
	r := req.HTTP
	rest := Rest{Method: r.Method, Resource: req.Resource, Query: r.URL.Query(), Header: r.Header.Clone()}
	body, trailer, err := unchunk(r.Header, req.Body)
	if err != nil {
		return rest, err
	}
	for k, v := range trailer {
		rest.Header.Set(k, v)
	}
	dropChunked(rest.Header)
	if rest.Checksums, err = checksums(rest.Header, body); err != nil {
		return rest, err
	}
	for _, name := range carriers {
		rest.Header.Del(name)
	}
	for name := range rest.Query {
		if strings.HasPrefix(name, "X-Amz-") || name == "x-id" {
			rest.Query.Del(name)
		}
	}
	sum := sha256.Sum256(body)
	rest.Body, rest.Sum = body, hex.EncodeToString(sum[:])
	return rest, nil
}

// dropChunked takes aws-chunked out of the encodings: it was the journey's, not the object's.
func dropChunked(h http.Header) {
	var own []string
	for _, e := range strings.Split(strings.Join(h.Values("Content-Encoding"), ","), ",") {
		if e = strings.TrimSpace(e); e != "" && e != "aws-chunked" {
			own = append(own, e)
		}
	}
	h.Del("Content-Encoding")
	if len(own) > 0 {
		h.Set("Content-Encoding", strings.Join(own, ","))
	}
}
