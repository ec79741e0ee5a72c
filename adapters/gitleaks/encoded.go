package gitleaks

import (
	"encoding/base64"
	"slices"
	"strings"
)

// around is how much beside encoded text is read with it: more than a rule's name, operator and value need.
const around = 1 << 10

// encodedParts are the parts of raw, whole lines each, in which the library's decoders may find something.
// They are asked what they ask, without their expressions: outside of the parts they find nothing.
func encodedParts(raw string) (parts []span) {
	each := func(at int) int {
		start := strings.LastIndexByte(raw[:max(0, at-around)], '\n') + 1
		end := lineEnd(raw, min(len(raw), lineEnd(raw, at)+around))
		if last := len(parts) - 1; last >= 0 && start <= parts[last].end {
			parts[last].start, parts[last].end = min(start, parts[last].start), max(end, parts[last].end)
		} else {
			parts = append(parts, span{start, end})
		}
		return lineEnd(raw, at)
	}
	escaped(raw, each)
	encodedRuns(raw, each)
	return joinSpans(parts)
}

func lineEnd(raw string, at int) int {
	if i := strings.IndexByte(raw[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(raw)
}

// joinSpans orders spans and makes one of those that touch.
func joinSpans(all []span) (out []span) {
	slices.SortFunc(all, func(a, b span) int { return a.start - b.start })
	for _, s := range all {
		if last := len(out) - 1; last >= 0 && s.start <= out[last].end {
			out[last].end = max(out[last].end, s.end)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// escaped looks for %41, \u0041 and U+0041. each says from where to go on.
func escaped(raw string, each func(at int) int) {
	for i := 0; ; {
		n := strings.IndexByte(raw[i:], '%')
		if n < 0 {
			break
		}
		if i += n; percent(raw[i:]) {
			i = each(i)
		} else {
			i++
		}
	}
	for _, mark := range []string{`\u`, `\U`, "U+"} {
		for i := 0; ; {
			n := strings.Index(raw[i:], mark)
			if n < 0 {
				break
			}
			if i += n; len(raw)-i >= 6 && hexDigits(raw[i+2:i+6]) {
				i = each(i)
			} else {
				i += 2
			}
		}
	}
}

// percent says that text begins with %xx.
func percent(text string) bool { return len(text) >= 3 && hexDigits(text[1:3]) }

func hexDigits(s string) bool {
	for i := range len(s) {
		if codeOf[s[i]]&hexByte == 0 {
			return false
		}
	}
	return true
}

// encodedRuns looks for 16 letters and digits or more that are hexadecimal or base64 of readable text.
func encodedRuns(raw string, each func(at int) int) {
	for i := 0; i+15 < len(raw); {
		// Only at every 16th byte is a run looked for: none of that length lies between.
		j := i + 15
		if codeOf[raw[j]] == 0 {
			i = j + 1
			continue
		}
		start := j
		for start > i && codeOf[raw[start-1]] != 0 {
			start--
		}
		for j < len(raw) && codeOf[raw[j]] != 0 {
			j++
		}
		if i = j; j-start >= 16 && readable(raw, start, j) {
			i = each(start)
		}
	}
}

// readable says that a run may be decoded to readable text, or that it is too mixed to tell.
func readable(raw string, start, end int) bool {
	run := raw[start:end]
	hexes, longest := 0, 0
	for i := range len(run) {
		if codeOf[run[i]]&hexByte != 0 {
			hexes++
			longest = max(longest, hexes)
		} else {
			hexes = 0
		}
	}
	if longest >= 32 {
		return longest < len(run) || readableHex(run)
	}
	if !strings.ContainsAny(run, "0123456789+/-_") || !printable(decode4(base64.RawStdEncoding, run)) && !printable(decode4(base64.RawURLEncoding, run)) {
		return false
	}
	after := raw[end:min(end+2, len(raw))]
	padded := run + after[:len(after)-len(strings.TrimLeft(after, "="))]
	out, err := base64.StdEncoding.DecodeString(padded)
	if err == nil && printable(out) {
		return true
	}
	out, err = base64.RawURLEncoding.DecodeString(padded)
	return err == nil && printable(out)
}

// decode4 decodes the first four characters, or gives one that is not printable.
func decode4(e *base64.Encoding, run string) []byte {
	var out [3]byte
	if _, err := e.Decode(out[:], []byte(run[:4])); err != nil {
		return []byte{0}
	}
	return out[:]
}

func readableHex(run string) bool {
	if len(run)%2 != 0 {
		return false
	}
	for i := 0; i < len(run); i += 2 {
		// 09 to 7e: the first digit of a byte that is not is 8 or more, or 0 before 0 to 8.
		if run[i] > '7' || run[i] == '0' && run[i+1] < '9' || run[i] == '7' && (run[i+1] == 'f' || run[i+1] == 'F') {
			return false
		}
	}
	return true
}

func printable(b []byte) bool {
	for _, c := range b {
		if c <= 8 || c >= 0x7f {
			return false
		}
	}
	return true
}

const (
	codeByte = 1 << iota // of base64, both kinds
	hexByte
)

var codeOf = func() (t [256]byte) {
	for _, c := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/+-" {
		t[c] = codeByte
	}
	for _, c := range "0123456789abcdefABCDEF" {
		t[c] |= hexByte
	}
	return t
}()
