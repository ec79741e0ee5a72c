package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
)

// editor plays the other side.
type editor struct {
	t    *testing.T
	in   *io.PipeWriter
	out  frames
	ends chan error
}

func start(t *testing.T, judge Judge) *editor {
	t.Helper()
	in, send := io.Pipe()
	receive, out := io.Pipe()
	e := &editor{t, send, newFrames(receive), make(chan error, 1)}
	go func() {
		err := Server{Name: "test", Version: "1", Judge: judge}.Serve(t.Context(), in, out)
		in.CloseWithError(io.ErrClosedPipe)
		out.Close()
		e.ends <- err
	}()
	t.Cleanup(func() { send.Close() })
	return e
}

// started has greeted already.
func started(t *testing.T, judge Judge) *editor {
	t.Helper()
	e := start(t, judge)
	e.send(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}`)
	e.wants(`"positionEncoding":"utf-16"`)
	e.send(`{"jsonrpc":"2.0","method":"initialized","params":{}}`)
	return e
}

func (e *editor) raw(data string) {
	e.t.Helper()
	if _, err := e.in.Write([]byte(data)); err != nil {
		e.t.Fatal(err)
	}
}

func (e *editor) send(body string) { e.t.Helper(); e.raw(string(frame([]byte(body)))) }

// wants reads the next message, which holds all parts.
func (e *editor) wants(parts ...string) string {
	e.t.Helper()
	a := e.out.next()
	if a.err != nil {
		e.t.Fatalf("no message, but %v; want %q", a.err, parts)
	}
	for _, part := range parts {
		if !strings.Contains(string(a.body), part) {
			e.t.Fatalf("%s, want %s", a.body, part)
		}
	}
	return string(a.body)
}

func (e *editor) ended(want string) {
	e.t.Helper()
	err := <-e.ends
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		e.t.Errorf("the session ended with %v, want %q", err, want)
	}
}

func opening(uri string, version int, text string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":%q,"languageId":"yaml","version":%d,"text":%q}}}`, uri, version, text)
}

func changing(uri string, version int, text string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":%q,"version":%d},"contentChanges":[{"text":%q}]}}`, uri, version, text)
}

func about(what, uri string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":"textDocument/%s","params":{"textDocument":{"uri":%q}}}`, what, uri)
}

// bad finds the word bad.
func bad(_ context.Context, uri string, open map[string][]byte) ([]Diagnostic, error) {
	if i := bytes.Index(open[uri], []byte("bad")); i >= 0 {
		return []Diagnostic{{document.Diagnostic{Line: 1, Col: i + 1, Severity: document.SeverityWarning, Code: "AXLE0001",
			Summary: "a bad\x1b word", Path: "a.b", Hint: "mend it"}, "RULE-1", "https://example.com/rule", false}}, nil
	}
	return nil, nil
}

// What an editor sees of a document from the first to the last: opened, changed, saved, closed.
func TestLife(t *testing.T) {
	e := started(t, bad)
	e.send(opening("file:///a", 1, "so bad it is"))
	e.wants(`"uri":"file:///a","version":1`, `"start":{"line":0,"character":3},"end":{"line":0,"character":6}`, `"severity":2`,
		`"code":"AXLE0001"`, `"codeDescription":{"href":"https://example.com/rule"}`, `"source":"axle"`,
		`"message":"a bad\\x1b word (at a.b) [RULE-1]\nhint: mend it"`) // T13
	e.send(changing("file:///a", 2, "good"))
	e.wants(`"version":2,"diagnostics":[]`)
	e.send(about("didSave", "file:///a"))
	e.wants(`"version":2,"diagnostics":[]`)
	e.send(about("didClose", "file:///a"))
	e.wants(`{"uri":"file:///a","diagnostics":[]}`)
	e.send(changing("file:///a", 3, "bad")) // not open: nothing to say
	e.send(`{"jsonrpc":"2.0","id":1,"method":"shutdown"}`)
	e.wants(`{"jsonrpc":"2.0","id":1,"result":null}`)
	e.send(`{"jsonrpc":"2.0","method":"exit"}`)
	e.ended("")
}

// A saved file, or one that changed on disk, may change what is said of the others.
func TestSavedJudgesAll(t *testing.T) {
	for _, said := range []string{about("didSave", "b"), `{"jsonrpc":"2.0","method":"workspace/didChangeWatchedFiles","params":{"changes":[]}}`} {
		e := started(t, bad)
		for _, uri := range []string{"a", "b"} {
			e.send(opening(uri, 1, "x"))
			e.wants(`"uri":"` + uri)
		}
		e.send(said)
		both := e.wants() + e.wants()
		if !strings.Contains(both, `"uri":"a"`) || !strings.Contains(both, `"uri":"b"`) {
			t.Errorf("after %s: %s", said, both)
		}
	}
}

