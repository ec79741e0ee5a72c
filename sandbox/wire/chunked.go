package wire

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
)

const streaming = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

// unchunk unpacks an aws-chunked body: hexadecimal size, CRLF, bytes, CRLF … 0, trailer
// headers, empty line. Other bodies come back as they are. Chunks signed one by one answer 501.
func unchunk(h http.Header, body []byte) (plain []byte, trailer map[string]string, err *Error) {
	switch named := h.Get("X-Amz-Content-Sha256"); {
	case !strings.HasPrefix(named, "STREAMING-"):
		return body, nil, nil
	case named != streaming:
		return nil, nil, NotHere("x-amz-content-sha256=" + named)
	}
	for {
		line, rest, ok := bytes.Cut(body, []byte("\r\n"))
		size, perr := strconv.ParseUint(string(line), 16, 31)
		if !ok || perr != nil {
			return nil, nil, badChunk("a chunk's size")
		}
		if size == 0 {
			trailer, err = readTrailer(rest)
			break
		}
		if uint64(len(rest)) < size+2 || string(rest[size:size+2]) != "\r\n" {
			return nil, nil, badChunk("a chunk's end")
		}
		plain, body = append(plain, rest[:size]...), rest[size+2:]
	}
	if want := h.Get("X-Amz-Decoded-Content-Length"); err == nil && want != strconv.Itoa(len(plain)) {
		return nil, nil, badChunk("x-amz-decoded-content-length")
	}
	return plain, trailer, err
}

func readTrailer(raw []byte) (map[string]string, *Error) {
	trailer := map[string]string{}
	for _, line := range strings.Split(strings.TrimRight(string(raw), "\r\n"), "\r\n") {
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || !strings.HasPrefix(strings.ToLower(name), "x-amz-checksum-") {
			return nil, badChunk("the trailer")
		}
		trailer[name] = strings.TrimSpace(value)
	}
	return trailer, nil
}

func badChunk(what string) *Error {
	return Fail("IncompleteBody", "The aws-chunked body is wrong at %s.", what)
}
