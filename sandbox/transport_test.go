package sandbox_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/sandbox"
)

// In process no socket is opened: with a dialer that always fails, the client still works. SBX-2
func TestNoSocket(t *testing.T) {
	was := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = was })
	http.DefaultTransport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		t.Error("a socket was asked for")
		return nil, errors.New("no sockets")
	}}
	if _, err := sts.NewFromConfig(config(t, newSandbox(t, sandbox.Options{}), "axle")).GetCallerIdentity(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

// closing notes that it was closed, as a RoundTripper must do with a body.
type closing struct {
	io.Reader
	closed *bool
}

func (c closing) Close() error { *c.closed = true; return nil }

func TestRoundTripperContract(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	closed := false
	r, err := http.NewRequestWithContext(ctx, "POST", "https://sts.eu-west-1.amazonaws.com/", closing{strings.NewReader("x"), &closed})
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.Transport().RoundTrip(r)
	if err != nil || out.StatusCode != http.StatusForbidden || !closed {
		t.Errorf("%v, %v, body closed: %v", out, err, closed)
	}
	cancel()
	closed = false
	before := len(calls(t, s))
	if _, err := s.Transport().RoundTrip(r); !errors.Is(err, context.Canceled) || !closed {
		t.Errorf("%v, body closed: %v", err, closed)
	}
	if after := len(calls(t, s)); after != before {
		t.Error("a cancelled call reached the log")
	}
}
