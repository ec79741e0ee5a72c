package secrets

import (
	"regexp"
	"strings"
	"sync"
)

// near is how far round a key its parameter is looked for, so that no file costs more than its length.
const near = 4 << 10

// enclosing gives the name and the place of the mapping or block that holds the key at: by braces
// where it stands in braces, else by indentation.
func enclosing(data string, at int) (string, span) {
	from := max(0, at-near)
	name, body := around(data[from:min(len(data), at+near)], at-from)
	return name, span{from + body.start, from + body.end}
}

func around(data string, at int) (name string, body span) {
	if data[at] == '\n' {
		at++
	}
	start := strings.LastIndexByte(data[:at], '\n') + 1
	if strings.Trim(data[start:at], " \t") != "" || inBlock(data[:start]) {
		return inBraces(data, at)
	}
	return byIndent(data, start)
}

var blockHead = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`["']?([\w.-]+)["']?\s*[:=]?\s*$`)
})

// inBlock says that text ends in braces that a line has opened: a block of Terraform, an object of
// JSON. A brace within a line is a reference of YAML.
func inBlock(text string) bool {
	open := openBrace(text)
	return open >= 0 && strings.TrimSpace(text[open+1:lineEnd(text, open)]) == ""
}

// openBrace is the last brace that is open at the end of text, or -1.
func openBrace(text string) int {
	depth := 0
	for i := len(text) - 1; i >= 0; i-- {
		switch text[i] {
		case '}':
			depth++
		case '{':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

func inBraces(data string, at int) (name string, body span) {
	if data[at] == '{' {
		at++
	}
	open := openBrace(data[:at])
	if open < 0 {
		return "", span{}
	}
	end, depth := len(data), 0
	for i := open; i < len(data); i++ {
		if data[i] == '{' {
			depth++
		} else if data[i] == '}' {
			depth--
		}
		if depth == 0 {
			end = i
			break
		}
	}
	if m := blockHead().FindStringSubmatch(data[max(0, open-200):open]); m != nil {
		name = m[1]
	}
	return name, span{open, end}
}

// byIndent takes the lines round start that are indented as far as it or further, and the name above them.
func byIndent(data string, start int) (name string, body span) {
	want := indent(data[start:])
	if want == 0 {
		return "", span{}
	}
	top := start
	for top > 0 {
		prev := strings.LastIndexByte(data[:top-1], '\n') + 1
		line := data[prev : top-1]
		if blank(line) || indent(line) >= want {
			top = prev
			continue
		}
		key, _, _ := strings.Cut(strings.TrimSpace(line), ":")
		name = strings.Trim(key, `"' `)
		break
	}
	end := start
	for end < len(data) {
		line, _, _ := strings.Cut(data[end:], "\n")
		if !blank(line) && indent(line) < want {
			break
		}
		end = min(end+len(line)+1, len(data))
	}
	return name, span{top, end}
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func blank(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || strings.HasPrefix(line, "#")
}
