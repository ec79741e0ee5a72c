# METADATA
# title: A data warehouse is encrypted
# custom:
#   id: AXLE-TF-REDSHIFT-1
#   fix: "Set encrypted = true"
#   standards: [Security Hub Redshift.10]
package axle.terraform.redshift_encryption

import data.axle.lib

says := "data warehouse %s is not encrypted"

deny contains finding if some finding in lib.wants_true(lib.of("aws_redshift_cluster"), ["encrypted"], says)
