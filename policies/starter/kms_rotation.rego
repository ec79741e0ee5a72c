# METADATA
# title: A KMS key rotates
# custom:
#   id: AXLE-KMS-1
#   fix: "Set EnableKeyRotation: true"
#   standards: [Security Hub KMS.4]
package axle.rules.kms_rotation

import data.axle.lib

deny contains finding if {
	some id, properties in lib.of("AWS::KMS::Key")
	rotatable(properties)
	path := ["Properties", "EnableKeyRotation"]
	some finding in lib.must_be_true(id, path, object.get(properties, "EnableKeyRotation", null), sprintf("key %s does not rotate", [id]))
}

# AWS rotates symmetric keys with material of its own.
rotatable(properties) if {
	not object.get(properties, "Origin", "AWS_KMS") in {"EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"}
	spec := object.get(properties, "KeySpec", "SYMMETRIC_DEFAULT")
	symmetric(spec)
}

symmetric(spec) if lib.unknown(spec)

symmetric(spec) if spec == "SYMMETRIC_DEFAULT"
