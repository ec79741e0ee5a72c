# METADATA
# title: A database's administrator is not called what everybody guesses
# custom:
#   id: AXLE-RDS-10
#   fix: "Set another MasterUsername; it cannot be changed later"
#   standards: [Security Hub RDS.24, Security Hub RDS.25]
package axle.rules.rds_admin

import data.axle.lib

says := "the administrator of database %s has a name that everybody guesses"

warn contains finding if some finding in lib.refuses(lib.databases, ["MasterUsername"], {"admin", "postgres"}, says)
