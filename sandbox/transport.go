package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
)

// Transport is an http.RoundTripper for AWS's own client: it runs the handler in the
// caller's goroutine and opens no socket.
func (s *Sandbox) Transport() http.RoundTripper { return transport{s} }

type transport struct{ handler http.Handler }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	at := r.Clone(r.Context())
	if at.Host == "" {
		at.Host = at.URL.Host
	}
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	t.handler.ServeHTTP(w, at)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if w.lost != nil {
		return nil, w.lost
	}
	return w.response(r), nil
}

// recorder is the http.ResponseWriter of a call without a socket.
type recorder struct {
	header http.Header
	body   bytes.Buffer
	status int
	lost   error // the answer is lost in this way
	cut    bool  // the answer ends in its middle
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) Write(p []byte) (int, error) { return w.body.Write(p) }
func (w *recorder) WriteHeader(status int)      { w.status = status }

func (w *recorder) response(r *http.Request) *http.Response {
	var body io.Reader = &w.body
	length := int64(w.body.Len())
	if w.cut {
		body = cutBody(w.body.Bytes())
	}
	return &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, ContentLength: length,
		Body: io.NopCloser(body), Request: r,
	}
}
