# METADATA
# title: A bucket is encrypted with a KMS key
# custom:
#   id: AXLE-TF-S3-3
#   fix: "Add an aws_s3_bucket_server_side_encryption_configuration with sse_algorithm = \"aws:kms\""
#   standards: [Security Hub S3.17]
package axle.terraform.s3_encryption

import data.axle.lib

steps := ["rule", 0, "apply_server_side_encryption_by_default", 0, "sse_algorithm"]

warn contains finding if some finding in lib.wants_companion("aws_s3_bucket_server_side_encryption_configuration", steps, {"aws:kms", "aws:kms:dsse"}, "bucket %s is not encrypted with a KMS key")
