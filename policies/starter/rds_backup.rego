# METADATA
# title: A database is backed up for a week
# custom:
#   id: AXLE-RDS-4
#   fix: "Set BackupRetentionPeriod: 7 or more"
#   standards: [Security Hub RDS.11]
package axle.rules.rds_backup

import data.axle.lib

says := "database %s keeps backups for less than 7 days"

warn contains finding if some finding in lib.wants_at_least(lib.databases, ["BackupRetentionPeriod"], 7, says)
