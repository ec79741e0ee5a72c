# METADATA
# title: A key policy allows nobody unknown
# custom:
#   id: AXLE-KMS-2
#   fix: "Name the principals, or add a condition on kms:CallerAccount"
#   standards: [FSBP KMS.5]
package axle.rules.kms_public

import data.axle.lib

document := ["Properties", "KeyPolicy"]

deny contains lib.finding(id, array.concat(at, ["Principal"]), sprintf("key %s may be used by everybody", [id])) if {
	some id, properties in lib.of("AWS::KMS::Key")
	some [at, statement] in lib.grants(object.get(properties, "KeyPolicy", {}), document)
	lib.everyone(object.get(statement, "Principal", "*"))
	not lib.narrowed(statement)
}

deny contains finding if {
	some id, properties in lib.of("AWS::KMS::Key")
	policy := object.get(properties, "KeyPolicy", null)
	policy != null # then it is AWS’s default, the account alone
	some finding in lib.unread(id, document, policy) | lib.unnamed(id, document, policy)
}
