# METADATA
# title: A data warehouse is encrypted
# custom:
#   id: AXLE-REDSHIFT-1
#   fix: "Remove Encrypted: false"
#   standards: [Security Hub Redshift.10]
package axle.rules.redshift_encryption

import data.axle.lib

says := "data warehouse %s is not encrypted"

deny contains finding if some finding in lib.refuses_false(lib.of("AWS::Redshift::Cluster"), ["Encrypted"], says)