// Requests are answered in turn, whatever they ask for.
func TestRequests(t *testing.T) {
	e := start(t, bad)
	for _, c := range []struct{ send, want string }{
		{`{"jsonrpc":"2.0","id":"a","method":"textDocument/hover","params":{}}`, `"id":"a","error":{"code":-32002`},
		{opening("file:///early", 1, "bad") + "", ""},
		{`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}`, `"result":{"capabilities":{"positionEncoding":"utf-16","textDocumentSync":{"change":2,"openClose":true,"save":{"includeText":false}}},"serverInfo":{"name":"test","version":"1"}}`},
		{`{"jsonrpc":"2.0","id":2,"method":"initialize","params":{}}`, `"error":{"code":-32600`},
		{`{"jsonrpc":"2.0","id":3,"method":"textDocument/hover","params":{}}`, `"id":3,"error":{"code":-32601,"message":"not supported: textDocument/hover"}`},
		{`{"jsonrpc":"2.0","id":4,"method":"$/odd"}`, `"error":{"code":-32601`},
		{`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":4}}`, ""},
		{`{"jsonrpc":"2.0","method":"workspace/didChangeConfiguration","params":{}}`, ""},
		{`{"jsonrpc":"2.0","method":"textDocument/willSave","params":7}`, ""},
		{`{"jsonrpc":"2.0","id":5,"result":null}`, ""},
		{`{"jsonrpc":"2.0","id":6,"method":"shutdown"}`, `"id":6,"result":null`},
		{`{"jsonrpc":"2.0","id":7,"method":"shutdown"}`, `"error":{"code":-32600`},
		{opening("file:///late", 1, "bad"), ""},
		{`{"jsonrpc":"2.0","id":8,"method":"textDocument/hover"}`, `"error":{"code":-32600`},
	} {
		if e.send(c.send); c.want != "" {
			e.wants(c.want)
		}
	}
	e.send(`{"jsonrpc":"2.0","method":"exit"}`)
	e.ended("")
}

// Without shutdown the end is an error, which exit code 1 stands for.
func TestEndsWithoutShutdown(t *testing.T) {
	e := started(t, bad)
	e.send(`{"jsonrpc":"2.0","method":"exit"}`)
	e.ended(codeNoExit)
	e = start(t, bad)
	e.in.Close()
	e.ended(codeNoExit)
	e = start(t, bad)
	e.raw("GET / HTTP/1.1\r\n\r\n")
	e.ended(codeFrame)
}

