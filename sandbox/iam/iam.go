// Package iam answers AWS's Identity and Access Management: roles and policies as records of the
// world, and the judge that weighs them for every call.
package iam

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/axle-cd/axle/sandbox/access"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Unjudged turns off the judgement of what stacks do in the name of their role.
const Unjudged = "iam:unjudged-stacks"

// Knobs are the settings that decide how policies bind.
var Knobs = []world.Knob{
	{Name: Unjudged, Kind: "switch", Usual: "off", Says: "a stack makes its resources whatever its role's policies say"},
}

// Service is IAM. It is global: its records are an account's, in no region.
func Service() world.Service {
	return world.Service{Name: "iam", Knobs: Knobs, Operations: slices.Concat(roleOperations(), grantOperations(), managedOperations(), userOperations(), simulations())}
}

func read[I, O any](name string, do func(*world.Call, *I) (*O, error)) world.Operation {
	return world.Read(name, global(do))
}

func write[I, O any](name string, do func(*world.Call, *I) (*O, error), honours ...string) world.Operation {
	op := world.Write(name, "", global(do))
	op.Honours = honours
	return op
}

func global[I, O any](do func(*world.Call, *I) (*O, error)) func(*world.Call, *I) (*O, error) {
	return func(c *world.Call, in *I) (*O, error) { return do(c.In(c.Account, ""), in) }
}

func noSuch(format string, args ...any) error {
	return wire.Fail("NoSuchEntity", format, args...).With(http.StatusNotFound)
}

func exists(format string, args ...any) error {
	return wire.Fail("EntityAlreadyExists", format, args...).With(http.StatusConflict)
}

func conflict(format string, args ...any) error {
	return wire.Fail("DeleteConflict", format, args...).With(http.StatusConflict)
}

func exceeded(format string, args ...any) error {
	return wire.Fail("LimitExceeded", format, args...).With(http.StatusConflict)
}

func invalid(format string, args ...any) error { return wire.Fail("ValidationError", format, args...) }

// checked refuses a document that AWS would not store.
func checked(text string, kind access.Kind) error {
	if _, err := access.Parse(text, kind); err != nil {
		return wire.Fail("MalformedPolicyDocument", "%s", err.Error())
	}
	return nil
}

var nameForm = regexp.MustCompile(`^[\w+=,.@-]+$`)

func named(member, name string, most int) error {
	if len(name) > most || !nameForm.MatchString(name) {
		return invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: 1 to %d of [\\w+=,.@-]", name, member, most)
	}
	return nil
}

// pathed gives a path, / where there is none.
func pathed(path *string) (string, error) {
	p := aws.ToString(path)
	if p == "" {
		return "/", nil
	}
	if p[0] != '/' || p[len(p)-1] != '/' || len(p) > 512 {
		return "", invalid("The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.")
	}
	return p, nil
}

// encoded is a document as IAM's replies carry it.
func encoded(text string) *string {
	return aws.String(strings.ReplaceAll(url.QueryEscape(text), "+", "%20"))
}

const mostListed = 1000

// page cuts a list at MaxItems; a marker is where the rest begins.
func page[T any](all []T, size *int32, marker *string) (cut []T, next *string, more bool, err error) {
	n, from := 100, 0
	if size != nil {
		n = int(*size)
	}
	if marker != nil {
		from, err = strconv.Atoi(*marker)
	}
	if err != nil || n < 1 || n > mostListed || from < 0 || from > len(all) {
		return nil, nil, false, invalid("Invalid Marker or MaxItems.")
	}
	all = all[from:]
	if len(all) <= n {
		return all, nil, false, nil
	}
	return all[:n], aws.String(strconv.Itoa(from + n)), true, nil
}
