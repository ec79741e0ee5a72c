# METADATA
# title: A graph database is entered with IAM
# custom:
#   id: AXLE-NEPTUNE-5
#   fix: "Set IamAuthEnabled: true"
#   standards: [Security Hub Neptune.7]
package axle.rules.neptune_iam

import data.axle.lib

says := "graph database %s lets in whoever reaches it"

warn contains finding if some finding in lib.wants_true(lib.of("AWS::Neptune::DBCluster"), ["IamAuthEnabled"], says)
