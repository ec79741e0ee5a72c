# METADATA
# title: A bucket has no public access control list
# custom:
#   id: AXLE-TF-S3-2
#   fix: "Remove acl, and set object_ownership = \"BucketOwnerEnforced\""
#   standards: [Security Hub S3.2, Security Hub S3.3, Security Hub S3.12]
package axle.terraform.s3_public_acl

import data.axle.lib

public := {"public-read", "public-read-write", "authenticated-read"}

deny contains finding if some finding in lib.refuses(lib.of_any(["aws_s3_bucket", "aws_s3_bucket_acl"]), ["acl"], public, "bucket %s is public by its access control list")
