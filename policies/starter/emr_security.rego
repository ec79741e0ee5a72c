# METADATA
# title: A data cluster says how it encrypts
# custom:
#   id: AXLE-EMR-1
#   fix: "Set SecurityConfiguration"
#   standards: [AWS EMR best practices]
package axle.rules.emr_security

import data.axle.lib

says := "data cluster %s does not say how it encrypts"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::EMR::Cluster"), ["SecurityConfiguration"], says)
