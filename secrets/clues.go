package secrets

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// ownReach is Local.Reach of our own rules, and of literals that are joined.
func ownReach(ctx context.Context, name, text string, end int) (r Reach) {
	head := text[:end]
	apart := leftApart[extension(name)]
	clueWords().Each(head, func(word, at int) {
		switch c := clues()[word]; {
		case c.join && !apart:
			if joinNear().MatchString(text[at:]) {
				r = max(r, Wide)
			}
		case c.join:
		case c.about(name) && (c.follows == nil || c.follows(text, at, at+len(clueWords().list[word]))):
			r = max(r, c.reach)
		}
	})
	if r < Near && (len(ruleSet{rules: all()}.inEncoded(ctx, head)) > 0 || !apart && hasSeam(text, end)) {
		return Near
	}
	return r
}

// hasSeam says that literals may be joined at a place before end.
func hasSeam(text string, end int) bool {
	for i := 1; i < end; i++ {
		if _, ok := seamAt(text, i); ok {
			return true
		}
	}
	return false
}

// joinNear is a join whose list may be far from its word.
var joinNear = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?i)join["']?\s*:?\s*[\[(-]`) })

// clue is a word that may lead to a hit of a rule, or to a join.
type clue struct {
	rule
	reach Reach
	join  bool
}

var clues = sync.OnceValue(func() (out []clue) {
	for _, r := range all() {
		c := clue{rule: r, reach: Near}
		switch {
		case r.Reach == whole:
			c.reach = Far
		case slices.Contains(r.Keywords, "default"):
			c.reach = Wide
		}
		for range r.Keywords {
			out = append(out, c)
		}
	}
	return append(out, clue{join: true})
})

var clueWords = sync.OnceValue(func() *Words {
	var list []string
	for _, r := range all() {
		list = append(list, r.Keywords...)
	}
	return NewWords(append(list, "join"))
})

// ownFar says that a private key may begin in a text, which may be of any length.
func ownFar(text string) (found bool) {
	keyWords().Each(text, func(_, at int) { found = found || keyEnds(text, 0, at+len("private key")) })
	return found
}

var keyWords = sync.OnceValue(func() *Words { return NewWords([]string{"private key"}) })

// withAt says that a URL goes on to an at sign.
func withAt(text string, _, end int) bool {
	for i := end; i < len(text); i++ {
		switch c := text[i]; {
		case c == '@':
			return true
		case blankByte(c) || quote(c) || c == '<' || c == '>':
			return false
		}
	}
	return false
}

// keyFollows says that a secret is the secret of a key.
func keyFollows(text string, _, end int) bool {
	text = strings.TrimLeft(strings.ToLower(text[end:min(len(text), end+16)]), "_-") // folds the Kelvin sign too
	return strings.HasPrefix(text, "acce") || strings.HasPrefix(text, "k")
}

// keyEnds says that the words private key go on as the line does that begins one.
func keyEnds(text string, _, end int) bool {
	return strings.HasPrefix(text[end:], "-----") || strings.HasPrefix(text[end:], " BLOCK-----")
}

// defaultFollows says that a default is one of a parameter.
func defaultFollows(text string, at, end int) bool {
	rest := strings.TrimLeft(strings.TrimLeft(text[end:], `"'`), " \t")
	return strings.HasPrefix(rest, "=") || text[at] == 'D' && strings.HasPrefix(rest, ":")
}

// keyTails are what may follow a keyword in the name of a property.
var keyTails = []string{"_access_key", "_accesskey", "access_key", "accesskey", "_key", "key", ""}

// propertyFollows says that a property of this name has a value that is written out.
func propertyFollows(text string, _, end int) bool {
	rest := text[end:]
	for _, tail := range keyTails {
		if len(rest) >= len(tail) && strings.EqualFold(rest[:len(tail)], tail) {
			rest = rest[len(tail):]
			break
		}
	}
	rest = strings.TrimLeft(strings.TrimLeft(rest, `"'`), " \t")
	if rest == "" || rest[0] != ':' && rest[0] != '=' {
		return rest != "" && rest[0] >= 0x80 // a letter that folds to k or s
	}
	rest = strings.TrimLeft(strings.TrimLeft(rest[1:], " \t"), `"'`)
	return rest != "" && strings.IndexByte("$<!", rest[0]) < 0
}

// valueFollows says that the word value is on the line or in the next two.
func valueFollows(text string, at, end int) bool {
	to := linesAfter(text, end, 2)
	lines := text[strings.LastIndexByte(text[:at], '\n')+1 : to]
	return to == len(text) || strings.Contains(asciiLower([]byte(lines)), "value")
}
