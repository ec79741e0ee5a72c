package secrets

import (
	"regexp"
	"strings"
	"sync"
)

func propertyRules() []rule {
	return []rule{{
		ID: "password-literal", Title: "password written out",
		Fix:        "rotate it first, then take it out of the commit; use ManageMasterUserPassword, or {{resolve:secretsmanager:…}}",
		Keywords:   []string{"password", "passwd", "passphrase", "pwd", "secretstring", "secret_string", "token", "secret", "apikey", "api_key", "api-key", "accountkey", "account_key", "authkey", "auth_key"},
		Reach:      1,
		Extensions: iac,
		Sample:     "correct-h0rse",
		Finds: []string{
			"      MasterUserPassword: §",
			"      MasterUserPassword: \"§\" # for now",
			`"MasterUserPassword" : "§",`,
			"  password = \"§\"",
			"  db_password: '§'",
			"      SecretString: §",
			"      AuthToken: §",
			"  token: $x\n  account_key: '§'",
			"  Db: {Engine: mysql, MasterUserPassword: §}",
		},
		Leaves: []string{
			"      MasterUserPassword: !Ref DbPassword",
			"      MasterUserPassword: '{{resolve:secretsmanager:db:SecretString:password}}'",
			"      MasterUserPassword: {Ref: DbPassword}",
			"      MasterUserPassword: !Sub '${DbPassword}'",
			"      ManageMasterUserPassword: true",
			"  password = var.db_password",
			"  password = \"${var.db_password}\"",
			"      SecretString:\n        Ref: X",
			"  password: ${{ secrets.PASSWORD }}",
			"  password: <your password>",
			"  password: string",
			"      ClientToken: orders-queue",
			"      MinimumPasswordLength: 14",
			"      Password: ''",
			"      Password: \"********\"",
			"# password: see the wiki",
		},
		follows: propertyFollows,
		find:    findProperties,
	}}
}

var property = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?im)(?:^|[\s{,])["']?([a-z0-9_.-]*(?:password|passwd|passphrase|pwd|secret_?string|token|secret(?:_?(?:access_?)?key)?|api[_-]?key|account_?key|auth_?key))["']?[ \t]*([:=])[ \t]*` + scalar)
})

func findProperties(data string, within span) []span {
	var out []span
	for _, m := range matches(property(), data, within) {
		name, v := data[m[2]:m[3]], value(data, m)
		plain := m[len(m)-2] >= 0
		if plain && data[m[4]] == '=' { // unquoted after = is an expression of Terraform
			continue
		}
		text := data[v.start:v.end]
		if !secretValue(name, text) || commented(data, m[2]) && !random(text) {
			continue
		}
		out = append(out, v)
	}
	return out
}

// commented says that the line of at is a comment, where words are likelier than passwords.
func commented(data string, at int) bool {
	line := strings.TrimSpace(data[strings.LastIndexByte(data[:at], '\n')+1 : at])
	return strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//")
}
