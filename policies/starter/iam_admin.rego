# METADATA
# title: No policy allows everything on everything
# custom:
#   id: AXLE-IAM-1
#   fix: "Name the actions and the resources that are needed"
#   standards: [Security Hub IAM.1]
package axle.rules.iam_admin

import data.axle.lib

deny contains lib.finding(d.id, array.concat(at, ["Action"]), sprintf("%s allows every action on every resource", [d.id])) if {
	some d in lib.identity_documents
	some [at, statement] in lib.grants(d.document, d.path)
	some action in lib.many(object.get(statement, "Action", null))
	action in {"*", "*:*"}
	some resource in lib.many(object.get(statement, "Resource", "*"))
	resource == "*"
}

# NotAction allows all that is not named.
deny contains lib.finding(d.id, array.concat(at, ["NotAction"]), sprintf("%s allows every action but a few on every resource", [d.id])) if {
	some d in lib.identity_documents
	some [at, statement] in lib.grants(d.document, d.path)
	object.get(statement, "NotAction", null) != null
	some resource in lib.many(object.get(statement, "Resource", "*"))
	resource == "*"
}

deny contains finding if {
	some d in lib.identity_documents
	some finding in lib.unread(d.id, d.path, d.document)
}

deny contains lib.undecided(d.id, array.concat(at, ["Action"]), action) if {
	some d in lib.identity_documents
	some [at, statement] in lib.grants(d.document, d.path)
	some action in lib.many(object.get(statement, "Action", null))
	lib.unknown(action)
}

deny contains lib.undecided(d.id, array.concat(at, ["Resource"]), resource) if {
	some d in lib.identity_documents
	some [at, statement] in lib.grants(d.document, d.path)
	object.get(statement, "NotAction", null) != null
	some resource in lib.many(object.get(statement, "Resource", null))
	lib.unknown(resource)
	not startswith(lib.why(resource), "AWS::")
}

deny contains lib.undecided(d.id, array.concat(at, ["Resource"]), resource) if {
	some d in lib.identity_documents
	some [at, statement] in lib.grants(d.document, d.path)
	some action in lib.many(object.get(statement, "Action", null))
	action in {"*", "*:*"}
	some resource in lib.many(object.get(statement, "Resource", null))
	lib.unknown(resource)
	not startswith(lib.why(resource), "AWS::")
}
