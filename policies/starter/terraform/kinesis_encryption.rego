# METADATA
# title: A stream is encrypted
# custom:
#   id: AXLE-TF-KINESIS-1
#   fix: "Set encryption_type = \"KMS\" and kms_key_id"
#   standards: [Security Hub Kinesis.1]
package axle.terraform.kinesis_encryption

import data.axle.lib

says := "stream %s is not encrypted"

warn contains finding if some finding in lib.wants_one_of(lib.of("aws_kinesis_stream"), ["encryption_type"], {"KMS"}, says)
