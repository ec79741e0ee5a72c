package access_test

import (
	"strings"
	"testing"

	"github.com/axle-cd/axle/sandbox/access"
)

// doc is a policy of 2012 with statements in short form, one a line.
func doc(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// one is an identity's policy of one statement.
func one(statement string) []string { return []string{doc(statement)} }

const (
	anything   = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	readBucket = `{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}`
	key        = "arn:aws:s3:::b/k"
	yes        = ""
)

// ana is a session of role team/Ana in account 1…, with the keys AWS knows of it.
var (
	ana     = access.Who{ARN: "arn:aws:sts::111111111111:assumed-role/Ana/s", Account: "111111111111", Role: "arn:aws:iam::111111111111:role/team/Ana"}
	bob     = access.Who{ARN: "arn:aws:iam::111111111111:user/bob", Account: "111111111111"}
	root    = access.Who{ARN: "arn:aws:iam::111111111111:root", Account: "111111111111"}
	catalog = access.Who{Service: "servicecatalog.amazonaws.com"}
)

func keysOf(pairs ...string) access.Keys {
	k := access.Keys{}
	for i := 0; i < len(pairs); i += 2 {
		k[strings.ToLower(pairs[i])] = strings.Split(pairs[i+1], "|")
	}
	return k
}

// What an identity's own policies say. SBX-22
func TestIdentity(t *testing.T) {
	cases := []struct {
		name, statement, action, resource, why string
	}{
		{"the action on the resource", readBucket, "s3:GetObject", key, yes},
		{"actions know no capitals", `{"Effect":"Allow","Action":"S3:getOBJECT","Resource":"*"}`, "s3:GetObject", key, yes},
		{"resources do", `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::B/*"}`, "s3:GetObject", key, "because no identity-based policy allows the s3:GetObject action"},
		{"another action", readBucket, "s3:PutObject", key, "because no identity-based policy allows the s3:PutObject action"},
		{"another resource", readBucket, "s3:GetObject", "arn:aws:s3:::c/k", "because no identity-based policy allows the s3:GetObject action"},
		{"a bucket is not its objects", readBucket, "s3:GetBucketPolicy", "arn:aws:s3:::b", "because no identity-based policy allows the s3:GetBucketPolicy action"},
		{"a question mark is one letter", `{"Effect":"Allow","Action":"s3:GetObjec?","Resource":"arn:aws:s3:::b/?"}`, "s3:GetObject", key, yes},
		{"one letter, not two", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/?"}`, "s3:GetObject", "arn:aws:s3:::b/kk", "because no identity-based policy allows the s3:GetObject action"},
		{"a list", `{"Effect":"Allow","Action":["iam:GetRole","s3:GetObject"],"Resource":["arn:aws:s3:::a/*","arn:aws:s3:::b/*"]}`, "s3:GetObject", key, yes},
		{"everything but", `{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`, "s3:GetObject", key, yes},
		{"everything but this", `{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`, "iam:GetRole", "*", "because no identity-based policy allows the iam:GetRole action"},
		{"every resource but", `{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::a/*"}`, "s3:GetObject", key, yes},
		{"every resource but this", `{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::b/*"}`, "s3:GetObject", key, "because no identity-based policy allows the s3:GetObject action"},
		{"a denial wins", anything + `,{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}`, "s3:GetObject", key, "with an explicit deny in an identity-based policy"},
		{"a denial of another", anything + `,{"Effect":"Deny","Action":"s3:PutObject","Resource":"*"}`, "s3:GetObject", key, yes},
		{"a denial of all but", anything + `,{"Effect":"Deny","NotAction":"sts:*","Resource":"*"}`, "s3:GetObject", key, "with an explicit deny in an identity-based policy"},
		{"a denial under a condition that is not met", anything + `,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}}`, "s3:GetObject", key, yes},
		{"an action of every resource is not one of a kind", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::*"}`, "s3:ListAllMyBuckets", "*", "because no identity-based policy allows the s3:ListAllMyBuckets action"},
		{"nothing", `{"Effect":"Deny","Action":"iam:*","Resource":"*"}`, "s3:GetObject", key, "because no identity-based policy allows the s3:GetObject action"},
	}
	for _, c := range cases {
		d := access.Decide(access.Question{By: ana, Action: c.action, Resource: c.resource}, access.Papers{Identity: one(c.statement)})
		if d.Why != c.why || d.Allowed != (c.why == yes) {
			t.Errorf("%s: %q, want %q", c.name, d.Why, c.why)
		}
	}
}

// Conditions and variables, by key. SBX-22
func TestConditions(t *testing.T) {
	cases := []struct {
		name, condition string
		keys            access.Keys
		met             bool
	}{
		{"equal", `"StringEquals":{"aws:RequestedRegion":"eu-west-1"}`, keysOf("aws:RequestedRegion", "eu-west-1"), true},
		{"one of several", `"StringEquals":{"aws:RequestedRegion":["us-east-1","eu-west-1"]}`, keysOf("aws:RequestedRegion", "eu-west-1"), true},
		{"not equal", `"StringEquals":{"aws:RequestedRegion":"us-east-1"}`, keysOf("aws:RequestedRegion", "eu-west-1"), false},
		{"a star is a star where it is no wildcard", `"StringEquals":{"aws:RequestedRegion":"eu-*"}`, keysOf("aws:RequestedRegion", "eu-west-1"), false},
		{"an absent key", `"StringEquals":{"aws:PrincipalTag/team":"a"}`, keysOf(), false},
		{"an absent key, if it exists", `"StringEqualsIfExists":{"aws:PrincipalTag/team":"a"}`, keysOf(), true},
		{"another value, if it exists", `"StringEqualsIfExists":{"aws:PrincipalTag/team":"a"}`, keysOf("aws:PrincipalTag/team", "b"), false},
		{"keys know no capitals", `"StringEquals":{"AWS:principalORGID":"o-1"}`, keysOf("aws:PrincipalOrgID", "o-1"), true},
		{"values do", `"StringEquals":{"aws:PrincipalOrgID":"O-1"}`, keysOf("aws:PrincipalOrgID", "o-1"), false},
		{"not in capitals only", `"StringEqualsIgnoreCase":{"aws:PrincipalOrgID":"O-1"}`, keysOf("aws:PrincipalOrgID", "o-1"), true},
		{"other than", `"StringNotEquals":{"aws:PrincipalOrgID":"o-2"}`, keysOf("aws:PrincipalOrgID", "o-1"), true},
		{"other than this", `"StringNotEquals":{"aws:PrincipalOrgID":["o-2","o-1"]}`, keysOf("aws:PrincipalOrgID", "o-1"), false},
		{"an absent key is other", `"StringNotEquals":{"aws:PrincipalOrgID":"o-2"}`, keysOf(), true},
		{"other in capitals only", `"StringNotEqualsIgnoreCase":{"aws:PrincipalOrgID":"O-1"}`, keysOf("aws:PrincipalOrgID", "o-1"), false},
		{"like", `"StringLike":{"s3:prefix":"home/*"}`, keysOf("s3:prefix", "home/ana"), true},
		{"not like", `"StringNotLike":{"s3:prefix":"home/*"}`, keysOf("s3:prefix", "home/ana"), false},
		{"ARNs part by part", `"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/A*"}`, keysOf("aws:PrincipalArn", "arn:aws:iam::1:role/Ana"), true},
		{"a star does not reach over a colon", `"ArnLike":{"aws:PrincipalArn":"arn:*:role/Ana"}`, keysOf("aws:PrincipalArn", "arn:aws:iam::1:role/Ana"), false},
		{"ARN equals is ARN like", `"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::1:role/*"}`, keysOf("aws:PrincipalArn", "arn:aws:iam::1:role/Ana"), true},
		{"no such ARN", `"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::1:role/B*"}`, keysOf("aws:PrincipalArn", "arn:aws:iam::1:role/Ana"), true},
		{"true", `"Bool":{"aws:SecureTransport":"true"}`, keysOf("aws:SecureTransport", "true"), true},
		{"true without quotes", `"Bool":{"aws:SecureTransport":true}`, keysOf("aws:SecureTransport", "true"), true},
		{"not false", `"Bool":{"aws:SecureTransport":"false"}`, keysOf("aws:SecureTransport", "true"), false},
		{"a number below", `"NumericLessThan":{"s3:max-keys":"10"}`, keysOf("s3:max-keys", "9"), true},
		{"a number not below itself", `"NumericLessThan":{"s3:max-keys":10}`, keysOf("s3:max-keys", "10"), false},
		{"at most", `"NumericLessThanEquals":{"s3:max-keys":10}`, keysOf("s3:max-keys", "10.0"), true},
		{"above", `"NumericGreaterThan":{"s3:max-keys":10}`, keysOf("s3:max-keys", "11"), true},
		{"at least", `"NumericGreaterThanEquals":{"s3:max-keys":10}`, keysOf("s3:max-keys", "9"), false},
		{"the same number", `"NumericEquals":{"s3:max-keys":10}`, keysOf("s3:max-keys", "1e1"), true},
		{"another number", `"NumericNotEquals":{"s3:max-keys":10}`, keysOf("s3:max-keys", "10"), false},
		{"no number", `"NumericEquals":{"s3:max-keys":10}`, keysOf("s3:max-keys", "ten"), false},
		{"a date before", `"DateLessThan":{"aws:CurrentTime":"2026-03-05T00:00:00Z"}`, keysOf("aws:CurrentTime", "2026-03-04T12:00:00Z"), true},
		{"a date after", `"DateGreaterThan":{"aws:CurrentTime":"2026-03-05T00:00:00Z"}`, keysOf("aws:CurrentTime", "2026-03-04T12:00:00Z"), false},
		{"a date in seconds", `"DateLessThanEquals":{"aws:EpochTime":"1772600000"}`, keysOf("aws:EpochTime", "1772600000"), true},
		{"not that date", `"DateNotEquals":{"aws:CurrentTime":"2026-03-04"}`, keysOf("aws:CurrentTime", "2026-03-04T00:00:00Z"), false},
		{"an address in a block", `"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}`, keysOf("aws:SourceIp", "10.1.2.3"), true},
		{"an address", `"IpAddress":{"aws:SourceIp":"::1"}`, keysOf("aws:SourceIp", "::1"), true},
		{"an address outside", `"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.0/24"]}`, keysOf("aws:SourceIp", "192.0.2.7"), false},
		{"a key that must be absent", `"Null":{"aws:PrincipalTag/team":"true"}`, keysOf(), true},
		{"a key that must be there", `"Null":{"aws:PrincipalTag/team":"false"}`, keysOf(), false},
		{"any of the request's values", `"ForAnyValue:StringEquals":{"aws:TagKeys":["a","b"]}`, keysOf("aws:TagKeys", "x|b"), true},
		{"none of the request's values", `"ForAnyValue:StringEquals":{"aws:TagKeys":["a","b"]}`, keysOf("aws:TagKeys", "x|y"), false},
		{"any of none", `"ForAnyValue:StringLike":{"aws:TagKeys":"*"}`, keysOf(), false},
		{"all of the request's values", `"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}`, keysOf("aws:TagKeys", "a|b"), true},
		{"not all of the request's values", `"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}`, keysOf("aws:TagKeys", "a|x"), false},
		{"all of none", `"ForAllValues:StringEquals":{"aws:TagKeys":"a"}`, keysOf(), true},
		{"all are others", `"ForAllValues:StringNotEquals":{"aws:TagKeys":"a"}`, keysOf("aws:TagKeys", "x|a"), false},
		{"a path of the organization", `"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-1/r-1/ou-1/*"}`, keysOf("aws:PrincipalOrgPaths", "o-1/r-1/ou-1/ou-2/"), true},
		{"two operators are both met", `"StringEquals":{"a:b":"1"},"StringLike":{"a:c":"2*"}`, keysOf("a:b", "1", "a:c", "22"), true},
		{"of two operators one is not", `"StringEquals":{"a:b":"1"},"StringLike":{"a:c":"2*"}`, keysOf("a:b", "1", "a:c", "3"), false},
		{"of two keys one is not", `"StringEquals":{"a:b":"1","a:c":"2"}`, keysOf("a:b", "1", "a:c", "3"), false},
		{"a variable", `"StringEquals":{"a:b":"${aws:username}"}`, keysOf("a:b", "bob", "aws:username", "bob"), true},
		{"a variable without value", `"StringEquals":{"a:b":"${aws:username}"}`, keysOf("a:b", "bob"), false},
		{"a variable with a default", `"StringEquals":{"a:b":"${aws:username, 'none'}"}`, keysOf("a:b", "none"), true},
		{"a star of a variable is no wildcard", `"StringLike":{"a:b":"${aws:username}"}`, keysOf("a:b", "bob", "aws:username", "*"), false},
		{"a star that is written out", `"StringLike":{"a:b":"${*}${?}${$}"}`, keysOf("a:b", "*?$"), true},
	}
	for _, c := range cases {
		statement := `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{` + c.condition + `}}`
		d := access.Decide(access.Question{By: ana, Action: "s3:GetObject", Resource: key, Keys: c.keys}, access.Papers{Identity: one(statement)})
		if d.Allowed != c.met {
			t.Errorf("%s: %v (%s)", c.name, d.Allowed, d.Why)
		}
	}
}

// allowTo lets a principal read the bucket.
func allowTo(principal string) string {
	return `{"Effect":"Allow","Principal":` + principal + `,"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`
}

// How an identity's policies and a resource's go together, in one account and across two. SBX-22
func TestResource(t *testing.T) {
	const (
		noResource = "because no resource-based policy allows the s3:GetObject action"
		noIdentity = "because no identity-based policy allows the s3:GetObject action"
	)
	may, mayNot := one(readBucket), []string(nil)
	role, user := `{"AWS":"`+ana.Role+`"}`, `{"AWS":"`+bob.ARN+`"}`
	cases := []struct {
		name     string
		who      access.Who
		foreign  bool
		identity []string
		resource string
		why      string
	}{
		{"the same account, no policy of the bucket", ana, false, may, "", yes},
		{"the same account, its role is named", ana, false, mayNot, doc(allowTo(role)), yes},
		{"the same account, its session is named", ana, false, mayNot, doc(allowTo(`{"AWS":"` + ana.ARN + `"}`)), yes},
		{"the same account, the user is named", bob, false, mayNot, doc(allowTo(user)), yes},
		{"the same account, everybody", bob, false, mayNot, doc(allowTo(`"*"`)), yes},
		{"the same account passes it on", ana, false, mayNot, doc(allowTo(`{"AWS":"111111111111"}`)), noIdentity},
		{"the same account passed on", ana, false, may, doc(allowTo(`{"AWS":"arn:aws:iam::111111111111:root"}`)), yes},
		{"another account, no policy of the bucket", ana, true, may, "", noResource},
		{"another account, both", ana, true, may, doc(allowTo(role)), yes},
		{"another account, its account and both", ana, true, may, doc(allowTo(`{"AWS":"111111111111"}`)), yes},
		{"another account, the bucket alone", ana, true, mayNot, doc(allowTo(role)), noIdentity},
		{"another account, everybody", ana, true, may, doc(allowTo(`{"AWS":"*"}`)), yes},
		{"another account, another role", ana, true, may, doc(allowTo(user)), noResource},
		{"another account's root", root, true, mayNot, doc(allowTo(`{"AWS":"111111111111"}`)), yes},
		{"the bucket denies", ana, false, may, doc(`{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}`), "with an explicit deny in a resource-based policy"},
		{"the bucket denies the account", ana, false, may, doc(`{"Effect":"Deny","Principal":{"AWS":"111111111111"},"Action":"s3:*","Resource":"*"}`), "with an explicit deny in a resource-based policy"},
		{"denied but for others", ana, false, may, doc(`{"Effect":"Deny","NotPrincipal":{"AWS":"222222222222"},"Action":"s3:*","Resource":"*"}`), "with an explicit deny in a resource-based policy"},
		{"denied but for account, role and session", ana, false, may, doc(`{"Effect":"Deny","NotPrincipal":{"AWS":["111111111111","` + ana.Role + `","` + ana.ARN + `"]},"Action":"s3:*","Resource":"*"}`), yes},
		{"a service that is named", catalog, true, nil, doc(allowTo(`{"Service":"servicecatalog.amazonaws.com"}`)), yes},
		{"a service that is not", catalog, true, nil, doc(allowTo(`{"Service":"cloudformation.amazonaws.com"}`)), noResource},
		{"a service is not an account", catalog, true, nil, doc(allowTo(`{"AWS":"111111111111"}`)), noResource},
		{"a policy that cannot be read", ana, false, may, `{"Statement":`, "with an explicit deny in a resource-based policy"},
	}
	for _, c := range cases {
		q := access.Question{By: c.who, Action: "s3:GetObject", Resource: key, Policy: c.resource, Owner: "111111111111"}
		if c.foreign {
			q.Owner = "999999999999"
		}
		if d := access.Decide(q, access.Papers{Identity: c.identity}); d.Why != c.why {
			t.Errorf("%s: %q, want %q", c.name, d.Why, c.why)
		}
	}
}

// A boundary, a session's policies and each level of the organization take away, and give nothing. SBX-22
func TestLimits(t *testing.T) {
	all, none := one(anything), one(`{"Effect":"Allow","Action":"iam:*","Resource":"*"}`)
	deny := one(anything + `,{"Effect":"Deny","Action":"s3:*","Resource":"*"}`)
	named := doc(allowTo(`{"AWS":["` + ana.ARN + `","` + bob.ARN + `"]}`))
	cases := []struct {
		name   string
		who    access.Who
		papers access.Papers
		policy string
		why    string
	}{
		{"all allow", ana, access.Papers{Identity: all, Boundary: all, Session: all, Organization: [][]string{all, all}}, "", yes},
		{"the boundary does not", ana, access.Papers{Identity: all, Boundary: none}, "", "because no permissions boundary allows the s3:GetObject action"},
		{"the boundary denies", ana, access.Papers{Identity: all, Boundary: deny}, "", "with an explicit deny in a permissions boundary"},
		{"the boundary alone gives nothing", ana, access.Papers{Boundary: all}, "", "because no identity-based policy allows the s3:GetObject action"},
		{"the session's policy does not", ana, access.Papers{Identity: all, Session: none}, "", "because no session policy allows the s3:GetObject action"},
		{"the session's policy denies", ana, access.Papers{Identity: all, Session: deny}, "", "with an explicit deny in a session policy"},
		{"the root of the organization does not", ana, access.Papers{Identity: all, Organization: [][]string{none, all}}, "", "because no service control policy allows the s3:GetObject action"},
		{"a unit does not", ana, access.Papers{Identity: all, Organization: [][]string{all, none}}, "", "because no service control policy allows the s3:GetObject action"},
		{"a unit denies", ana, access.Papers{Identity: all, Organization: [][]string{all, append(deny, all...)}}, "", "with an explicit deny in a service control policy"},
		{"nothing is attached to a level", ana, access.Papers{Identity: all, Organization: [][]string{all, nil}}, "", "because no service control policy allows the s3:GetObject action"},
		{"the bucket names a user: his boundary does not count", bob, access.Papers{Boundary: none}, named, yes},
		{"the bucket names a session: its policy does not count", ana, access.Papers{Session: none}, named, yes},
		{"the bucket names a role: its boundary counts", ana, access.Papers{Boundary: none}, doc(allowTo(`{"AWS":"` + ana.Role + `"}`)), "because no permissions boundary allows the s3:GetObject action"},
		{"the bucket names a user: the organization counts", bob, access.Papers{Organization: [][]string{none}}, named, "because no service control policy allows the s3:GetObject action"},
		{"root needs no policy of its own", root, access.Papers{Organization: [][]string{all}}, "", yes},
		{"root is bound by the organization", root, access.Papers{Organization: [][]string{deny}}, "", "with an explicit deny in a service control policy"},
	}
	for _, c := range cases {
		q := access.Question{By: c.who, Action: "s3:GetObject", Resource: key, Policy: c.policy, Owner: "111111111111"}
		if d := access.Decide(q, c.papers); d.Why != c.why {
			t.Errorf("%s: %q, want %q", c.name, d.Why, c.why)
		}
	}
}

// Nobody assumes a role that does not trust him, whatever he may do. SBX-21
func TestTrust(t *testing.T) {
	may := one(`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::111111111111:role/R"}`)
	lets := func(principal, condition string) string {
		return doc(`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":` + principal + condition + `}`)
	}
	withID := `,"Condition":{"StringEquals":{"sts:ExternalId":"x"}}`
	cases := []struct {
		name     string
		who      access.Who
		identity []string
		trust    string
		keys     access.Keys
		allowed  bool
	}{
		{"trust and permission", ana, may, lets(`{"AWS":"111111111111"}`, ""), nil, true},
		{"trust in the account, no permission", ana, nil, lets(`{"AWS":"111111111111"}`, ""), nil, false},
		{"trust in the role itself, in its account", ana, nil, lets(`{"AWS":"`+ana.Role+`"}`, ""), nil, true},
		{"permission without trust", ana, may, lets(`{"AWS":"222222222222"}`, ""), nil, false},
		{"no trust policy", ana, may, "", nil, false},
		{"the external id", ana, may, lets(`{"AWS":"111111111111"}`, withID), keysOf("sts:ExternalId", "x"), true},
		{"another external id", ana, may, lets(`{"AWS":"111111111111"}`, withID), keysOf("sts:ExternalId", "y"), false},
		{"no external id", ana, may, lets(`{"AWS":"111111111111"}`, withID), nil, false},
		{"anybody of the organization", ana, may, lets(`"*"`, `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`), keysOf("aws:PrincipalOrgID", "o-1"), true},
		{"a service", catalog, nil, lets(`{"Service":"servicecatalog.amazonaws.com"}`, ""), nil, true},
		{"another service", catalog, nil, lets(`{"Service":"ec2.amazonaws.com"}`, ""), nil, false},
		{"another action", ana, may, doc(`{"Effect":"Allow","Action":"sts:TagSession","Principal":{"AWS":"111111111111"}}`), nil, false},
	}
	for _, c := range cases {
		q := access.Question{By: c.who, Action: "sts:AssumeRole", Resource: "arn:aws:iam::111111111111:role/R", Owner: "111111111111", Policy: c.trust, Trusting: true, Keys: c.keys}
		if d := access.Decide(q, access.Papers{Identity: c.identity}); d.Allowed != c.allowed {
			t.Errorf("%s: %v (%s)", c.name, d.Allowed, d.Why)
		}
	}
}

// Policies of 2008 know no variables.
func TestOldVersion(t *testing.T) {
	text := `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}"}}`
	for resource, want := range map[string]bool{"arn:aws:s3:::b/bob": false, "arn:aws:s3:::b/${aws:username}": true} {
		d := access.Decide(access.Question{By: bob, Action: "s3:GetObject", Resource: resource, Keys: keysOf("aws:username", "bob")}, access.Papers{Identity: []string{text}})
		if d.Allowed != want {
			t.Errorf("%s: %v", resource, d.Allowed)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	p := access.Papers{Identity: one(readBucket), Organization: [][]string{one(anything), one(anything), one(anything)}}
	q := access.Question{By: ana, Action: "s3:GetObject", Resource: key, Keys: keysOf("aws:PrincipalOrgID", "o-1")}
	for b.Loop() {
		if !access.Decide(q, p).Allowed {
			b.Fatal("denied")
		}
	}
}
