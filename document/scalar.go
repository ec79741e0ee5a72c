package document

import (
	"cmp"
	"math"
	"strconv"
	"strings"
)

// number is the value of a raw number: int64, or float64 where it is not whole or too big.
func number(raw string) any {
	plain := strings.ReplaceAll(raw, "_", "")
	if i, err := strconv.ParseInt(plain, 0, 64); err == nil {
		return i
	}
	f, err := strconv.ParseFloat(strings.TrimPrefix(plain, "+"), 64)
	if err != nil {
		return special(plain)
	}
	return f
}

// special is YAML's .inf and .nan; what is none of them is not a number.
func special(raw string) float64 {
	switch strings.ToLower(strings.TrimLeft(raw, "+-")) {
	case ".inf":
		if strings.HasPrefix(raw, "-") {
			return math.Inf(-1)
		}
		return math.Inf(1)
	}
	return math.NaN()
}

func truth(raw string) bool { return strings.EqualFold(raw, "true") }

// outOfRange says whether a raw number is beyond int64, or beyond what a float holds.
func outOfRange(raw string) bool {
	switch v := number(raw).(type) {
	case int64:
		return false
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return true
		}
		whole := !strings.ContainsAny(raw, ".eE")
		return whole && math.Abs(v) >= math.MaxInt64
	}
	return true
}

// octal says whether YAML 1.1 readers take a raw number as octal, or would if its digits let them.
func octal(raw string) bool {
	digits := strings.TrimLeft(raw, "+-")
	if len(digits) < 2 || digits[0] != '0' {
		return false
	}
	return strings.Trim(digits, "0123456789_") == ""
}

// decimal is an octal's raw text as it was probably meant.
func decimal(raw string) string {
	digits := strings.TrimLeft(raw, "+-")
	return raw[:len(raw)-len(digits)] + cmp.Or(strings.TrimLeft(digits, "0_"), "0")
}

// readsAsBool says whether YAML 1.1 readers take plain text for true or false.
func readsAsBool(plain string) (reading string, yes bool) {
	switch strings.ToLower(plain) {
	case "yes", "on":
		return "true", true
	case "no", "off":
		return "false", true
	}
	return "", false
}
