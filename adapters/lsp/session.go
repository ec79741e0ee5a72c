package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/axle-cd/axle/document"
)

const publish = "textDocument/publishDiagnostics"

// session is one editor's: what it has open, what is to be judged, and what is being judged.
type session struct {
	server  Server
	out     io.Writer
	docs    documents
	waiting []string // URIs to judge, the next first
	running *judging
	judged  chan verdict

	greeted, ending, over bool
}

// judging is the one Judge at work.
type judging struct {
	doc   *text
	stale bool // what it says is of no use any more
	stop  context.CancelFunc
}

type verdict struct {
	uri   string
	doc   *text
	found []Diagnostic
	err   error
}

// handle acts on one message. An error is of the stream to the editor.
func (c *session) handle(body []byte) error {
	var m message
	switch {
	case !utf8.Valid(body):
		return c.unread(parseError, "a message is not UTF-8")
	case !json.Valid(body):
		return c.unread(parseError, "a message is not JSON")
	}
	if err := json.Unmarshal(body, &m); err != nil || m.Version != "2.0" {
		return c.unread(invalidRequest, "a message is not JSON-RPC 2.0")
	}
	switch {
	case m.Method == "": // an answer; nothing was asked
		return nil
	case m.ID == nil:
		return c.notified(m)
	}
	return c.asked(m)
}

// asked answers a request.
func (c *session) asked(m message) error {
	switch {
	case c.ending:
		return c.reply(m.ID, nil, &rpcError{invalidRequest, "the session is shut down"})
	case m.Method == "initialize" && c.greeted:
		return c.reply(m.ID, nil, &rpcError{invalidRequest, "the session is initialized already"})
	case m.Method == "initialize":
		c.greeted = true
		return c.reply(m.ID, c.server.abilities(), nil)
	case !c.greeted:
		return c.reply(m.ID, nil, &rpcError{notInitialized, "initialize comes first"})
	case m.Method == "shutdown":
		c.ending = true
		c.drop()
		return c.reply(m.ID, nil, nil)
	}
	return c.reply(m.ID, nil, &rpcError{methodNotFound, "not supported: " + m.Method})
}

// notified takes a notification; those it does not know are the editor's own matter.
func (c *session) notified(m message) error {
	if m.Method == "exit" {
		c.over = true
		return nil
	}
	if !c.greeted || c.ending {
		return nil
	}
	if m.Method == "workspace/didChangeWatchedFiles" {
		c.askAll()
		return nil
	}
	what, _ := strings.CutPrefix(m.Method, "textDocument/")
	if !slices.Contains([]string{"didOpen", "didChange", "didSave", "didClose"}, what) {
		return nil
	}
	var p documentParams
	if err := json.Unmarshal(m.Params, &p); err != nil || p.TextDocument == nil || p.TextDocument.URI == "" {
		return c.lose(m.Method + " could not be read")
	}
	return c.follow(what, p)
}

// follow keeps the documents as the editor has them.
func (c *session) follow(what string, p documentParams) error {
	uri := p.TextDocument.URI
	switch what {
	case "didOpen":
		c.docs.open(uri, p.TextDocument.Version, p.TextDocument.Text)
		c.ask(uri)
	case "didChange":
		if c.docs.change(uri, p.TextDocument.Version, p.Changes) {
			c.ask(uri)
		}
	case "didSave": // what others see of it is looked at again
		c.askAll()
		c.ask(uri)
	case "didClose":
		delete(c.docs, uri)
		c.forget(uri)
		return c.send(publish, publishParams{URI: uri, Diagnostics: []shown{}})
	}
	return nil
}

// ask has a document judged next.
func (c *session) ask(uri string) {
	c.forget(uri)
	if c.docs[uri] != nil {
		c.waiting = append([]string{uri}, c.waiting...)
	}
}

// askAll has every document judged, in the order of their names.
func (c *session) askAll() {
	for _, uri := range c.docs.names() {
		if !slices.Contains(c.waiting, uri) {
			c.ask(uri)
		}
	}
}

