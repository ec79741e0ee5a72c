# METADATA
# title: A bucket blocks all public access
# custom:
#   id: AXLE-TF-S3-1
#   fix: "Add an aws_s3_bucket_public_access_block with all four settings true"
#   standards: [Security Hub S3.8]
package axle.terraform.s3_public_access

import data.axle.lib

settings := ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]

deny contains finding if {
	some setting in settings
	some finding in lib.wants_companion("aws_s3_bucket_public_access_block", [setting], {true, "true"}, "bucket %s can be made public")
}
