# METADATA
# title: A role does not trust everybody
# custom:
#   id: AXLE-IAM-3
#   fix: "Name the accounts or roles that may assume it, or add a condition on aws:PrincipalOrgID"
#   standards: [AWS IAM best practices]
package axle.rules.iam_trust

import data.axle.lib

document := ["Properties", "AssumeRolePolicyDocument"]

deny contains lib.finding(id, array.concat(at, ["Principal"]), sprintf("role %s may be assumed by anybody", [id])) if {
	some id, properties in lib.of("AWS::IAM::Role")
	some [at, statement] in lib.grants(object.get(properties, "AssumeRolePolicyDocument", {}), document)
	lib.everyone(object.get(statement, "Principal", "*"))
	not lib.narrowed(statement)
}

deny contains finding if {
	some id, properties in lib.of("AWS::IAM::Role")
	some finding in lib.unread(id, document, object.get(properties, "AssumeRolePolicyDocument", null)) | lib.unnamed(id, document, object.get(properties, "AssumeRolePolicyDocument", null))
}
