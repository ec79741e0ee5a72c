package aws

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/axle-cd/axle/document"
)

// A call that AWS refused is one error with one code, so that it is shown once and ends with its
// code's exit: AXLE4200 in 4. What AWS said can still be asked for.
func TestFailedIsOneError(t *testing.T) {
	said := &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}
	err := error(&failed{document.Fail("AXLE4200", "sts AssumeRole: no", "", nil), fault{err: errors.Join(said, context.Canceled)}})
	if _, many := err.(interface{ Unwrap() []error }); many {
		t.Error("one refusal would be shown as several")
	}
	var shown *document.Error
	if !errors.As(err, &shown) || shown.Code != "AXLE4200" {
		t.Errorf("shown: %v", shown)
	}
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "AccessDeniedException" || !errors.Is(err, context.Canceled) {
		t.Errorf("what AWS said is lost: %v", api)
	}
}
