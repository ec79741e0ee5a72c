package lsp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"mime"
	"strconv"
	"strings"
)

// arrival is a message's body, or the size of one that was too big and passed over, or the end.
type arrival struct {
	body    []byte
	skipped int64
	err     error // io.EOF between two messages
}

// frames reads messages: header lines, an empty line, a body of Content-Length bytes.
type frames struct{ in *bufio.Reader }

func newFrames(in io.Reader) frames { return frames{bufio.NewReaderSize(in, maxHeader)} }

func (f frames) next() arrival {
	size, err := f.header()
	if err != nil {
		return arrival{err: err}
	}
	if size > maxFrame {
		if _, err := io.CopyN(io.Discard, f.in, size); err != nil {
			return arrival{err: cut(err)}
		}
		return arrival{skipped: size}
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(f.in, body); err != nil {
		return arrival{err: cut(err)}
	}
	return arrival{body: body}
}

// cut is the end of the stream within a message.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("a message ends too early")
	}
	return err
}

// header gives the length of the body.
func (f frames) header() (int64, error) {
	size, read := int64(-1), 0
	for {
		line, err := f.line()
		switch {
		case err == io.EOF && read == 0:
			return 0, io.EOF
		case err != nil:
			return 0, cut(err)
		case line == "" && size < 0:
			return 0, errors.New("a message has no Content-Length")
		case line == "":
			return size, nil
		}
		if read += len(line); read > maxHeader {
			return 0, fmt.Errorf("a header is longer than %d bytes", maxHeader)
		}
		if err := field(line, &size); err != nil {
			return 0, err
		}
	}
}

// line reads one line of a header; io.EOF means that there was nothing.
func (f frames) line() (string, error) {
	line, err := f.in.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", fmt.Errorf("a header is longer than %d bytes", maxHeader)
	case err == io.EOF && len(line) > 0:
		return "", io.ErrUnexpectedEOF
	}
	return strings.TrimRight(string(line), "\r\n"), err
}

// field reads Content-Length into size, and refuses a text that is not UTF-8.
func field(line string, size *int64) error {
	name, value, ok := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	switch {
	case !ok:
		return fmt.Errorf("a header line without a colon: %.40q", line)
	case strings.EqualFold(name, "Content-Length"):
		n, err := strconv.ParseUint(value, 10, 63)
		if err != nil || *size >= 0 {
			return fmt.Errorf("Content-Length %.40q is not one length", value)
		}
		*size = int64(n)
	case strings.EqualFold(name, "Content-Type"):
		_, params, err := mime.ParseMediaType(value)
		if set := strings.ToLower(params["charset"]); err != nil || set != "" && set != "utf-8" && set != "utf8" {
			return fmt.Errorf("Content-Type %.60q is not UTF-8", value)
		}
	}
	return nil
}

// frame is a body as it is sent.
func frame(body []byte) []byte {
	return append(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(body)), body...)
}
