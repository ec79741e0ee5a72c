package access_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/axle-cd/axle/sandbox/access"
)

// What AWS refuses to store is refused where it stands. SBX-22
func TestMalformed(t *testing.T) {
	cases := []struct {
		name string
		kind access.Kind
		text string
		says string
	}{
		{"no JSON", access.Identity, "{", "not JSON"},
		{"empty", access.Identity, "", "Syntax errors"},
		{"a list", access.Identity, "[]", "a mapping is expected"},
		{"no statement", access.Identity, `{"Version":"2012-10-17"}`, "there is no Statement"},
		{"no version of AWS's", access.Identity, `{"Version":"2026-01-01","Statement":[]}`, "2012-10-17"},
		{"an unknown element", access.Identity, doc(`{"Effect":"Allow","Action":"*","Resource":"*","Resources":"*"}`), "unknown element Resources"},
		{"no effect", access.Identity, doc(`{"Action":"*","Resource":"*"}`), "Statement[0] (line 1, column 38)"},
		{"another effect", access.Identity, doc(`{"Effect":"allow","Action":"*","Resource":"*"}`), "Invalid effect: allow"},
		{"no action", access.Identity, doc(`{"Effect":"Allow","Resource":"*"}`), "must contain actions"},
		{"action and its opposite", access.Identity, doc(`{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}`), "must contain actions"},
		{"an empty list", access.Identity, doc(`{"Effect":"Allow","Action":[],"Resource":"*"}`), "must contain actions"},
		{"an action without a service", access.Identity, doc(`{"Effect":"Allow","Action":"GetObject","Resource":"*"}`), "prefaced by a vendor"},
		{"an action that is a number", access.Identity, doc(`{"Effect":"Allow","Action":1,"Resource":"*"}`), "text is expected"},
		{"no resource", access.Identity, doc(`{"Effect":"Allow","Action":"*"}`), "must contain resources"},
		{"a resource that is no ARN", access.Identity, doc(`{"Effect":"Allow","Action":"*","Resource":"my-bucket"}`), "must be in ARN format"},
		{"a principal in an identity's", access.Identity, doc(`{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}`), "should not specify a principal"},
		{"a principal in an organization's", access.Organization, doc(`{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}`), "should not specify a principal"},
		{"no principal in a bucket's", access.Resource, doc(`{"Effect":"Allow","Action":"*","Resource":"*"}`), "Missing required field Principal"},
		{"a resource in a trust policy", access.Trust, doc(`{"Effect":"Allow","Action":"*","Principal":"*","Resource":"*"}`), "prohibited field Resource"},
		{"a principal that is no account", access.Trust, doc(`{"Effect":"Allow","Action":"*","Principal":{"AWS":"me"}}`), `Invalid principal in policy: "AWS":"me"`},
		{"a principal with a wildcard", access.Trust, doc(`{"Effect":"Allow","Action":"*","Principal":{"AWS":"arn:aws:iam::1:role/*"}}`), "Invalid principal"},
		{"another sort of principal", access.Trust, doc(`{"Effect":"Allow","Action":"*","Principal":{"Team":"a"}}`), "unknown element Team"},
		{"an operator that AWS has not", access.Identity, doc(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringIs":{"a:b":"c"}}}`), "Invalid Condition type : StringIs"},
		{"Null if it exists", access.Identity, doc(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NullIfExists":{"a:b":"true"}}}`), "Invalid Condition type"},
		{"a set that AWS has not", access.Identity, doc(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForSome:StringEquals":{"a:b":"c"}}}`), "Invalid Condition type"},
		{"a key without a service", access.Identity, doc(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"b":"c"}}}`), "prefaced by a vendor"},
		{"a condition without value", access.Identity, doc(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:b":[]}}}`), "has no value"},
		{"a condition that is text", access.Identity, doc(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":"no"}`), "a mapping is expected"},
		{"a value that is a mapping", access.Identity, doc(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:b":{}}}}`), "a value is expected"},
		{"one Sid twice", access.Identity, doc(`{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"}`, `{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"}`), "must be unique"},
		{"a byte that stands for a wildcard", access.Identity, doc(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::\u0000"}`), "text is expected"},
	}
	for _, c := range cases {
		_, err := access.Parse(c.text, c.kind)
		var m *access.Malformed
		if !errors.As(err, &m) || !strings.Contains(err.Error(), c.says) || m.Line == 0 {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
}

// A statement may stand without its list, an Id and a Sid may be there.
func TestParse(t *testing.T) {
	p, err := access.Parse(`{"Id":"i","Version":"2012-10-17","Statement":{"Sid":"One","Effect":"Allow","Action":"s3:*","Resource":"*"}}`, access.Identity)
	if err != nil || len(p.Statements) != 1 || p.Statements[0].Sid != "One" || !p.Statements[0].Allow {
		t.Errorf("%+v, %v", p, err)
	}
}

// Whatever is read: a policy or a place, and a decision.
func FuzzParse(f *testing.F) {
	f.Add(doc(anything), "s3:GetObject", "arn:aws:s3:::b/k")
	f.Add(doc(`{"Effect":"Deny","NotAction":"*","NotResource":"${aws:username}*?","Condition":{"ForAllValues:StringLikeIfExists":{"a:b":["${x,'*'}"]}}}`), "a:b", "*")
	f.Add(doc(allowTo(`{"AWS":["111111111111"],"Service":"x"}`)), "", "")
	f.Fuzz(func(t *testing.T, text, action, resource string) {
		for kind := access.Identity; kind <= access.Organization; kind++ {
			p, err := access.Parse(text, kind)
			var m *access.Malformed
			if err != nil && (!errors.As(err, &m) || m.Line < 1 || m.Why == "") || err == nil && len(p.Statements) == 0 {
				t.Errorf("%d: %+v, %v", kind, p, err)
			}
		}
		q := access.Question{By: ana, Action: action, Resource: resource, Keys: keysOf("a:b", "c", "aws:username", "*")}
		if d := access.Decide(q, access.Papers{Identity: []string{text}}); d.Allowed == (d.Why != "") {
			t.Errorf("%+v", d)
		}
	})
}
