package servicecatalog

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/sandbox/world"
)

// Page maxima, as AWS has them (SBX-38).
const (
	wide   = 100
	narrow = 20
)

// page cuts one page out of items. The token is opaque and bound to the operation, the
// account, the region and what scope says about the question asked.
func page[T any](c *world.Call, items []T, size int32, token *string, max int, scope ...string) ([]T, *string, error) {
	if size < 0 || int(size) > max {
		return nil, nil, violated("Value '%d' at 'pageSize' failed to satisfy constraint: Member must have value between 0 and %d", size, max)
	}
	bound := binding(c, scope)
	start, err := offset(val(token), bound, len(items))
	if err != nil {
		return nil, nil, err
	}
	if size > 0 {
		max = int(size)
	}
	end := min(start+max, len(items))
	if end == len(items) {
		return items[start:], nil, nil
	}
	next := base64.RawURLEncoding.EncodeToString([]byte(bound + strconv.Itoa(end)))
	return items[start:end], &next, nil
}

func binding(c *world.Call, scope []string) string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{c.Operation, c.Account, c.Region}, scope...), "\x00")))
	return fmt.Sprintf("%x.", sum[:8])
}

func offset(token, bound string, n int) (int, error) {
	if token == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	rest, ours := strings.CutPrefix(string(raw), bound)
	at, bad := strconv.Atoi(rest)
	if err != nil || !ours || bad != nil || at < 0 {
		return 0, invalid("The page token is not valid for this request.")
	}
	return min(at, n), nil
}
