package secrets

import (
	"regexp"
	"strings"
	"sync"
)

func environmentRules() []rule {
	const take = "rotate it first, then take it out of the commit; give functions and containers the ARN of a secret, and let them read it"
	words := []string{"password", "passwd", "passphrase", "pwd", "secret", "token", "api_key", "apikey"}
	return []rule{{
		ID: "environment-value", Title: "secret in an environment", Fix: take,
		Keywords:   words,
		Reach:      2,
		Extensions: iac,
		Sample:     "correct-h0rse",
		Finds: []string{
			"  Environment:\n    - Name: DB_PASSWORD\n      Value: §\n",
			`"environment": [{"name": "DB_PASSWORD", "value": "§"}]`,
			"      - { Name: ADMIN_PWD, Value: '§' }",
			"environment {\n  name  = \"DB_PASSWORD\"\n  value = \"§\"\n}\n",
		},
		Leaves: []string{
			"    - Name: DB_PASSWORD\n      Value: !Ref DbPassword\n",
			"    - Name: DB_PASSWORD\n      ValueFrom: arn:aws:ssm:eu-west-1:999999999999:parameter/db\n",
			"    - Name: PASSWORD_LENGTH\n      Value: 32\n",
			"    - Name: TOKEN_URL\n      Value: https://login.internal/token\n",
			"    - Name: DB_PASSWORD\n    - Name: STAGE\n      Value: production\n",
			"    - Name: SECRET\n      Value: app/db\n",
		},
		find:    underName(`(?im)["']?\bname["']?\s*[:=]\s*["']?(?P<name>[a-z0-9_.-]+)["']?\s*,?\s*["']?\bvalue["']?\s*[:=]\s*` + scalar),
		follows: valueFollows,
	}, {
		ID: "script-assignment", Title: "secret in a script", Fix: take,
		Keywords: []string{"password=", "passwd=", "passphrase=", "pwd=", "secret=", "token=", "api_key=", "apikey="},
		Sample:   "correct-h0rse",
		Finds: []string{
			"export DB_PASSWORD=§",
			"PGPASSWORD='§' psql -h db",
			"      - POSTGRES_PASSWORD=§",
			`DB_PASSWORD="§"`,
			"API_TOKEN=q8Zr2" + "-Lx0pT4",
			"ENV ADMIN_PASSWD=§",
		},
		Leaves: []string{
			"export DB_PASSWORD=$(aws secretsmanager get-secret-value)",
			"DB_PASSWORD=${PASSWORD}", "DB_PASSWORD=$1", "DB_PASSWORD=",
			"PASSWORD=`cat file`",
			"API_TOKEN=token", "if PASSWORD == x:", "PASSWORD=changeme", "PASSWORD_FILE=/run/secrets/db", "password = var.x",
			"GITHUB_TOKEN=%GITHUB_TOKEN%", "DB_PASSWORD=<password>", "PASSWORD=password", "TOKEN=get_token(1234)", "PASSWORD=getpass.getpass()", "PASSWORD=os.environ['X1']",
		},
		find: underName(`(?m)(?:^|[\s;&|"'` + "`" + `,\[(])(?:export\s+)?(?P<name>[A-Z][A-Z0-9_]*(?:PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|TOKEN|API_?KEY)|PASSWORD|PASSWD|TOKEN)=` +
			`(?:"(?P<a>[^"\n=][^"\n]*)"|'(?P<b>[^'\n=][^'\n]*)'|(?P<c>\\[^\n]+)|(?P<d>[^\s"'=;&|,()\[\]]{4,128})(?:[\s"';&|,]|\\n|$))`),
	}, {
		ID: "command-password", Title: "password on a command line", Fix: take,
		Keywords: []string{"--password", "--master-user-password", "-pass ", "--token", "--secret"},
		Sample:   "correct-h0rse",
		Finds: []string{
			"mysql --user=root --password=§ db",
			"aws rds modify-db-instance --master-user-password '§'",
			"docker login --password \"§\" registry.internal",
		},
		Leaves: []string{
			"docker login --password-stdin", "tool --password $PASSWORD", "tool --password=\"$1\"", "tool --password <password>",
			"the option --password is asked for", "tool --token ${{ secrets.TOKEN }}", "aws ecr get-login --password --region eu-west-1", "tool --must-change-password=false\\n\\n# next",
		},
		find: underName(`(?P<name>--[a-z-]*(?:password|token|secret))(?:=|\s+)(?:"(?P<a>[^"\n-][^"\n]*)"|'(?P<b>[^'\n-][^'\n]*)'|(?P<c>\\[^\n]+)|(?P<d>[^\s"'=;&|,\\-][^\s"'=;&|,\\]*[0-9!#%_+-][^\s"'=;&|,\\]*))`),
	}, {
		ID: "connection-string", Title: "password in a connection string", Fix: take,
		Keywords: []string{"password=", "pwd=", "accountkey=", "sharedaccesskey="},
		Sample:   "correct-h0rse",
		Finds: []string{
			"Server=db.internal;Database=orders;User Id=app;Password=§;",
			"jdbc:postgresql://db.internal/orders?user=app&password=§",
			`"ConnectionString": "Data Source=db;uid=app;pwd=§"`,
			"jdbc:sqlserver://db.internal:1433;user=app;password=§;encrypt=true",
		},
		Leaves: []string{
			"Server=db;User Id=app;Password=${Password};", "Server=db;Password={{resolve:secretsmanager:db}};", "Server=db;Password=;",
			"jdbc:postgresql://db/orders?user=app&password=<password>", "?password={0}", "Server=db;Password=changeme;", "/login?next=/&password=%s",
		},
		find: underName(`(?i)(?:;|&|\?|")\s*(?P<name>password|pwd|(?:shared)?accountkey|sharedaccesskey)\s*=\s*(?:(?P<a>\x00)|(?P<b>\x00)|(?P<c>\x00)|(?P<d>[^\s"';&<>%{}$]{4,128}))`),
	}}
}

// underName finds a value by the name it stands under: expr has a group name, and ends with the four forms of scalar.
func underName(expr string) func(string, span) []span {
	compile := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
	return func(data string, within span) []span {
		re := compile()
		n := re.SubexpIndex("name")
		var out []span
		for _, m := range matches(re, data, within) {
			v := value(data, m)
			text := data[v.start:v.end]
			if secretValue(data[m[2*n]:m[2*n+1]], text) && !computed(text) && !commented(data, m[0]) {
				out = append(out, v)
			}
		}
		return out
	}
}

// computed is what a script makes at run time, or the word that stands for it.
func computed(v string) bool {
	switch strings.ToLower(v) {
	case "password", "passwd", "token", "pass":
		return true
	}
	return strings.ContainsAny(v[:1], "`%{[(\\/") || strings.Contains(v, "(") || strings.Contains(v, "environ") || strings.HasPrefix(v, "var.")
}
