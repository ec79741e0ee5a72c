# METADATA
# title: A database is backed up for a week
# custom:
#   id: AXLE-TF-RDS-4
#   fix: "Set backup_retention_period = 7 or more"
#   standards: [Security Hub RDS.11]
package axle.terraform.rds_backup

import data.axle.lib

says := "database %s is not backed up for a week"

warn contains finding if some finding in lib.wants_at_least(lib.of_any(["aws_db_instance", "aws_rds_cluster"]), ["backup_retention_period"], 7, says)
