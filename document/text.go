package document

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxBytes = 1_000_000
	maxKeys  = 1_000 // of one mapping
	maxDepth = 100
	maxNodes = 200_000
	maxAlias = 10_000 // nodes that aliases would expand to
)

// CheckSize refuses what is too big to be read: ask before reading.
func CheckSize(file string, size int64, dialect Dialect) Diagnostics {
	if size <= maxBytes {
		return nil
	}
	what := fmt.Sprintf("file is %s (max 1 MB)", bytesText(size))
	if dialect == Templates {
		what = fmt.Sprintf("template is %s; CloudFormation allows 1 MB by S3", bytesText(size))
	}
	return Diagnostics{{File: file, Severity: SeverityError, Code: "AXLE1008", Summary: what}}
}

// bytesText is a size as people read it: 1.2 MB, 1.0 GB, or bytes where rounding would hide the excess.
func bytesText(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 10e6:
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	case n >= 1_050_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return thousands(n) + " bytes"
}

// thousands writes a count with commas: 40,000.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// text refuses what is not readable text: other encodings, binary, foreign files, hidden direction.
func (d *Doc) text() (Diagnostic, bool) {
	if bytes.HasPrefix(d.Data, []byte{0xFF, 0xFE}) || bytes.HasPrefix(d.Data, []byte{0xFE, 0xFF}) {
		return d.atOffset(0, "AXLE1011", "not UTF-8 (offset 0)", "this is UTF-16; save it as UTF-8"), true
	}
	if what := foreign(d.Data); what != "" {
		return d.atOffset(0, "AXLE1014", what, ""), true
	}
	for i := 0; i < len(d.Data); {
		r, size := utf8.DecodeRune(d.Data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return d.atOffset(i, "AXLE1011", fmt.Sprintf("not UTF-8 (offset %d)", i), "save it as UTF-8"), true
		case unreadable(r):
			return d.atOffset(i, "AXLE1010", fmt.Sprintf("not a YAML text (%s at offset %d)", named(r), i), ""), true
		case directs(r):
			g := d.atOffset(i, "AXLE1012", "", fmt.Sprintf("remove U+%04X", r))
			g.Summary = fmt.Sprintf("invisible direction character at column %d", g.Col)
			return g, true
		}
		i += size
	}
	return Diagnostic{}, false
}

// foreign names what a file is when it is plainly something else.
func foreign(data []byte) string {
	head := strings.ToLower(string(bytes.TrimSpace(data[:min(len(data), 200)])))
	switch {
	case strings.HasPrefix(head, "pk\x03\x04"):
		return "this is a zip archive, not a template"
	case strings.HasPrefix(head, "\x1f\x8b"), bytes.HasPrefix(data, []byte{0x1f, 0x8b}):
		return "this is a gzip archive, not a template"
	case strings.HasPrefix(head, "<!doctype html"), strings.HasPrefix(head, "<html"):
		return "this is an HTML page"
	case strings.HasPrefix(head, "version https://git-lfs.github.com/spec/"):
		return "this is a Git LFS pointer" + pointed(head) + "; LFS is not supported"
	}
	return ""
}

// pointed is the size that an LFS pointer names.
func pointed(head string) string {
	_, after, _ := strings.Cut(head, "\nsize ")
	n, err := strconv.ParseInt(strings.TrimSpace(after), 10, 64)
	switch {
	case err != nil:
		return ""
	case n >= 1e6:
		return fmt.Sprintf(" (size %.0f MB)", float64(n)/1e6)
	}
	return " (size " + thousands(n) + " bytes)"
}

// unreadable are the characters YAML does not let stand in a text.
func unreadable(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r', r == 0x85:
		return false
	case r < 0x20, r >= 0x7F && r < 0xA0, r == 0xFEFF, r == 0xFFFE, r == 0xFFFF:
		return true
	}
	return false
}

func named(r rune) string {
	if r < 0x80 {
		return fmt.Sprintf("byte 0x%02X", r)
	}
	return fmt.Sprintf("character U+%04X", r)
}

// directs are the characters that make text look other than it reads.
func directs(r rune) bool {
	switch {
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0x061C:
		return true
	}
	return false
}

// atOffset is a diagnostic at a byte of the data. What cannot be read is not shown.
func (d *Doc) atOffset(offset int, code, summary, hint string) Diagnostic {
	line := 0
	for line < len(d.lines) && d.lines[line] <= offset {
		line++
	}
	col := utf8.RuneCount(d.Data[d.lines[line-1]:offset]) + 1
	return d.diag(line, col, code, "", summary, hint).Secret()
}
