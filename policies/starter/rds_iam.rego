# METADATA
# title: A database can be entered with IAM
# custom:
#   id: AXLE-RDS-7
#   fix: "Set EnableIAMDatabaseAuthentication: true"
#   standards: [Security Hub RDS.10, Security Hub RDS.12]
package axle.rules.rds_iam

import data.axle.lib

says := "database %s is entered with passwords alone"

warn contains finding if some finding in lib.wants_true(lib.databases, ["EnableIAMDatabaseAuthentication"], says)
