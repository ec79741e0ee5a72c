# METADATA
# title: A DynamoDB accelerator is encrypted
# custom:
#   id: AXLE-DDB-3
#   fix: "Set SSESpecification: { SSEEnabled: true }; it cannot be changed later without a new cluster"
#   standards: [Security Hub DynamoDB.3]
package axle.rules.dax_encryption

import data.axle.lib

says := "accelerator %s is not encrypted"

deny contains finding if some finding in lib.wants_true(lib.of("AWS::DAX::Cluster"), ["SSESpecification", "SSEEnabled"], says)
