package aws

import (
	"io"
	"net/http"
	"strings"
	"testing"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// doer is an HTTP client as a function.
type doer func(*http.Request) (*http.Response, error)

func (f doer) Do(r *http.Request) (*http.Response, error) { return f(r) }

// net/http, looking for more of a body that the SDK has closed since, finds its end and no error:
// an error there closes the connection, and the reply on it is lost.
func TestClosedBodyHasJustEnded(t *testing.T) {
	whole, err := smithyhttp.NewStackRequest().(*smithyhttp.Request).SetStream(strings.NewReader("sent"))
	if err != nil {
		t.Fatal(err)
	}
	whole.ContentLength = 4
	r := whole.Build(t.Context())
	_, err = plain{doer(func(r *http.Request) (*http.Response, error) {
		sent, err := io.ReadAll(io.LimitReader(r.Body, 4))
		if err != nil || string(sent) != "sent" {
			t.Errorf("sent %q, %v", sent, err)
		}
		if err := r.Body.Close(); err != nil {
			t.Error(err)
		}
		n, err := io.Copy(io.Discard, r.Body)
		if n != 0 || err != nil {
			t.Errorf("%d bytes more, %v", n, err)
		}
		return nil, err
	})}.Do(r)
	if err != nil {
		t.Error(err)
	}
}
