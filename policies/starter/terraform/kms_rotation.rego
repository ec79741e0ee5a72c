# METADATA
# title: A KMS key rotates
# custom:
#   id: AXLE-TF-KMS-1
#   fix: "Set enable_key_rotation = true"
#   standards: [Security Hub KMS.4]
package axle.terraform.kms_rotation

import data.axle.lib

# AWS rotates symmetric keys only.
rotatable := {id: properties |
	some id, properties in lib.of("aws_kms_key")
	spec := object.get(properties, "customer_master_key_spec", null)
	spec in {null, "SYMMETRIC_DEFAULT", lib.unknown_or(spec)}
}

deny contains finding if some finding in lib.wants_true(rotatable, ["enable_key_rotation"], "key %s does not rotate")
