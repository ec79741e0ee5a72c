package gitleaks

import (
	"unicode/utf8"

	"github.com/axle-cd/axle/secrets"
)

// genericExpr is what assigned is made for: a name, then an operator, then a value.
const genericExpr = `(?i)[\w.-]{0,50}?(?:access|auth|(?-i:[Aa]pi|API)|credential|creds|key|passw(?:or)?d|secret|token)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}([\w.=-]{10,150}|[a-z0-9][a-z0-9+/]{11,}={0,3})(?:[\x60'"\s;]|\\[nr]|$)`

// assignment is what genericExpr asks of a value, and what the rule leaves of that.
type assignment struct {
	entropy        float64
	stop, keywords *secrets.Words
}

func newAssignment(w row) assignment {
	var words []string
	for _, a := range w.allowed {
		if !both(a) {
			words = append(words, a.stopWords...)
		}
	}
	return assignment{w.entropy, secrets.NewWords(words), secrets.NewWords(w.keywords)}
}

// after says that what follows a keyword may be an operator and a value: what genericExpr asks
// for and no more than that. The words key and token are in most files, and few are assigned to.
func (a assignment) after(raw string, at int) bool {
	i := operatorAfter(raw, at)
	if i < 0 {
		return false
	}
	for v := i + 1; v <= i+9 && v < len(raw); v++ {
		if end, value := valueAt(raw, v); end-v >= leastValue {
			return value && (raw[v] == '=' || !a.leaves(raw[v:end])) // = may be of the operator
		}
		if classOf[raw[v]]&betweenByte == 0 {
			return false
		}
	}
	return false
}

// leaves says that the rule leaves a value: it has too little entropy, or one of its words in it. A value that
// takes a keyword from the match after it is read all the same.
func (a assignment) leaves(value string) bool {
	return !has(a.keywords, value) && (entropy(value) <= a.entropy || has(a.stop, value))
}

func has(words *secrets.Words, text string) (found bool) {
	words.Each(text, func(int, int) { found = true })
	return found
}

// The most characters of a match before its keyword, after that up to the value, and of a value that is
// not one run of letters and digits.
const genericName, genericGap, genericValue = 50, 20 + 3 + 3 + 5, 150

// around is where a match lies that has a keyword from at to end, with the match before it, which may take
// text from it. from is the end of the window before: what it holds is not read again.
func (assignment) around(raw string, ascii bool, from, at, end int) span {
	width := 1
	if !ascii {
		width = utf8.UTFMax
	}
	start := at - width*(2*genericName+genericGap+genericValue+16) - 2*edge
	for start > from && classOf[raw[start]]&runByte != 0 {
		start--
	}
	start -= width * (genericName + genericGap + 16)
	stop := max(end+width*(genericGap+genericValue)+edge, from-edge)
	for stop < len(raw) && classOf[raw[stop]]&runByte != 0 {
		stop++
	}
	return span{max(0, start), min(len(raw), stop+edge)}
}

const leastValue = 10

// longValue is more bytes than a value has that is not one run of letters and digits, with = at its end.
const longValue = utf8.UTFMax * (genericValue + 1)

// valueAt says where what may be a value ends that begins at v, and whether it may be one: it ends as
// one does, and it is not of letters alone, which the rule leaves. It gives up where it is too long.
func valueAt(raw string, v int) (end int, value bool) {
	end, special, mixed := v, false, false
	for end < len(raw) && classOf[raw[end]]&valueByte != 0 {
		special = special || classOf[raw[end]]&plainByte == 0
		mixed = mixed || classOf[raw[end]]&runByte == 0 && raw[end] != '=' || end > v && raw[end-1] == '=' && raw[end] != '='
		if end++; mixed && end-v > longValue {
			return end, false
		}
	}
	return end, special && (end == len(raw) || classOf[raw[end]]&endByte != 0)
}

const (
	nameByte     = 1 << iota // may stand between the keyword and the operator
	operatorByte             // begins an operator
	betweenByte              // may stand between that and the value
	valueByte                // may be of the value
	plainByte                // is of a value that the rule leaves, if all of it is
	endByte                  // may stand after the value
	runByte                  // may be of a value without end
)

var classOf = func() (t [256]byte) {
	mark := func(class byte, chars string) {
		for i := range len(chars) {
			t[chars[i]] |= class
		}
	}
	const word = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	const space = " \t\n\f\r"
	mark(nameByte, word+space+`.-'"`)
	mark(operatorByte, "=>:|?,")
	mark(betweenByte, "=>:|`'\""+space)
	mark(valueByte, word+".=+/-")
	mark(plainByte, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.-")
	mark(runByte, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/")
	mark(endByte, "`'\";\\"+space)
	for c := 0x80; c < 0x100; c++ {
		t[c] |= nameByte | valueByte | runByte
	}
	return t
}()
