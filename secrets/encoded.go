package secrets

import (
	"context"
	"encoding/base64"
	"iter"
	"unicode"
	"unicode/utf8"
)

// maxEncoded is how much encoded text of one content is decoded.
const maxEncoded = 1 << 20

// inEncoded decodes base64 of readable text, such as user data, and looks at that with every rule. The
// place of what it finds is that of the encoded text.
func (s ruleSet) inEncoded(ctx context.Context, text string) (hits []Hit) {
	left := maxEncoded
	for at := range encodedRuns(text) {
		run := text[at.start:at.end]
		data, err := base64.StdEncoding.DecodeString(run)
		if err != nil {
			data, err = base64.RawStdEncoding.DecodeString(run)
		}
		if err != nil || !readable(data) || left < len(data) {
			continue
		}
		left -= len(data)
		found, err := ruleSet{rules: s.rules}.Detect(ctx, anyText, data)
		if err == nil && len(found) > 0 {
			h := found[0]
			h.Start, h.End, h.Decoded = at.start, at.end, "base64"
			hits = append(hits, h)
		}
	}
	return hits
}

// leastRun is how long encoded text is at least.
const leastRun = 24

// encodedRuns are the runs of base64 that may be readable: only every 24th byte is looked at where there is none.
func encodedRuns(text string) iter.Seq[span] {
	return func(yield func(span) bool) {
		for i := 0; i+leastRun <= len(text); {
			end := i + leastRun - 1
			if !base64Byte(text[end]) {
				i = end + 1
				continue
			}
			start := end
			for start > i && base64Byte(text[start-1]) {
				start--
			}
			for end < len(text) && base64Byte(text[end]) {
				end++
			}
			i = end
			if end-start < leastRun || !beginsReadable(text[start:end]) {
				continue
			}
			for n := 0; n < 2 && end < len(text) && text[end] == '='; n++ {
				end++
			}
			if !yield(span{start, end}) {
				return
			}
		}
	}
}

// beginsReadable decodes the first characters: most names of code are no text.
func beginsReadable(run string) bool {
	var out [18]byte
	if _, err := base64.StdEncoding.Decode(out[:], []byte(run[:leastRun])); err != nil {
		return false
	}
	for _, c := range out {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7f {
			return false
		}
	}
	return true
}

func base64Byte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/'
}

// readable says that decoded bytes are text that a person may have written.
func readable(data []byte) bool {
	if len(data) < 12 || !utf8.Valid(data) {
		return false
	}
	for _, c := range string(data) {
		if !unicode.IsPrint(c) && c != '\n' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}
