# METADATA
# title: No policy passes every role on
# custom:
#   id: AXLE-IAM-6
#   fix: "Name the roles, and add Condition { StringEquals: { iam:PassedToService: … } }"
#   standards: [AWS IAM best practices]
package axle.rules.iam_pass_role

import data.axle.lib

# passes gives each statement that lets roles be passed on, whoever to.
passes contains {"id": d.id, "path": array.concat(at, ["Resource"]), "resource": resource} if {
	some d in lib.identity_documents
	some [at, statement] in lib.grants(d.document, d.path)
	some action in lib.many(object.get(statement, "Action", null))
	is_string(action)
	lower(action) in {"iam:passrole", "iam:pass*", "iam:*"}
	some resource in lib.many(object.get(statement, "Resource", "*"))
}

deny contains lib.finding(p.id, p.path, sprintf("%s passes every role on", [p.id])) if {
	some p in passes
	regex.match(`^[*]$|:role/[*]$|:[*]$`, sprintf("%v", [p.resource]))
}

# The account’s id alone may be what is not known. A document that cannot be read is AXLE-IAM-1’s
# to report.
warn contains lib.undecided(p.id, p.path, p.resource) if {
	some p in passes
	lib.unknown(p.resource)
}
