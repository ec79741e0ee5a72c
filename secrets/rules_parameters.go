package secrets

import (
	"regexp"
	"strings"
	"sync"
)

func parameterRules() []rule {
	return []rule{{
		ID: "parameter-default", Title: "default of a secret parameter",
		Fix:        "rotate it first if it is in use; then take the default away, or make it a {{resolve:secretsmanager:…}} reference",
		Keywords:   []string{"default"},
		Reach:      1,
		Extensions: iac,
		Sample:     "correct horse",
		Finds: []string{
			"Parameters:\n  DbPassword:\n    Type: String\n    Default: §\n",
			"Parameters:\n  DbPassword: {Type: String, Default: \"§\"}\n",
			"Parameters:\n  Answer:\n    NoEcho: true\n    Type: String\n    Default: '§'\n",
			`{"Parameters": {"MasterPassword": {"Type": "String", "Default": "§", "NoEcho": true}}}`,
			"variable \"db_password\" {\n  type    = string\n  default = \"§\"\n}\n",
			"variable \"motto\" {\n  sensitive = true\n  default   = \"§\"\n}\n",
			"Parameters:\n  ApiToken:\n    # why not\n\n    Default: q8Zr2" + "-Lx0pT4\n    Type: String\n",
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
			"ParameterLabels:\n  DbPassword:\n    default: §\n", // a label, not a value
			"variable \"db_password\" {\n  type = string\n}\nvariable \"kind\" {\n  default = \"§\"\n}\n",
		},
		follows: defaultFollows,
		find:    findDefaults,
	}}
}

// scalar is a value on one line, quoted or plain, or the first line of a block.
const scalar = `(?:"(?P<a>(?:[^"\\\n]|\\.)*)"|'(?P<b>(?:[^'\n]|'')*)'|[|>][-+]?[ \t]*\n[ \t]+(?P<c>\S[^\n]*)|(?P<d>[^\s"',|>&*!%{}\[\]#][^\n,}#]*))`

var defaultKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)(?:^|[\s{,])["']?(?:Default["']?[ \t]*[:=]|default["']?[ \t]*=)[ \t]*` + scalar)
})

// findDefaults judges each default by the name of the parameter round it, and by what stands beside it.
func findDefaults(data string, within span) []span {
	var out []span
	for _, m := range matches(defaultKey(), data, within) {
		v := value(data, m)
		name, place := enclosing(data, m[0])
		body, text := data[place.start:place.end], data[v.start:v.end]
		if strings.Contains(body, "AWS::SSM::Parameter") {
			continue
		}
		if secretValue(name, text) || literal(text) && hidden(body) {
			out = append(out, v)
		}
	}
	return out
}

// hidden says that a parameter is declared a secret.
func hidden(body string) bool {
	for _, mark := range []string{"NoEcho", "sensitive"} {
		for rest, ok := body, true; ok; {
			if _, rest, ok = strings.Cut(rest, mark); ok && strings.HasPrefix(strings.TrimLeft(rest, "\"' \t:="), "true") {
				return true
			}
		}
	}
	return false
}

// matches are re's within a part of data, with their places in all of it.
func matches(re *regexp.Regexp, data string, within span) [][]int {
	found := re.FindAllStringSubmatchIndex(data[within.start:within.end], -1)
	for _, m := range found {
		for i := range m {
			if m[i] >= 0 {
				m[i] += within.start
			}
		}
	}
	return found
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
