// Package licensemanager answers what AWS License Manager says of licences bought in Marketplace:
// who received them, and the grants by which their holder passes them on. A grant takes minutes;
// its state is told when it is asked for.
package licensemanager

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Service is License Manager.
func Service() world.Service {
	return world.Service{Name: "license-manager", Knobs: Knobs, Operations: slices.Concat(licenceOperations(), grantOperations(), settingOperations())}
}

// Names of the settings that the service reads.
const (
	work        = "license-manager:grant"
	quotaGrants = "license-manager:grants-of-licence"
	failing     = "license-manager:grants-fail"
	rate        = "license-manager:rate"
)

const (
	usualWork = 2 * time.Minute
	maxGrants = 2000
)

// Knobs are the settings that the service reads.
var Knobs = []world.Knob{
	{Name: quotaGrants, Kind: "quota", Usual: "2000", Says: "grants of a licence"},
	{Name: rate, Kind: "quota", Usual: "2", Says: "calls a second of each operation, where calls are limited"},
	{Name: work, Kind: "takes", Usual: "2m0s", Says: "each step of a grant's workflow"},
	{Name: failing, Kind: "switch", Usual: "off", Says: "a new grant's workflow ends FAILED_WORKFLOW"},
}

func invalid(format string, args ...any) error {
	return wire.Fail("InvalidParameterValueException", format, args...)
}

func noSuch(what string) error {
	return wire.Fail("ResourceNotFoundException", "%s does not exist.", what)
}

func wrongState(format string, args ...any) error {
	return wire.Fail("InvalidResourceStateException", format, args...)
}

// global is where licences and grants are kept: they are seen from several accounts.
func global(c *world.Call) *world.Call { return c.In("", "") }

const mostListed = 100

// page cuts a list; its token is bound to what was asked.
func page[T any](all []T, asked string, size *int32, token *string) (cut []T, next *string, err error) {
	n, from := mostListed, 0
	if size != nil {
		if n = int(*size); n < 1 || n > mostListed {
			return nil, nil, invalid("MaxResults must be between 1 and %d.", mostListed)
		}
	}
	mark := wire.Checksum("sha256", []byte(asked))[:16]
	if token != nil {
		rest, ok := strings.CutPrefix(*token, mark)
		if from, err = strconv.Atoi(rest); !ok || err != nil || from < 0 || from > len(all) {
			return nil, nil, invalid("The NextToken is not one of this list's.")
		}
	}
	to := min(from+n, len(all))
	if to < len(all) {
		text := mark + strconv.Itoa(to)
		next = &text
	}
	return all[from:to], next, nil
}

// filters are an operation's, each with one value; a name that it has not is refused, and names
// are told apart by their letters' case.
func filters(given []types.Filter, names ...string) (map[string]string, error) {
	all := map[string]string{}
	for _, f := range given {
		switch {
		case f.Name == nil || !slices.Contains(names, *f.Name):
			return nil, invalid("The filter is not one of %s.", strings.Join(names, ", "))
		case len(f.Values) != 1:
			return nil, wire.Fail("FilterLimitExceededException", "The filter %s takes one value.", *f.Name)
		}
		all[*f.Name] = f.Values[0]
	}
	return all, nil
}

// fits says whether a thing's values are those that filters want.
func fits(want, have map[string]string) bool {
	for name, value := range want {
		if have[name] != value {
			return false
		}
	}
	return true
}
