package s3

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/sandbox/wire"
)

// span is the part of a body that a Range asks for, from and behind it. What is no single range
// of bytes is not heeded, as HTTP has it.
func span(header string, size int) (from, to int, asked bool, err error) {
	text, ok := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(text, "-")
	if !ok || !dash || strings.Contains(text, ",") {
		return 0, size, false, nil
	}
	a, aerr := strconv.ParseUint(first, 10, 62)
	b, berr := strconv.ParseUint(last, 10, 62)
	switch {
	case first == "" && berr == nil:
		from, to = size-min(int(b), size), size
	case aerr == nil && last == "":
		from, to = int(a), size
	case aerr == nil && berr == nil && a <= b:
		from, to = int(a), min(int(b)+1, size)
	default:
		return 0, size, false, nil
	}
	if from >= size {
		return 0, 0, false, wire.Fail("InvalidRange", "The requested range is not satisfiable").With(http.StatusRequestedRangeNotSatisfiable)
	}
	return from, to, true, nil
}

// cut gives the part of an answer that was asked for.
func cut(out *wire.Reply, header string) (*wire.Reply, error) {
	size := len(out.Body)
	from, to, asked, err := span(header, size)
	if err != nil || !asked {
		return out, err
	}
	out.Status, out.Body = http.StatusPartialContent, out.Body[from:to]
	out.Header["Content-Length"] = strconv.Itoa(to - from)
	out.Header["Content-Range"] = fmt.Sprintf("bytes %d-%d/%d", from, to-1, size)
	for name := range out.Header {
		if strings.HasPrefix(name, "X-Amz-Checksum-") {
			delete(out.Header, name)
		}
	}
	return out, nil
}
