# METADATA
# title: A topic is encrypted with a KMS key
# custom:
#   id: AXLE-TF-SNS-1
#   fix: "Set kms_master_key_id"
#   standards: [NIST SC-28]
package axle.terraform.sns_encryption

import data.axle.lib

says := "topic %s is not encrypted with a KMS key"

warn contains finding if some finding in lib.wants_given(lib.of("aws_sns_topic"), ["kms_master_key_id"], says)
