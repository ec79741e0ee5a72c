package gitleaks

import (
	"encoding/base64"
	"encoding/hex"
	"testing"

	"github.com/zricethezav/gitleaks/v8/detect/codec"
)

func TestEncodedParts(t *testing.T) {
	text := "a secret of some length"
	for raw, want := range map[string]bool{
		"": false, "plain words only": false, "a_rather_long_name_of_something": false, "ARatherLongNameOfSomething123": false,
		base64.StdEncoding.EncodeToString([]byte(text)): true, base64.RawURLEncoding.EncodeToString([]byte(text)): true,
		"x: " + base64.StdEncoding.EncodeToString([]byte(text+"!")) + "\n": true, "x=" + hex.EncodeToString([]byte(text)): true,
		"0123456789abcdef0123456789abcdef01234567": false, "100%": false, "%41": true, `\u0041`: true, "U+0041 ": true, `\user`: false,
	} {
		if got := len(encodedParts(raw)) > 0; got != want {
			t.Errorf("%q: %v", raw, got)
		}
	}
}

// Where we say that there is nothing, the library finds nothing.
func FuzzEncodedParts(f *testing.F) {
	f.Add("data: " + base64.StdEncoding.EncodeToString([]byte("key = value and more")) + "=\n")
	f.Add(hex.EncodeToString([]byte("a secret of some length")) + "xyz")
	f.Add("%41%zz \\u0041 U+0041 \\\\U0041")
	f.Add("/9j/4AAQSkZJRgABAQ==")
	f.Add("C000X000C000C000 =0") // a = that does not belong to it
	f.Fuzz(func(t *testing.T, raw string) {
		if len(encodedParts(raw)) > 0 {
			return
		}
		if out, segments := codec.NewDecoder().Decode(raw, nil); len(segments) > 0 {
			t.Errorf("%q is decoded to %q", raw, out)
		}
	})
}
