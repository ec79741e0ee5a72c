# METADATA
# title: A database's snapshots have its tags
# custom:
#   id: AXLE-RDS-8
#   fix: "Set CopyTagsToSnapshot: true"
#   standards: [Security Hub RDS.16, Security Hub RDS.17]
package axle.rules.rds_tags

import data.axle.lib

says := "snapshots of database %s have no tags"

warn contains finding if some finding in lib.wants_true(lib.databases, ["CopyTagsToSnapshot"], says)
