package cloudformation

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// paged gives the page a token asks for. The token is opaque to callers: how many lines
// there were behind this page when it was made, so that lines which come in front meanwhile
// repeat nothing.
func paged[T any](all []T, token *string, size int) (page []T, next *string, err error) {
	from := 0
	if t := aws.ToString(token); t != "" {
		left, ok := opened(t)
		if !ok || left > len(all) {
			return nil, nil, invalid("The specified NextToken is invalid.")
		}
		from = len(all) - left
	}
	page = all[from:min(from+size, len(all))]
	if left := len(all) - from - len(page); left > 0 {
		next = aws.String(base64.RawURLEncoding.EncodeToString([]byte("left:" + strconv.Itoa(left))))
	}
	return page, next, nil
}

func opened(token string) (left int, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, false
	}
	left, err = strconv.Atoi(strings.TrimPrefix(string(raw), "left:"))
	return left, err == nil && left > 0 && strings.HasPrefix(string(raw), "left:")
}

// opt is a member that is absent when it is empty.
func opt(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func enums[T ~string](all []string) []T {
	var out []T
	for _, s := range all {
		out = append(out, T(s))
	}
	return out
}
