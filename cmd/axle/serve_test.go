package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// SBX-3: serve prints exports, then answers on that address until it is stopped, then ends with 0.
func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan int, 1)
	env := func(name string) (string, bool) {
		return map[string]string{"AXLE_STATE": t.TempDir()}[name], name == "AXLE_STATE"
	}
	go func() {
		ended <- run(ctx, []string{"sandbox", "serve"}, streams{strings.NewReader(""), in, io.Discard}, env)
		in.Close()
	}()
	exports := map[string]string{}
	for lines := bufio.NewScanner(out); len(exports) < 6 && lines.Scan(); {
		name, value, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "=")
		if !ok || !strings.HasPrefix(lines.Text(), "export ") {
			t.Fatalf("no export: %s", lines.Text())
		}
		exports[name] = value
	}
	if exports["AWS_ACCESS_KEY_ID"] == "" || exports["AWS_SECRET_ACCESS_KEY"] == "" || !strings.HasPrefix(exports["AWS_ENDPOINT_URL"], "http://127.0.0.1:") {
		t.Fatalf("exports %d of them, endpoint %q", len(exports), exports["AWS_ENDPOINT_URL"])
	}
	reply, err := http.Post(exports["AWS_ENDPOINT_URL"], "application/x-www-form-urlencoded", strings.NewReader("Action=GetCallerIdentity&Version=2011-06-15"))
	if err != nil {
		t.Fatal(err)
	}
	reply.Body.Close()
	if reply.StatusCode != http.StatusForbidden {
		t.Errorf("an unsigned call got %d", reply.StatusCode)
	}
	stop()
	if code := <-ended; code != exitOK {
		t.Errorf("stopped, it ended with %d", code)
	}
}
