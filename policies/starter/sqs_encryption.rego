# METADATA
# title: A queue is encrypted
# custom:
#   id: AXLE-SQS-1
#   fix: "Set KmsMasterKeyId, or remove SqsManagedSseEnabled: SQS encrypts by default"
#   standards: [Security Hub SQS.1]
package axle.rules.sqs_encryption

import data.axle.lib

deny contains finding if {
	some id, properties in lib.of("AWS::SQS::Queue")
	not lib.given(object.get(properties, "KmsMasterKeyId", null))
	value := object.get(properties, "SqsManagedSseEnabled", null)
	some finding in lib.must_not_be_false(id, ["Properties", "SqsManagedSseEnabled"], value, sprintf("queue %s is not encrypted", [id]))
}

deny contains lib.undecided(id, ["Properties", "KmsMasterKeyId"], key) if {
	some id, properties in lib.of("AWS::SQS::Queue")
	key := object.get(properties, "KmsMasterKeyId", null)
	lib.unknown(key)
	object.get(properties, "SqsManagedSseEnabled", null) != null
	not lib.is_true(object.get(properties, "SqsManagedSseEnabled", null))
}
