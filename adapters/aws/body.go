package aws

import (
	"io"
	"net/http"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
)

// plain sends each request with a body that can only be read and closed. The SDK closes a body
// as soon as the reply begins, and net/http then still looks whether more of it comes: a closed
// smithy body (v1.28.8) answers that by WriteTo with EOF as an error, at which net/http closes
// the connection under the reply. Its Read answers as it should.
type plain struct{ next sdk.HTTPClient }

func (p plain) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = struct {
			io.Reader
			io.Closer
		}{r.Body, r.Body}
	}
	return p.next.Do(r)
}
