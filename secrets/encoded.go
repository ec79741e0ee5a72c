package secrets

import (
	"context"
	"encoding/base64"
	"regexp"
	"sync"
	"unicode"
	"unicode/utf8"
)

var base64Run = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z0-9+/]{24,}={0,2}`) })

// maxEncoded is how much encoded text of one content is decoded.
const maxEncoded = 1 << 20

// inEncoded decodes base64 of readable text, such as user data, and looks at that with every rule. The
// place of what it finds is that of the encoded text.
func (s ruleSet) inEncoded(ctx context.Context, text string) (hits []Hit) {
	if !hasRun(text) {
		return nil
	}
	left := maxEncoded
	for _, at := range base64Run().FindAllStringIndex(text, -1) {
		run := text[at[0]:at[1]]
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
			h.Start, h.End, h.Decoded = at[0], at[1], "base64"
			hits = append(hits, h)
		}
	}
	return hits
}

// hasRun says that there may be a run of 24 characters of base64, without reading every byte.
func hasRun(text string) bool {
	for i := 23; i < len(text); i += 24 {
		if !base64Byte(text[i]) {
			continue
		}
		start, end := i, i
		for start > 0 && i-start < 24 && base64Byte(text[start-1]) {
			start--
		}
		for end < len(text) && end-start < 24 && base64Byte(text[end]) {
			end++
		}
		if end-start >= 24 {
			return true
		}
	}
	return false
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
