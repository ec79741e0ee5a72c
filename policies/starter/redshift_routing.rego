# METADATA
# title: A data warehouse copies through its VPC
# custom:
#   id: AXLE-REDSHIFT-5
#   fix: "Set EnhancedVpcRouting: true"
#   standards: [Security Hub Redshift.7]
package axle.rules.redshift_routing

import data.axle.lib

says := "data warehouse %s copies past its VPC"

warn contains finding if some finding in lib.wants_true(lib.of("AWS::Redshift::Cluster"), ["EnhancedVpcRouting"], says)
