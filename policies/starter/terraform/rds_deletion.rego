# METADATA
# title: A database cannot be deleted by mistake
# custom:
#   id: AXLE-TF-RDS-3
#   fix: "Set deletion_protection = true"
#   standards: [Security Hub RDS.7, Security Hub RDS.8]
package axle.terraform.rds_deletion

import data.axle.lib

says := "database %s can be deleted by mistake"

warn contains finding if some finding in lib.wants_true(lib.of_any(["aws_db_instance", "aws_rds_cluster"]), ["deletion_protection"], says)
