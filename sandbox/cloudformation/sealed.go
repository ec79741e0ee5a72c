package cloudformation

import "regexp"

// A NoEcho value is never kept: a seal stands for it in all that is evaluated and stored.
// The same value of the same parameter has the same seal, so that a change is seen, and
// "use the previous value" works. Empty is no secret.

var sealed = regexp.MustCompile(`\{\{noecho:[0-9a-f]{32}\}\}`)

func seal(stackID, parameter, value string) string {
	if value == "" || sealed.MatchString(value) {
		return value
	}
	return "{{noecho:" + draw(hexDigits, 32, "seal", stackID, parameter, value) + "}}"
}

// shown is text as a reader may see it.
func shown(s string) string { return sealed.ReplaceAllString(s, "****") }
