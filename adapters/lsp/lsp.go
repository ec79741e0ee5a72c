// Package lsp speaks the Language Server Protocol over two streams: it keeps what an editor has
// open, and tells the editor what a Judge finds wrong there. It knows no rule of its own.
package lsp

import (
	"context"
	"fmt"
	"io"

	"github.com/axle-cd/axle/document"
)

// Codes of what cannot be read, kept or judged.
const (
	codeFrame     = "AXLE1491" // the stream is no protocol's: the session ends
	codeTooBig    = "AXLE1493" // a text, or all of them, over what is kept
	codeLost      = "AXLE1494" // a change could not be read, so the text is not known
	codeNotJudged = "AXLE1495"
	codeMore      = "AXLE1496"
	codeNoExit    = "AXLE1497" // the stream ended, or exit came, without shutdown
)

// What is kept at most, so that an editor, or what plays one, cannot take all memory or time.
const (
	maxHeader  = 4 << 10
	maxFrame   = 32 << 20  // JSON may write a character as six
	maxText    = 5 << 20   // of one document
	maxTexts   = 64 << 20  // of all documents
	maxRewrite = 256 << 20 // bytes that the changes of one message may move
	maxShown   = 1000      // diagnostics of one document
)

// Diagnostic is a document.Diagnostic with what an editor shows beside it.
type Diagnostic struct {
	document.Diagnostic
	Rule     string // that found it, if its code does not say so
	Link     string // where it is explained
	Newlines bool   // its lines end in \n alone; else they end as YAML's do
}

// Judge says what is wrong with one of the open texts, which are given by their URIs. It may
// be called again before the editor has seen the answer, never twice at once; an error means that
// the text was not judged, and the editor is told so.
type Judge func(ctx context.Context, uri string, open map[string][]byte) ([]Diagnostic, error)

// Server answers one editor.
type Server struct {
	Name, Version string
	Judge         Judge
}

// Serve reads messages from in until exit. It is nil when shutdown came before; a text is judged
// while no message waits, and a newer one of the same document stops it.
func (s Server) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	c := &session{server: s, out: out, docs: documents{}, judged: make(chan verdict, 1)}
	arrived := receive(ctx, in)
	for !c.over {
		if err := c.step(ctx, arrived); err != nil {
			return err
		}
	}
	if !c.ending {
		return document.Fail(codeNoExit, "the editor ended the session without shutdown", "", nil)
	}
	return nil
}

// step takes the next message; only when none waits it judges what has changed.
func (c *session) step(ctx context.Context, arrived <-chan arrival) error {
	select {
	case a := <-arrived:
		return c.take(a)
	default:
	}
	c.judgeNext(ctx)
	select {
	case a := <-arrived:
		return c.take(a)
	case v := <-c.judged:
		return c.publish(v)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// receive reads frames in the background, one ahead.
func receive(ctx context.Context, in io.Reader) <-chan arrival {
	frames, all := newFrames(in), make(chan arrival)
	go func() {
		for {
			a := frames.next()
			select {
			case all <- a:
			case <-ctx.Done():
				return
			}
			if a.err != nil {
				return
			}
		}
	}()
	return all
}

// take acts on a message. An error ends the session.
func (c *session) take(a arrival) error {
	switch {
	case a.err == io.EOF:
		c.over = true
		return nil
	case a.err != nil:
		return document.Fail(codeFrame, "this is not the Language Server Protocol: "+a.err.Error(), "let an editor start axle lsp: docs/editors.md", a.err)
	case a.skipped > 0:
		return c.unread(invalidRequest, fmt.Sprintf("a message of %d bytes is over the limit of %d", a.skipped, maxFrame))
	}
	return c.handle(a.body)
}
