# METADATA
# title: A database takes minor versions by itself
# custom:
#   id: AXLE-RDS-6
#   fix: "Remove AutoMinorVersionUpgrade: false"
#   standards: [Security Hub RDS.13, CIS AWS v3.0 2.3.2]
package axle.rules.rds_upgrades

import data.axle.lib

says := "database %s does not take minor versions"

warn contains finding if some finding in lib.refuses_false(lib.of("AWS::RDS::DBInstance"), ["AutoMinorVersionUpgrade"], says)
