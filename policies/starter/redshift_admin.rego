# METADATA
# title: A data warehouse's administrator is not called what everybody guesses
# custom:
#   id: AXLE-REDSHIFT-6
#   fix: "Set another MasterUsername"
#   standards: [Security Hub Redshift.8]
package axle.rules.redshift_admin

import data.axle.lib

says := "the administrator of data warehouse %s has a name that everybody guesses"

warn contains finding if some finding in lib.refuses(lib.of("AWS::Redshift::Cluster"), ["MasterUsername"], {"awsuser"}, says)
