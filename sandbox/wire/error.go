// Package wire is AWS's protocols: which service and operation a request names, its
// signature, the codec between bytes and the SDK's own input and output types, and errors
// in each protocol's form.
package wire

import (
	"fmt"
	"net/http"
)

// Error is an error as AWS sends it. Code is the code on the wire.
type Error struct {
	Code    string
	Message string
	Status  int    // HTTP; 400 unless said
	Reason  string // a finer code, where the service has one; "": none
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Fail makes an Error with status 400.
func Fail(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Status: 400}
}

// With gives the error another HTTP status.
func (e *Error) With(status int) *Error {
	e.Status = status
	return e
}

// Because gives the error a finer code.
func (e *Error) Because(reason string) *Error {
	e.Reason = reason
	return e
}

const notImplemented = "NotImplemented"

// NotHere is the answer for what the sandbox does not do: 501, which no SDK retries.
// what is service:Operation, or service:Operation.Member.
func NotHere(what string) *Error {
	return Fail(notImplemented, "%s", what).With(http.StatusNotImplemented)
}
