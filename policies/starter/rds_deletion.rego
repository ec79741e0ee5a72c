# METADATA
# title: A database cannot be deleted by mistake
# custom:
#   id: AXLE-RDS-3
#   fix: "Set DeletionProtection: true"
#   standards: [Security Hub RDS.7, Security Hub RDS.8]
package axle.rules.rds_deletion

import data.axle.lib

says := "database %s can be deleted by mistake"

warn contains finding if some finding in lib.wants_true(lib.databases, ["DeletionProtection"], says)
