package secrets

import (
	"regexp"
	"strings"
	"sync"
)

func parameterRules() []Rule {
	return []Rule{{
		ID: "parameter-default", Title: "default of a secret parameter",
		Fix:        "rotate it first if it is in use; then take the default away, or make it a {{resolve:secretsmanager:…}} reference",
		Keywords:   []string{"default"},
		Extensions: iac,
		Sample:     "correct horse",
		Finds: []string{
			"Parameters:\n  DbPassword:\n    Type: String\n    Default: §\n",
			"Parameters:\n  DbPassword: {Type: String, Default: \"§\"}\n",
			"Parameters:\n  Answer:\n    NoEcho: true\n    Type: String\n    Default: '§'\n",
			`{"Parameters": {"MasterPassword": {"Type": "String", "Default": "§", "NoEcho": true}}}`,
			"variable \"db_password\" {\n  type    = string\n  default = \"§\"\n}\n",
			"variable \"motto\" {\n  sensitive = true\n  default   = \"§\"\n}\n",
			"Parameters:\n  ApiToken:\n    # why not\n\n    Default: ***REMOVED***\n    Type: String\n",
		},
		Leaves: []string{
			"Parameters:\n  DbPassword:\n    Type: String\n    NoEcho: true\n  Kind:\n    Type: String\n    Default: §\n",
			"Parameters:\n  DbPassword:\n    Type: String\n    Default: ''\n",
			"Parameters:\n  DbPassword:\n    Type: String\n    Default: changeme\n",
			"Parameters:\n  DbPassword:\n    Type: AWS::SSM::Parameter::Value<String>\n    Default: /app/db/password\n",
			"Parameters:\n  DbPassword:\n    Type: String\n    Default: '{{resolve:ssm-secure:db:1}}'\n",
			"Parameters:\n  PasswordLength:\n    Type: Number\n    Default: 32\n",
			"Parameters:\n  DbSecret:\n    Type: String\n    Default: app/db/secret1\n",
			"Parameters:\n  RotateToken:\n    Type: String\n    Default: true\n",
			"variable \"db_password\" {\n  type = string\n}\nvariable \"kind\" {\n  default = \"§\"\n}\n",
		},
		find: findDefaults,
	}}
}

// scalar is a value on one line, quoted or plain, or the first line of a block.
const scalar = `(?:"(?P<a>(?:[^"\\\n]|\\.)*)"|'(?P<b>(?:[^'\n]|'')*)'|[|>][-+]?[ \t]*\n[ \t]+(?P<c>\S[^\n]*)|(?P<d>[^\s"',|>&*!%{}\[\]#][^\n,}#]*))`

var defaultKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)(?:^|[\s{,])["']?[Dd]efault["']?[ \t]*[:=][ \t]*` + scalar)
})

var hiddenMark = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)["']?(?:NoEcho|sensitive)["']?\s*[:=]\s*["']?true`)
})

// findDefaults judges each default by the name of the parameter round it, and by what stands beside it.
func findDefaults(data string) []span {
	var out []span
	for _, m := range defaultKey().FindAllStringSubmatchIndex(data, -1) {
		v := value(data, m)
		name, body := enclosing(data, m[0])
		if strings.Contains(body, "AWS::SSM::Parameter") {
			continue
		}
		text := data[v.start:v.end]
		if secretValue(name, text) || literal(text) && hiddenMark().MatchString(body) {
			out = append(out, v)
		}
	}
	return out
}

// value is the place of whichever of the four forms of scalar has matched, as the last groups of m.
func value(data string, m []int) span {
	groups := m[len(m)-8:]
	for i := 0; i < 8; i += 2 {
		if groups[i] >= 0 {
			text := data[groups[i]:groups[i+1]]
			return span{groups[i], groups[i] + len(strings.TrimRight(text, " \t\r"))}
		}
	}
	return span{}
}

// enclosing gives the name and the text of the mapping or block that holds the key at: by braces
// where it stands in braces, else by indentation.
func enclosing(data string, at int) (name, body string) {
	if c := data[at]; c == '\n' {
		at++
	}
	start := strings.LastIndexByte(data[:at], '\n') + 1
	if strings.Trim(data[start:at], " \t") != "" || strings.HasPrefix(strings.TrimSpace(data), "{") || opensBlock(data[:start]) {
		return inBraces(data, at)
	}
	return byIndent(data, start)
}

var blockHead = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`["']?([\w.-]+)["']?\s*[:=]?\s*$`)
})

// opensBlock says that the line the text ends in stands in braces that a Terraform block has opened.
func opensBlock(before string) bool {
	open := openBrace(before)
	return open >= 0 && strings.Contains(before[max(0, open-120):open], "variable")
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

func inBraces(data string, at int) (name, body string) {
	if data[at] == '{' {
		at++
	}
	open := openBrace(data[:at])
	if open < 0 {
		return "", ""
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
	return name, data[open:end]
}

// byIndent takes the lines round start that are indented as far as it or further, and the name above them.
func byIndent(data string, start int) (name, body string) {
	want := indent(data[start:])
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
	return name, data[top:end]
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func blank(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || strings.HasPrefix(line, "#")
}
