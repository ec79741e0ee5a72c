package secrets

import (
	"strings"
	"unicode"
)

// placeholders are words people write where a secret will stand. The list is short on purpose:
// a word that anyone would try first is a password all the same.
var placeholders = map[string]bool{
	"changeme": true, "change-me": true, "change_me": true, "replaceme": true, "replace-me": true, "replace_me": true,
	"placeholder": true, "redacted": true, "todo": true, "tbd": true, "string": true, "secret": true,
	"true": true, "false": true, "yes": true, "no": true, "null": true, "none": true, "~": true,
}

// literal says that a value is a value: not a reference, not a placeholder, not empty. § is where
// a value stands in the samples of this room.
func literal(v string) bool {
	v = strings.TrimSpace(v)
	return strings.ContainsFunc(v, letterOrDigit) && !strings.Contains(v, "§") && !reference(v) && !placeholders[strings.ToLower(v)] && !masked(v) && !strings.HasPrefix(strings.ToLower(v), "your")
}

func letterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// reference is a value that is read from elsewhere: {{resolve:…}}, !Ref, ${…}, $(…), <name>, an ARN.
func reference(v string) bool {
	for _, p := range []string{"!", "$", "<", "arn:", "%{"} {
		if strings.HasPrefix(v, p) {
			return true
		}
	}
	return strings.Contains(v, "{{") || strings.Contains(v, "${")
}

// masked is one character again and again: ****, xxxx, ....
func masked(v string) bool {
	return len(v) > 2 && strings.Trim(strings.ToLower(v), strings.ToLower(v[:1])) == ""
}

// random is a value that no name or word is: of eight characters or more, with a letter and a digit,
// and not a path.
func random(v string) bool {
	return len(v) >= 8 && strings.ContainsAny(v, "0123456789") &&
		strings.ContainsAny(strings.ToLower(v), "abcdefghijklmnopqrstuvwxyz") && !strings.ContainsAny(v, "/ ")
}

// passwordName is the name of something that holds a password, whatever the password is.
func passwordName(name string) bool {
	return endsWith(name, "password", "passwd", "passphrase", "pwd", "secretstring")
}

// tokenName is the name of something that may hold a secret, or only what a secret is called.
func tokenName(name string) bool {
	if endsWith(name, "clientrequesttoken", "clienttoken", "idempotencytoken", "nexttoken", "paginationtoken") {
		return false // what tells one request from another
	}
	return endsWith(name, "secret", "token", "apikey", "accountkey", "authkey", "accesskey", "secretkey", "privatekey", "credential", "credentials", "secretaccesskey")
}

func endsWith(name string, ends ...string) bool {
	n := strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "").Replace(name))
	for _, e := range ends {
		if strings.HasSuffix(n, e) {
			return true
		}
	}
	return false
}

// secretValue judges a value by the name it stands under.
func secretValue(name, v string) bool {
	return literal(v) && (passwordName(name) || tokenName(name) && random(v))
}
