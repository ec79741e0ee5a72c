package secrets

import (
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

func TestMask(t *testing.T) { // B145
	for value, want := range map[string]string{
		awsKey: "AKIA****HVN", "ASIA" + awsKey[4:]: "ASIA****HVN",
		"hunter2": "****", "": "****", awsKey + "/lower": "****", "AKIA": "****",
		"-----BEGIN RSA PRIVATE KEY-----\n": "****", strings.Repeat("A", 11): "****",
	} {
		if got := Mask(value); got != want {
			t.Errorf("Mask(%q) is %q, want %q", value, got, want)
		}
	}
}

func TestRedact(t *testing.T) {
	for _, c := range []struct {
		text string
		hits []Hit
		want string
	}{
		{"password is hunter2.", []Hit{{Start: 12, End: 19}}, "password is ****."},
		{"a b c", []Hit{{Start: 4, End: 5}, {Start: 0, End: 1}}, "**** b ****"},
		{"overlap", []Hit{{Start: 0, End: 4}, {Start: 2, End: 7}}, "****"},
		{"inside", []Hit{{Start: 0, End: 6}, {Start: 2, End: 3}}, "****"},
		{"outside", []Hit{{Start: -2, End: 3}, {Start: 5, End: 99}, {Start: 50, End: 60}}, "****si****"},
		{"none", nil, "none"},
	} {
		if got := Redact(c.text, c.hits...); got != c.want {
			t.Errorf("Redact(%q, %v) is %q, want %q", c.text, c.hits, got, c.want)
		}
	}
}

func TestConceal(t *testing.T) { // CLI-54
	got, err := Conceal(t.Context(), words{{Rule: "hunter2"}}, "login with hunter2 and "+awsKey)
	if got != "login with **** and AKIA****HVN" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	got, err = Conceal(t.Context(), words{}, "line 3: MasterUserPassword: correct-h0rse")
	if got != "line 3: MasterUserPassword: ****" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	if got, err := Conceal(t.Context(), words{}, string(make([]byte, MaxSize+1))); got != "" || document.CodeOf(err) != "AXLE3521" {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestSecretValue(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"DbPassword", "hunter2", true}, {"db_password", "a", true}, {"MASTER-PASSWORD", "12345678", true}, {"UserPwd", "x y z", true},
		{"DbPassword", "", false}, {"DbPassword", "changeme", false}, {"DbPassword", "{{resolve:ssm:x}}", false}, {"DbPassword", "!Ref X", false},
		{"DbPassword", "${X}", false}, {"DbPassword", "<password>", false}, {"DbPassword", "xxxxxxxx", false}, {"DbPassword", "true", false},
		{"PasswordLength", "32", false}, {"SecretArn", "arn:aws:secretsmanager:x", false}, {"PasswordSecretName", "app/db", false},
		{"ApiToken", "q8Zr2-" + "Lx0pT4", true}, {"ApiToken", "orders", false}, {"DbSecret", "app/db/secret1", false}, {"PublicKey", "q8Zr2-" + "Lx0pT4", false},
	} {
		if got := secretValue(c.name, c.value); got != c.want {
			t.Errorf("%s: %q is %v", c.name, c.value, got)
		}
	}
}
