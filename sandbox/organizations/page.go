package organizations

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/sandbox/wire"
)

const maxPage = 20

// page cuts a list: at most 20, and a token for what is left, bound to the list's kind.
func page[T any](all []T, what string, size *int32, token *string) ([]T, *string, error) {
	n, from := maxPage, 0
	if size != nil {
		if n = int(*size); n < 1 || n > maxPage {
			return nil, nil, invalid(types.InvalidInputExceptionReasonMaxValueExceeded, "MaxResults must be between 1 and %d.", maxPage)
		}
	}
	if token != nil {
		var err error
		if from, err = parseToken(what, *token); err != nil || from > len(all) {
			return nil, nil, invalid(types.InvalidInputExceptionReasonInvalidPaginationToken, "The NextToken is not one of this operation's.")
		}
	}
	rest := all[from:]
	if len(rest) <= n {
		return rest, nil, nil
	}
	next := makeToken(what, from+n)
	return rest[:n], &next, nil
}

// each gives a page's items as the API shows them.
func each[T, S any](items []T, show func(T) S) []S {
	out := make([]S, len(items))
	for i, v := range items {
		out[i] = show(v)
	}
	return out
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
