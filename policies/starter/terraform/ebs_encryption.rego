# METADATA
# title: A volume is encrypted
# custom:
#   id: AXLE-TF-EC2-3
#   fix: "Set encrypted = true"
#   standards: [Security Hub EC2.3]
package axle.terraform.ebs_encryption

import data.axle.lib

says := "volume %s is not encrypted"

deny contains finding if some finding in lib.wants_true(lib.of("aws_ebs_volume"), ["encrypted"], says)
