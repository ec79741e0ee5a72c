package secrets

// pem is split, so that the samples are none themselves.
const pem = "PRIVATE" + " KEY"

func keyRules() []rule {
	return []rule{{
		ID: "aws-access-token", Title: "AWS access key",
		Fix:      "rotate it first: make a new key for its user, then aws iam delete-access-key for this one; then take it out of the commit and use a role",
		Keywords: []string{"a3t", "akia", "asia", "abia", "acca"},
		Sample:   "AKIA" + "Z3MQ7RLT5WPX2HVN",
		Finds: []string{
			"AccessKeyId: §",
			"key=\"§\" # gitleaks:allow",
			"AKIA" + "Q2ZR5TWX7EXAMPLE", // public rule sets leave what ends so
		},
		Leaves: []string{
			"AKIA" + "XXXXXXXXXXXXXXXX",
			"AKIA0000000000000000",
			"SAKIA" + "Z3MQ7RLT5WPX2HVN",
			"akiaz3mq7rlt5wpx2hvn",
		},
		find: pattern(`\b(?P<secret>(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})\b`, varied),
	}, {
		ID: "aws-secret-access-key", Title: "AWS secret access key",
		Fix:      "rotate it first: make a new key for its user, then aws iam delete-access-key for this one; then take it out of the commit and use a role",
		Keywords: []string{"secret"},
		Sample:   "kR7vTq2ZxW9/bNf4LmHs0PdYc3JgUaE8oi1+Q6tB",
		Finds: []string{
			"aws_secret_access_key = §",
			"AWS_SECRET_ACCESS_KEY=§",
			"\"SecretAccessKey\": \"§\"",
			"secretKey: '§'",
		},
		Leaves: []string{
			"aws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}",
			"SecretAccessKey: !GetAtt Key.SecretAccessKey",
			"secret_key_sha1: " + "0123456789abcdef0123456789abcdef01234567",
		},
		find:    pattern(`(?i)secret[_-]?(?:access[_-]?)?key["']?\s*[:=]\s*["']?(?P<secret>[a-z0-9/+]{40})(?:[^a-z0-9/+]|$)`, literal),
		follows: keyFollows,
	}, {
		ID: "private-key", Title: "private key",
		Fix:      "replace the key pair first, then take it out of the commit; a private key belongs into Secrets Manager or KMS",
		Keywords: []string{"private key"},
		Reach:    whole,
		Sample:   "MIIEpAIBAAKCAQEA0Zq8b1fYw2mX",
		Finds: []string{
			"-----BEGIN RSA " + pem + "-----\n§\n§\n-----END RSA " + pem + "-----\n",
			"  Key: \"-----BEGIN " + pem + "-----\\n§\\n-----END " + pem + "-----\\n\"",
			"-----BEGIN OPENSSH " + pem + "-----\n    §\n", // the end is cut off
			"-----BEGIN RSA " + pem + "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\n§\n",
		},
		Leaves: []string{
			"-----BEGIN PUBLIC KEY-----\n§\n-----END PUBLIC KEY-----\n",
			"a file starts with -----BEGIN " + pem + "----- and ends with another line",
			"-----BEGIN RSA " + pem + "-----\n${PrivateKey}\n-----END RSA " + pem + "-----\n",
		},
		find: pattern(`(?P<secret>-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[\s"',+]|\\[nr])*`+
			`(?:(?:Proc-Type|DEK-Info|Version|Comment):[^\n]*\n\s*)*[A-Za-z0-9+/=]{16,}(?:[A-Za-z0-9+/=\s"',]|\\[nr])*(?:-----END [A-Z0-9 ]+-----)?)`, nil),
		follows: keyEnds,
	}}
}

// varied is a key id that somebody was given: not one character repeated, not all digits.
func varied(v string) bool {
	seen := map[rune]bool{}
	for _, c := range v[4:] {
		seen[c] = true
	}
	return len(seen) > 5
}