// A message that cannot be read may have changed any document: none of them passes until it is
// opened again, or sent as a whole.
func TestLostMessages(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"no JSON", `{"jsonrpc":`, `"id":null,"error":{"code":-32700`},
		{"no UTF-8", "{\"jsonrpc\":\"2.0\",\"method\":\"\xff\"}", `"error":{"code":-32700`},
		{"no object", `[]`, `"error":{"code":-32600`},
		{"another version", `{"jsonrpc":"1.0","method":"x"}`, `"error":{"code":-32600`},
		{"a method that is no text", `{"jsonrpc":"2.0","method":7}`, `"error":{"code":-32600`},
		{"a change of nothing", `{"jsonrpc":"2.0","method":"textDocument/didChange","params":{}}`, ""},
		{"a version that is none", `{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"a","version":"x"}}}`, ""},
		{"a place before the text", `{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"a","version":2},"contentChanges":[{"range":{"start":{"line":-1,"character":0},"end":{"line":0,"character":0}},"text":""}]}}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := started(t, bad)
			e.send(opening("a", 1, "x"))
			e.wants(`"diagnostics":[]`)
			if e.send(c.body); c.want != "" {
				e.wants(c.want)
			}
			e.wants("window/showMessage", `"type":1`)
			e.wants(`"uri":"a"`, `"code":"AXLE1494"`, "not judged", "open it again")
			e.send(changing("a", 3, "y"))
			e.wants(`"version":3,"diagnostics":[]`)
		})
	}
}

// A message over the limit is refused without being held, and so is a text.
func TestTooBig(t *testing.T) {
	e := started(t, bad)
	e.send(opening("big", 1, strings.Repeat("x", maxText+1)))
	e.wants(`"code":"AXLE1493"`, "5242881 bytes")
	go func() {
		_, err := io.Copy(e.in, io.MultiReader(strings.NewReader(fmt.Sprintf("Content-Length: %d\r\n\r\n", maxFrame+1)), io.LimitReader(zeros{}, maxFrame+1)))
		if err != nil {
			t.Error(err)
		}
	}()
	e.wants(`"code":-32600`, "over the limit of 33554432")
	e.wants("window/showMessage")
	e.wants(`"code":"AXLE1494"`)
}

// What could not be judged is said, not passed over: an error, a defect, and what was found until then.
func TestNotJudged(t *testing.T) {
	for _, c := range []struct {
		judge func() ([]Diagnostic, error)
		want  []string
	}{
		{func() ([]Diagnostic, error) { return nil, errors.New("no rules") }, []string{codeNotJudged, `"message":"not judged: no rules"`, `"severity":1`}},
		{func() ([]Diagnostic, error) { return nil, document.Fail("AXLE2410", "too slow", "loop less", nil) }, []string{"AXLE2410", `not judged: too slow\nhint: loop less`}},
		{func() ([]Diagnostic, error) { panic("oops") }, []string{codeNotJudged, "axle itself failed: oops"}},
		{func() ([]Diagnostic, error) {
			return []Diagnostic{{Diagnostic: document.Diagnostic{Code: "AXLE0001"}}}, errors.New("half")
		}, []string{"AXLE0001", "not judged: half"}},
	} {
		e := started(t, func(context.Context, string, map[string][]byte) ([]Diagnostic, error) { return c.judge() })
		e.send(opening("a", 1, "x"))
		e.wants(c.want...)
	}
}

// A newer text stops the judging of an older one, whose verdict is never shown; only one is judged at a time.
func TestNewerTextWins(t *testing.T) {
	entered := make(chan string, 9)
	e := started(t, func(ctx context.Context, uri string, open map[string][]byte) ([]Diagnostic, error) {
		entered <- string(open[uri])
		if string(open[uri]) == "slow" {
			<-ctx.Done()
			return []Diagnostic{{Diagnostic: document.Diagnostic{Code: "AXLE9999"}}}, ctx.Err()
		}
		return nil, nil
	})
	e.send(opening("a", 1, "slow"))
	if got := <-entered; got != "slow" {
		t.Fatal(got)
	}
	e.send(changing("a", 2, "slow"))
	if got := <-entered; got != "slow" {
		t.Fatal(got)
	}
	e.send(changing("a", 3, "quick"))
	e.wants(`"version":3,"diagnostics":[]`)
	e.send(changing("a", 4, "slow"))
	e.send(about("didClose", "a"))
	e.wants(`{"uri":"a","diagnostics":[]}`)
	e.send(`{"jsonrpc":"2.0","id":1,"method":"shutdown"}`)
	e.wants(`"id":1`)
}

// An interrupt ends the session though the editor says nothing.
func TestInterrupt(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	in, w := io.Pipe()
	defer w.Close()
	ends := make(chan error, 1)
	go func() { ends <- Server{Judge: bad}.Serve(ctx, in, io.Discard) }()
	stop()
	select {
	case err := <-ends:
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it goes on")
	}
}

// An editor that is gone ends the session.
func TestGone(t *testing.T) {
	in := bytes.NewReader(frame([]byte(`{"jsonrpc":"2.0","id":1,"method":"initialize"}`)))
	if err := (Server{Judge: bad}).Serve(t.Context(), in, broken{}); document.CodeOf(err) != codeFrame {
		t.Error(err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// Of very many, the first by place are shown, and how many there are beside (BL05).
func TestShowsTheFirst(t *testing.T) {
	var all []Diagnostic
	for i := range maxShown + 5 {
		all = append(all, Diagnostic{Diagnostic: document.Diagnostic{Line: maxShown + 5 - i, Col: 1, Code: "AXLE0001"}})
	}
	got := show([]byte(strings.Repeat("x\n", maxShown+5)), all)
	last := got[maxShown]
	if len(got) != maxShown+1 || got[0].Range.Start.Line != 0 || got[maxShown-1].Range.Start.Line != maxShown-1 || last.Code != codeMore || !strings.HasPrefix(last.Message, "5 more") {
		t.Errorf("%d shown, the last is %+v", len(got), last)
	}
}

// Whatever an editor sends after a greeting, the session answers or ends; it does not fail.
func FuzzSession(f *testing.F) {
	for _, s := range []string{opening("a", 1, "bad"), changing("a", 2, "x"), about("didSave", "a"), about("didClose", "a"), `{"jsonrpc":"2.0","id":1,"method":"shutdown"}`, `{"jsonrpc":"2.0","method":"exit"}`, `[]`, `{"jsonrpc":"2.0","id":{},"method":"x","params":[1]}`} {
		f.Add([]byte(s), []byte(s))
	}
	hello := frame([]byte(`{"jsonrpc":"2.0","id":0,"method":"initialize"}`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		in := bytes.NewReader(bytes.Join([][]byte{hello, frame([]byte(opening("a", 1, "x"))), frame(a), frame(b)}, nil))
		var out bytes.Buffer
		_ = Server{Judge: bad}.Serve(t.Context(), in, &out) // how it ends is not the matter
		bodies, _, err := readAll(&out)
		if err != io.EOF {
			t.Fatalf("its answers are no messages: %v", err)
		}
		for _, body := range bodies {
			if !json.Valid([]byte(body)) {
				t.Fatalf("no JSON: %s", body)
			}
		}
	})
}
