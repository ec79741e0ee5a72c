# METADATA
# title: A graph database is encrypted
# custom:
#   id: AXLE-NEPTUNE-1
#   fix: "Set StorageEncrypted: true; it cannot be changed later without a new cluster"
#   standards: [Security Hub Neptune.1]
package axle.rules.neptune_encryption

import data.axle.lib

says := "graph database %s is not encrypted"

deny contains finding if some finding in lib.wants_true(lib.of("AWS::Neptune::DBCluster"), ["StorageEncrypted"], says)
