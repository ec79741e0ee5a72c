package cloudformation

import (
	"errors"

	"github.com/axle-cd/axle/sandbox/wire"
)

func invalid(format string, args ...any) *wire.Error {
	return wire.Fail("ValidationError", format, args...)
}

func noStack(nameOrID string) *wire.Error {
	return invalid("Stack with id %s does not exist", nameOrID)
}

func insufficient(capability string) *wire.Error {
	return wire.Fail("InsufficientCapabilitiesException", "Requires capabilities : [%s]", capability)
}

func missing(c string) *wire.Error {
	return wire.Fail("NotImplemented", "cloudformation:%s", c).With(501)
}

// said is an error's message without its code.
func said(err error) string {
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e.Message
	}
	return err.Error()
}
