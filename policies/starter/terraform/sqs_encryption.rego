# METADATA
# title: A queue is encrypted
# custom:
#   id: AXLE-TF-SQS-1
#   fix: "Set kms_master_key_id, or remove sqs_managed_sse_enabled: SQS encrypts by default"
#   standards: [Security Hub SQS.1]
package axle.terraform.sqs_encryption

import data.axle.lib

unkeyed := {id: properties |
	some id, properties in lib.of("aws_sqs_queue")
	not lib.given(object.get(properties, "kms_master_key_id", null))
}

deny contains finding if some finding in lib.refuses_false(unkeyed, ["sqs_managed_sse_enabled"], "queue %s is not encrypted")

deny contains lib.undecided(id, ["Properties", "kms_master_key_id"], key) if {
	some id, properties in lib.of("aws_sqs_queue")
	key := object.get(properties, "kms_master_key_id", null)
	lib.unsettled(key)
	lib.is_false(object.get(properties, "sqs_managed_sse_enabled", null))
}
