package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// htmlPage is what a proxy says in the place of AWS.
const htmlPage = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>\n"

// patience is how long a connection stays open that is never answered, unless the fault says.
const patience = time.Minute

// deliver sends the reply, unless a fault keeps it back.
func (s *Sandbox) deliver(w http.ResponseWriter, r *http.Request, reply wire.Reply, f *world.Fault) {
	kind := ""
	if f != nil {
		kind = f.Kind
	}
	switch kind {
	case world.KindLostReply:
		lose(w, net.ErrClosed, false)
	case world.KindReset:
		lose(w, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}, true)
	case world.KindTimeout:
		if _, in := w.(*recorder); !in && s.options.Wait != nil {
			wait := patience
			if f.For > 0 {
				wait = time.Duration(f.For)
			}
			_ = s.options.Wait(r.Context(), wait) // the caller has gone, or is sent away
		}
		lose(w, &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}, false)
	case world.KindTruncate:
		truncate(w, reply)
	case world.KindHTML:
		page := wire.Reply{Status: http.StatusBadGateway, Header: map[string]string{"Content-Type": "text/html"}, Body: []byte(htmlPage)}
		if f.Status != 0 {
			page.Status = f.Status
		}
		page.Write(w, r.Method)
	default:
		reply.Write(w, r.Method)
	}
}

// lose ends the connection without an answer; in process the caller gets the error that its
// client would have read from the socket.
func lose(w http.ResponseWriter, err error, reset bool) {
	if in, ok := w.(*recorder); ok {
		in.lost = err
		return
	}
	conn, _, failed := http.NewResponseController(w).Hijack()
	if failed != nil { // no connection to lose
		w.WriteHeader(http.StatusGatewayTimeout)
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0) // it is only closed otherwise
	}
	conn.Close()
}

// truncate sends the head of a reply and half its body.
func truncate(w http.ResponseWriter, reply wire.Reply) {
	half := reply.Body[:len(reply.Body)/2]
	if in, ok := w.(*recorder); ok {
		reply.Write(w, http.MethodGet)
		in.cut = true
		return
	}
	conn, _, failed := http.NewResponseController(w).Hijack()
	if failed != nil {
		w.WriteHeader(http.StatusGatewayTimeout)
		return
	}
	defer conn.Close()
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", reply.Status, http.StatusText(reply.Status))
	for k, v := range reply.Header {
		if k != "Content-Length" {
			fmt.Fprintf(&b, "%s: %s\r\n", k, v)
		}
	}
	b.WriteString("Content-Length: " + strconv.Itoa(len(reply.Body)) + "\r\n\r\n")
	b.Write(half)
	_, _ = conn.Write(b.Bytes()) // the caller may be gone
}

// cutBody is half a body and the error of a connection that ended.
func cutBody(body []byte) io.Reader {
	return io.MultiReader(bytes.NewReader(body[:len(body)/2]), broken{})
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
