package secrets

import "strings"

func credentialRules() []rule {
	return []rule{{
		ID: "url-credentials", Title: "password in a URL",
		Keywords: []string{"://"},
		Sample:   "Tr0ub4dor-horse",
		Finds: []string{
			"postgres://app:§@db.internal:5432/orders",
			"  RepositoryUrl: https://ci:§@git.internal/team/repo.git",
			"amqp://svc:§@10.0.0.7/%2f",
			"redis://:§@cache.internal:6379/0",
		},
		Leaves: []string{
			"https://git.internal/team/repo.git",
			"postgres://app:${Password}@db.internal/orders",
			"postgres://app:{{resolve:secretsmanager:db:SecretString:password}}@db/orders",
			"https://user:password@example.com/",
			"arn:aws:s3:::bucket and mailto://x@y",
			"http://[::1]:8080/path@2",
		},
		find:    pattern(`(?i)\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@'"<>{}$]{0,64}:(?P<secret>[^\s/:@'"<>]{3,128})@[^\s/'"@]`, notSampleURL),
		follows: withAt,
	}, {
		ID: "authorization-header", Title: "credentials in an Authorization header",
		Keywords: []string{"authorization"},
		Reach:    2,
		Sample:   "b3Blbi1zZXNhbWU6bm93LXBsZWFzZQ",
		Finds: []string{
			`"Authorization": "Basic §=="`,
			"curl -H 'Authorization: Bearer §' https://api.internal",
			"AuthorizationHeader: \"Bearer §\"",
			"authorization = \"token §\"",
		},
		Leaves: []string{
			"Authorization: Bearer ${TOKEN}",
			"Authorization: Basic {{resolve:secretsmanager:x}}",
			"AuthorizationType: AWS_IAM",
			"authorization: bearer <token>",
			"Authorization: Bearer YOUR_TOKEN_GOES_HERE",
		},
		find: pattern(`(?i)authorization[a-z_-]*["']?\s*[:=,]\s*["']?(?:bearer|basic|token)\s+(?P<secret>[a-z0-9+/_.~-]{12,}={0,2})`, literal),
	}}
}

// notSampleURL leaves the words that documentation puts between colon and at.
func notSampleURL(v string) bool {
	switch strings.ToLower(v) {
	case "password", "pass", "passwd", "pwd":
		return false
	}
	return literal(v)
}
