# METADATA
# title: A key policy allows nobody unknown
# custom:
#   id: AXLE-KMS-2
#   fix: "Name the principals, or add a condition on kms:CallerAccount"
#   standards: [Security Hub KMS.5]
package axle.rules.kms_public

import data.axle.lib

deny contains finding if {
	some id, properties in lib.of("AWS::KMS::Key")
	document := object.get(properties, "KeyPolicy", null)
	document != null # then it is AWS’s default, the account alone
	some finding in lib.strangers(id, ["Properties", "KeyPolicy"], document, sprintf("key %s may be used by everybody", [id]))
}
