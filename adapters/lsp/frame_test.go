package lsp

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// A message is header lines, an empty line, and as many bytes as Content-Length says.
func TestFrames(t *testing.T) {
	for _, c := range []struct{ name, in, bodies, end string }{
		{"nothing", "", "", "EOF"},
		{"two messages", "Content-Length: 2\r\n\r\n{}Content-Length: 3\r\n\r\n[1]", "{} [1]", "EOF"},
		{"any case, any order", "content-type: application/vscode-jsonrpc; charset=utf-8\r\nCONTENT-LENGTH:2\r\n\r\n{}", "{}", "EOF"},
		{"the old name of UTF-8", "Content-Length: 2\r\nContent-Type: a/b; charset=utf8\r\n\r\n{}", "{}", "EOF"},
		{"a line feed alone", "Content-Length: 2\n\n{}", "{}", "EOF"},
		{"an unknown header", "X-Editor: 1\r\nContent-Length: 2\r\n\r\n{}", "{}", "EOF"},
		{"an empty body", "Content-Length: 0\r\n\r\n", "", "EOF"},
		{"no length", "X-Editor: 1\r\n\r\n{}", "", "no Content-Length"},
		{"an empty line first", "\r\n\r\n", "", "no Content-Length"},
		{"two lengths", "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", "", "not one length"},
		{"a negative length", "Content-Length: -1\r\n\r\n", "", "not one length"},
		{"a length past all numbers", "Content-Length: 99999999999999999999\r\n\r\n", "", "not one length"},
		{"a length in hex", "Content-Length: 0x2\r\n\r\n{}", "", "not one length"},
		{"another charset", "Content-Length: 2\r\nContent-Type: a/b; charset=latin1\r\n\r\n{}", "", "not UTF-8"},
		{"not the protocol", "GET / HTTP/1.1\r\n\r\n", "", "without a colon"},
		{"typed by a person", "hello\n", "", "without a colon"},
		{"cut in the header", "Content-Len", "", "ends too early"},
		{"cut after the header", "Content-Length: 2\r\n", "", "ends too early"},
		{"cut in the body", "Content-Length: 9\r\n\r\n{}", "", "ends too early"},
		{"a header line without end", "X: " + strings.Repeat("a", 3*maxHeader), "", "longer than 4096"},
		{"header lines without end", strings.Repeat("X: a\r\n", maxHeader), "", "longer than 4096"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bodies, _, err := readAll(strings.NewReader(c.in))
			if got := strings.Join(bodies, " "); strings.TrimSpace(got) != c.bodies || !strings.Contains(err.Error(), c.end) {
				t.Errorf("%q, then %v; want %q, then %s", got, err, c.bodies, c.end)
			}
		})
	}
}

func readAll(in io.Reader) (bodies []string, skipped int64, err error) {
	f := newFrames(in)
	for {
		a := f.next()
		if a.err != nil {
			return bodies, skipped, a.err
		}
		skipped += a.skipped
		if a.skipped == 0 {
			bodies = append(bodies, string(a.body))
		}
	}
}

// What is over the limit is passed over without being kept; the next message is read (BL12).
func TestFrameTooBig(t *testing.T) {
	const size = maxFrame + 1
	bodies, skipped, err := readAll(io.MultiReader(strings.NewReader("Content-Length: 33554433\r\n\r\n"),
		io.LimitReader(zeros{}, size), bytes.NewReader(frame([]byte("{}")))))
	if len(bodies) != 1 || skipped != size || err != io.EOF {
		t.Errorf("%q, %d skipped, %v", bodies, skipped, err)
	}
	_, _, err = readAll(strings.NewReader("Content-Length: 9000000000000000000\r\n\r\nshort"))
	if err == nil || !strings.Contains(err.Error(), "too early") {
		t.Error(err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// Whatever comes in, reading ends; what was framed comes out as it was.
func FuzzFrames(f *testing.F) {
	for _, s := range []string{"", "{}", "Content-Length: 2\r\n\r\n{}", "Content-Length: 5\r\n\r\n{}", "a: b\r\n\r\n", "\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, _, err := readAll(bytes.NewReader(data)); err == nil {
			t.Fatal("no end")
		}
		bodies, _, err := readAll(bytes.NewReader(append(frame(data), frame(nil)...)))
		if len(bodies) != 2 || bodies[0] != string(data) || err != io.EOF {
			t.Fatalf("%q became %q, %v", data, bodies, err)
		}
	})
}
