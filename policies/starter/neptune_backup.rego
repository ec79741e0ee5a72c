# METADATA
# title: A graph database is backed up for a week
# custom:
#   id: AXLE-NEPTUNE-4
#   fix: "Set BackupRetentionPeriod: 7 or more"
#   standards: [Security Hub Neptune.5]
package axle.rules.neptune_backup

import data.axle.lib

says := "graph database %s keeps backups for less than 7 days"

warn contains finding if some finding in lib.wants_at_least(lib.of("AWS::Neptune::DBCluster"), ["BackupRetentionPeriod"], 7, says)
