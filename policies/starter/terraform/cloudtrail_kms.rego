# METADATA
# title: A trail is encrypted with a KMS key
# custom:
#   id: AXLE-TF-TRAIL-3
#   fix: "Set kms_key_id"
#   standards: [Security Hub CloudTrail.2, CIS AWS v3.0 3.5]
package axle.terraform.cloudtrail_kms

import data.axle.lib

says := "trail %s is not encrypted with a KMS key"

warn contains finding if some finding in lib.wants_given(lib.of("aws_cloudtrail"), ["kms_key_id"], says)
