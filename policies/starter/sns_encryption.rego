# METADATA
# title: A topic is encrypted with a KMS key
# custom:
#   id: AXLE-SNS-1
#   fix: "Set KmsMasterKeyId"
#   standards: [NIST SC-28]
package axle.rules.sns_encryption

import data.axle.lib

warn contains finding if {
	some id, properties in lib.of("AWS::SNS::Topic")
	path := ["Properties", "KmsMasterKeyId"]
	some finding in lib.must_be_given(id, path, object.get(properties, "KmsMasterKeyId", null), sprintf("topic %s is not encrypted with a KMS key", [id]))
}
