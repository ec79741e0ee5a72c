package secrets

import (
	"bytes"
	"encoding/binary"
	"testing"
)

func TestRead(t *testing.T) { // FC06: what hides a secret from the eye of a rule
	big := []byte{0xFE, 0xFF, 0, 'k', 0, 'e', 0, 'y'}
	for _, c := range []struct {
		name, in, want string
		binary         bool
	}{
		{"plain", "key", "key", false},
		{"UTF-8 with a byte order mark", "\ufeffkey", "key", false},
		{"UTF-16, little end first", string(utf16Text("\ufeffkey é")), "key é", false},
		{"UTF-16, big end first", string(big), "key", false},
		{"UTF-16 by its NULs, little", string(utf16Text("password: x")), "password: x", false},
		{"UTF-16 by its NULs, big", string(swap(utf16Text("password: x"))), "password: x", false},
		{"UTF-32, little end first", "\xff\xfe\x00\x00k\x00\x00\x00\xe9\x00\x00\x00", "ké", false},
		{"UTF-32, big end first", "\x00\x00\xfe\xff\x00\x00\x00k\x00\x01\xf5\x11", "k🔑", false},
		{"UTF-32 that is none", "\x00\x00\xfe\xff\xff\xff\xff\xffk", "\ufffd", false},
		{"no width", "k\u200be\u200cy\u200d \u2060a\u00adb", "key ab", false},
		{"dashes stay", "a — b", "a — b", false},
		{"binary", "\x7fELF\x00\x00\x01key", "\x7fELF\x00\x00\x01key", true},
		{"a NUL or two is not UTF-16", "a\x00bcdefghijkl\x00", "a\x00bcdefghijkl\x00", true},
		{"short", "\x00", "\x00", true},
		{"nothing", "", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := read([]byte(c.in)); string(got.data) != c.want || got.binary != c.binary {
				t.Errorf("%q, binary %v", got.data, got.binary)
			}
		})
	}
}

func swap(data []byte) []byte {
	out := bytes.Clone(data)
	for i := 0; i+1 < len(out); i += 2 {
		binary.BigEndian.PutUint16(out[i:], binary.LittleEndian.Uint16(data[i:]))
	}
	return out
}

func TestPlace(t *testing.T) {
	data := "one\ntwé key\r\nthree\n"
	for _, c := range []struct {
		start, end int
		want       place
	}{
		{0, 3, place{1, 1, 1, "one"}},
		{9, 12, place{2, 5, 2, "twé key\r"}},
		{14, 19, place{3, 1, 3, "three"}},
		{0, 20, place{1, 1, 4, "one"}},
		{len(data), len(data), place{4, 1, 4, ""}},
	} {
		if got := read([]byte(data)).place(Hit{Start: c.start, End: c.end}); got != c.want {
			t.Errorf("%d–%d is %+v, want %+v", c.start, c.end, got, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("\ufeffkey\u200b"))
	f.Add(utf16Text("\ufeffkey"))
	f.Add([]byte{0xFF, 0xFE, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if got := read(data); len(data) == 0 && len(got.data) > 0 {
			t.Errorf("%q of nothing", got.data)
		}
	})
}
