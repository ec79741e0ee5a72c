package document

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is text with a unit: 30m, 72h, 90d. Zero is absent.
type Duration time.Duration

// AccountID is an AWS account id: text of exactly 12 digits.
type AccountID string

const day = 24 * time.Hour

var units = []struct {
	letter byte
	length time.Duration
}{{'d', day}, {'h', time.Hour}, {'m', time.Minute}, {'s', time.Second}}

// ParseDuration reads a whole number and one of s, m, h, d. What is too big to hold is the
// longest there is, for a range to refuse.
func ParseDuration(s string) (Duration, error) {
	for _, u := range units {
		count, found := strings.CutSuffix(s, string(u.letter))
		if !found {
			continue
		}
		n, err := strconv.ParseInt(count, 10, 64)
		if err != nil || strings.HasPrefix(count, "+") {
			break
		}
		if n > int64(math.MaxInt64/u.length) || n < -int64(math.MaxInt64/u.length) {
			return Duration(math.MaxInt64), nil
		}
		return Duration(n) * Duration(u.length), nil
	}
	return 0, Fail("AXLE1015", fmt.Sprintf("%q is not a duration", s), "write a whole number and s, m, h or d: 30m", nil)
}

// String is the duration in the largest unit that holds it whole; up to four days in hours.
func (d Duration) String() string {
	for _, u := range units {
		if u.length == day && time.Duration(d) <= 4*day {
			continue
		}
		if d != 0 && time.Duration(d)%u.length == 0 {
			return strconv.FormatInt(int64(d)/int64(u.length), 10) + string(u.letter)
		}
	}
	return strconv.FormatInt(int64(d)/int64(time.Second), 10) + "s"
}

// MarshalText gives String, and nothing for zero.
func (d Duration) MarshalText() ([]byte, error) {
	if d == 0 {
		return nil, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText gives.
func (d *Duration) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	v, err := ParseDuration(string(text))
	*d = v
	return err
}

// Valid says whether an account id is 12 digits.
func (a AccountID) Valid() bool { return len(a) == 12 && strings.Trim(string(a), "0123456789") == "" }

func (a AccountID) String() string { return string(a) }
