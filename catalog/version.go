package catalog

import (
	"regexp"
	"strings"
)

var digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// longest description of a version: AWS takes 8,192, people read one line.
const headOfChanges = 200

// Description is what a version's Description on AWS says: digest, commit, first line of the changes.
func (v Version) Description() string {
	words := []string{v.Digest}
	if v.Commit != "" {
		words = append(words, v.Commit)
	}
	if head := headline(v.Changes); head != "" {
		words = append(words, head)
	}
	return strings.Join(words, " ")
}

// ParseDescription reads what Description wrote. What does not begin with a digest was not
// published by axle: then digest is "".
func ParseDescription(text string) (digest, commit, changes string) {
	digest, rest, _ := strings.Cut(text, " ")
	if !digestForm.MatchString(digest) {
		return "", "", ""
	}
	commit, changes, _ = strings.Cut(rest, " ")
	return digest, commit, changes
}

func headline(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	clean := []rune(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text))
	if len(clean) > headOfChanges {
		clean = append(clean[:headOfChanges-1], '…')
	}
	return string(clean)
}
