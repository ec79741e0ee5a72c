# METADATA
# title: A data warehouse is not reachable from the internet
# custom:
#   id: AXLE-REDSHIFT-2
#   fix: "Set PubliclyAccessible: false"
#   standards: [Security Hub Redshift.1]
package axle.rules.redshift_public

import data.axle.lib

says := "data warehouse %s is reachable from the internet"

deny contains finding if some finding in lib.refuses_true(lib.of("AWS::Redshift::Cluster"), ["PubliclyAccessible"], says)
