# METADATA
# title: A data warehouse is not reachable from the internet
# custom:
#   id: AXLE-TF-REDSHIFT-2
#   fix: "Set publicly_accessible = false"
#   standards: [Security Hub Redshift.1]
package axle.terraform.redshift_public

import data.axle.lib

says := "data warehouse %s is reachable from the internet"

deny contains finding if some finding in lib.wants_false(lib.of("aws_redshift_cluster"), ["publicly_accessible"], says)