// forget takes a document out of what is to be judged, or is being.
func (c *session) forget(uri string) {
	c.waiting = slices.DeleteFunc(c.waiting, func(u string) bool { return u == uri })
	if c.running != nil && c.running.doc.uri == uri {
		c.running.stale = true
		c.running.stop()
	}
}

// drop stops all judging.
func (c *session) drop() {
	for _, uri := range c.docs.names() {
		c.forget(uri)
	}
}

// unread refuses a message, whoever sent it.
func (c *session) unread(code int, why string) error {
	return errors.Join(c.reply(nil, nil, &rpcError{code, why}), c.lose(why))
}

// lose says of every document that its text is not known any more: a message that could not be
// read may have changed it, or opened another.
func (c *session) lose(why string) error {
	const hint = "close the file and open it again"
	for _, uri := range c.docs.names() {
		c.docs[uri] = c.docs[uri].refused(codeLost, why+"; what the editor shows is not known here", hint)
		c.ask(uri)
	}
	return c.send("window/showMessage", messageParams{1, "axle: " + why + "; files opened or changed by it are not judged: " + hint})
}

// judgeNext starts judging the next document, unless one is being judged.
func (c *session) judgeNext(ctx context.Context) {
	if c.running != nil || len(c.waiting) == 0 {
		return
	}
	doc := c.docs[c.waiting[0]]
	c.waiting = c.waiting[1:]
	ctx, stop := context.WithCancel(ctx)
	c.running = &judging{doc: doc, stop: stop}
	open := c.docs.texts()
	go func() {
		defer stop()
		c.judged <- c.server.judge(ctx, doc, open)
	}()
}

// judge asks the Judge. What fails inside it is an error too, not the end of the session.
func (s Server) judge(ctx context.Context, doc *text, open map[string][]byte) (v verdict) {
	v = verdict{uri: doc.uri, doc: doc}
	if doc.fault != nil {
		v.found = []Diagnostic{{Diagnostic: *doc.fault}}
		return v
	}
	defer func() {
		if p := recover(); p != nil {
			v.err = document.Fail(codeNotJudged, fmt.Sprintf("axle itself failed: %v", p), "this is a defect of axle; report it with the file", nil)
		}
	}()
	v.found, v.err = s.Judge(ctx, doc.uri, open)
	return v
}

// publish tells the editor a verdict, unless it is of a text that is no more.
func (c *session) publish(v verdict) error {
	stale := c.running.stale
	c.running = nil
	if stale {
		return nil
	}
	if v.err != nil {
		v.found = append(v.found, notJudged(v.err))
	}
	return c.send(publish, publishParams{URI: v.uri, Version: &v.doc.version, Diagnostics: show(v.doc.data, v.found)})
}

// notJudged is an error as a diagnostic of the whole text.
func notJudged(err error) Diagnostic {
	d := document.Diagnostic{Code: codeNotJudged, Summary: err.Error()}
	if e, ok := errors.AsType[*document.Error](err); ok {
		d = e.Diagnostic
	}
	d.Severity, d.Line, d.Col = document.SeverityError, 1, 1
	d.Summary = "not judged: " + d.Summary
	return Diagnostic{Diagnostic: d}
}

func (c *session) reply(id json.RawMessage, result any, wrong *rpcError) error {
	if id == nil {
		id = json.RawMessage("null")
	}
	if wrong != nil {
		return c.write(refusal{"2.0", id, wrong})
	}
	return c.write(answer{"2.0", id, result})
}

func (c *session) send(method string, params any) error {
	return c.write(notification{"2.0", method, params})
}

func (c *session) write(v any) error {
	body, err := json.Marshal(v)
	if err == nil {
		_, err = c.out.Write(frame(body))
	}
	if err != nil {
		return document.Fail(codeFrame, "the editor cannot be answered", "", err)
	}
	return nil
}
