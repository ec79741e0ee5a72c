# METADATA
# title: A file system is encrypted
# custom:
#   id: AXLE-TF-EFS-1
#   fix: "Set encrypted = true"
#   standards: [Security Hub EFS.1, CIS AWS v3.0 2.4.1]
package axle.terraform.efs_encryption

import data.axle.lib

says := "file system %s is not encrypted"

deny contains finding if some finding in lib.wants_true(lib.of("aws_efs_file_system"), ["encrypted"], says)
