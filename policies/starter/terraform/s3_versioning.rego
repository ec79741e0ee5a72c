# METADATA
# title: A bucket keeps old versions
# custom:
#   id: AXLE-TF-S3-4
#   fix: "Add an aws_s3_bucket_versioning with status = \"Enabled\""
#   standards: [Security Hub S3.14]
package axle.terraform.s3_versioning

import data.axle.lib

warn contains finding if some finding in lib.wants_companion("aws_s3_bucket_versioning", ["versioning_configuration", 0, "status"], {"Enabled"}, "bucket %s keeps no old versions")
