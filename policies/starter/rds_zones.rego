# METADATA
# title: A database stands in two zones
# custom:
#   id: AXLE-RDS-5
#   fix: "Set MultiAZ: true"
#   standards: [Security Hub RDS.5]
package axle.rules.rds_zones

import data.axle.lib

says := "database %s stands in one zone"

warn contains finding if some finding in lib.wants_true(lib.instances, ["MultiAZ"], says)
