// Package organizations answers the reads of AWS Organizations: accounts, units, delegated
// administrators and trusted access. Only the management account and delegated
// administrators may ask, save for DescribeOrganization.
package organizations

import (
	"slices"
	"strconv"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Service is AWS Organizations.
func Service() world.Service {
	return world.Service{Name: "organizations", Operations: []world.Operation{
		world.Read("DescribeOrganization", describeOrganization),
		read("DescribeAccount", describeAccount),
		read("DescribeOrganizationalUnit", describeUnit),
		read("ListRoots", listRoots),
		read("ListOrganizationalUnitsForParent", listUnits),
		read("ListAccountsForParent", listAccountsForParent),
		read("ListAccounts", listAccounts),
		read("ListChildren", listChildren),
		read("ListParents", listParents),
		read("ListTagsForResource", listTags),
		read("ListDelegatedAdministrators", listAdministrators),
		read("ListDelegatedServicesForAccount", listDelegatedServices),
		read("ListAWSServiceAccessForOrganization", listServiceAccess),
	}}
}

// read is a world.Read for those who administer.
func read[I, O any](name string, do func(*world.Call, *I) (*O, error)) world.Operation {
	return world.Read(name, func(c *world.Call, in *I) (*O, error) {
		if !world.Administers(c, "") {
			return nil, wire.Fail("AccessDeniedException", "You don't have permissions to access this resource.")
		}
		return do(global(c), in)
	})
}

// global is the call where the organization's records stand.
func global(c *world.Call) *world.Call { return c.In("", "") }

const maxPage = 20

// page cuts a list: at most 20, and a token for what is left, bound to the list's kind.
func page[T any](all []T, what string, size *int32, token *string) ([]T, *string, error) {
	n, from := maxPage, 0
	if size != nil {
		if n = int(*size); n < 1 || n > maxPage {
			return nil, nil, wire.Fail("InvalidInputException", "MaxResults must be between 1 and %d.", maxPage)
		}
	}
	if token != nil {
		var err error
		if from, err = parseToken(what, *token); err != nil || from > len(all) {
			return nil, nil, wire.Fail("InvalidInputException", "The NextToken is not one of this operation's.")
		}
	}
	rest := all[from:]
	if len(rest) <= n {
		return rest, nil, nil
	}
	next := makeToken(what, from+n)
	return rest[:n], &next, nil
}

func makeToken(what string, from int) string {
	return wire.Checksum("sha256", []byte(what))[:12] + strconv.FormatInt(int64(from), 36)
}

func parseToken(what, token string) (int, error) {
	if len(token) < 12 || token[:12] != makeToken(what, 0)[:12] {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.ParseUint(token[12:], 36, 31)
	return int(n), err
}

func missing(code, what string) error {
	return wire.Fail(code, "You specified %s that doesn't exist.", what)
}

func filter[T any](list []T, keep func(T) bool) []T {
	return slices.DeleteFunc(list, func(v T) bool { return !keep(v) })
}
