# METADATA
# title: A database is not reachable from the internet
# custom:
#   id: AXLE-TF-RDS-2
#   fix: "Set publicly_accessible = false"
#   standards: [Security Hub RDS.2]
package axle.terraform.rds_public

import data.axle.lib

says := "database %s is reachable from the internet"

deny contains finding if some finding in lib.refuses_true(lib.of_any(["aws_db_instance", "aws_rds_cluster_instance"]), ["publicly_accessible"], says)
