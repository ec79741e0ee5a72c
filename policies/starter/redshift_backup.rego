# METADATA
# title: A data warehouse is backed up for a week
# custom:
#   id: AXLE-REDSHIFT-3
#   fix: "Set AutomatedSnapshotRetentionPeriod: 7 or more"
#   standards: [Security Hub Redshift.3]
package axle.rules.redshift_backup

import data.axle.lib

says := "data warehouse %s keeps snapshots for less than 7 days"

warn contains finding if some finding in lib.wants_at_least(lib.of("AWS::Redshift::Cluster"), ["AutomatedSnapshotRetentionPeriod"], 7, says)
