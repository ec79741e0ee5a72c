# METADATA
# title: A role that GitHub's builds assume names whose
# custom:
#   id: AXLE-IAM-8
#   fix: "Add Condition { StringLike: { token.actions.githubusercontent.com:sub: repo:owner/name:* } }"
#   standards: [AWS IAM best practices]
package axle.rules.iam_oidc

import data.axle.lib

deny contains lib.finding(id, array.concat(at, ["Principal"]), sprintf("role %s may be assumed by every build on GitHub", [id])) if {
	some id, properties in lib.of("AWS::IAM::Role")
	document := object.get(properties, "AssumeRolePolicyDocument", null)
	some [at, statement] in lib.grants(document, ["Properties", "AssumeRolePolicyDocument"])
	some provider in lib.many(lib.at(statement, ["Principal", "Federated"]))
	contains(lower(sprintf("%v", [provider])), "token.actions.githubusercontent.com")
	not named(statement)
}

default named(_) := false

# named holds for a condition on the subject that says more than that there is one.
named(statement) if {
	some operator, keys in lib.object_or_empty(object.get(statement, "Condition", null))
	operator in {"StringEquals", "StringLike"}
	some key, value in lib.object_or_empty(keys)
	endswith(lower(key), ":sub")
	count(lib.many(value)) > 0
	every v in lib.many(value) {
		is_string(v) # what is not known may be every subject
		not regex.match(`^(repo:)?[*]`, v)
	}
}

# With the account in it, as it mostly is, the provider is not known: then any subject will do.
deny contains lib.undecided(id, array.concat(at, ["Principal"]), provider) if {
	some id, properties in lib.of("AWS::IAM::Role")
	document := object.get(properties, "AssumeRolePolicyDocument", null)
	some [at, statement] in lib.grants(document, ["Properties", "AssumeRolePolicyDocument"])
	some provider in lib.many(lib.at(statement, ["Principal", "Federated"]))
	lib.unknown(provider)
	"sts:AssumeRoleWithSAML" != object.get(statement, "Action", null)
	not named(statement)
}
