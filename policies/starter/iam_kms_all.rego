# METADATA
# title: No policy decrypts with every key
# custom:
#   id: AXLE-IAM-9
#   fix: "Name the keys"
#   standards: [Security Hub KMS.1, Security Hub KMS.2]
package axle.rules.iam_kms_all

import data.axle.lib

decrypting := {"kms:decrypt", "kms:reencryptfrom", "kms:reencrypt*", "kms:*"}

warn contains lib.finding(d.id, array.concat(at, ["Resource"]), sprintf("%s decrypts with every key", [d.id])) if {
	some d in lib.identity_documents
	some [at, statement] in lib.grants(d.document, d.path)
	some action in lib.many(object.get(statement, "Action", null))
	is_string(action)
	lower(action) in decrypting
	some resource in lib.many(object.get(statement, "Resource", "*"))
	regex.match(`^[*]$|:key/[*]$`, sprintf("%v", [resource]))
}

# A document that cannot be read is AXLE-IAM-1’s to report.
warn contains lib.undecided(d.id, array.concat(at, ["Resource"]), resource) if {
	some d in lib.identity_documents
	some [at, statement] in lib.grants(d.document, d.path)
	some action in lib.many(object.get(statement, "Action", null))
	is_string(action)
	lower(action) in decrypting
	some resource in lib.many(object.get(statement, "Resource", "*"))
	lib.unknown(resource)
}
