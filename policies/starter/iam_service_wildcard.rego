# METADATA
# title: No policy allows all of a service on everything
# custom:
#   id: AXLE-IAM-5
#   fix: "Name the actions, or the resources"
#   standards: [Security Hub IAM.21]
package axle.rules.iam_service_wildcard

import data.axle.lib

warn contains lib.finding(d.id, array.concat(at, ["Action"]), sprintf("%s allows every action of %s on every resource", [d.id, service])) if {
	some d in lib.identity_documents
	some [at, statement] in lib.grants(d.document, d.path)
	some action in lib.many(object.get(statement, "Action", null))
	lib.ends(action, ":*")
	service := split(action, ":")[0]
	service != "*"
	some resource in lib.many(object.get(statement, "Resource", "*"))
	resource == "*"
}

# A document that cannot be read is AXLE-IAM-1’s to report.
warn contains lib.undecided(d.id, array.concat(at, ["Resource"]), resource) if {
	some d in lib.identity_documents
	some [at, statement] in lib.grants(d.document, d.path)
	some action in lib.many(object.get(statement, "Action", null))
	lib.ends(action, ":*")
	some resource in lib.many(object.get(statement, "Resource", "*"))
	lib.unknown(resource)
	not startswith(lib.why(resource), "AWS::")
}
