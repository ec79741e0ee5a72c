# METADATA
# title: A document database is backed up for a week
# custom:
#   id: AXLE-DOCDB-2
#   fix: "Set BackupRetentionPeriod: 7 or more"
#   standards: [Security Hub DocumentDB.2]
package axle.rules.docdb_backup

import data.axle.lib

says := "document database %s keeps backups for less than 7 days"

warn contains finding if some finding in lib.wants_at_least(lib.of("AWS::DocDB::DBCluster"), ["BackupRetentionPeriod"], 7, says)
