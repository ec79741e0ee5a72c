# METADATA
# title: A document database is encrypted
# custom:
#   id: AXLE-DOCDB-1
#   fix: "Set StorageEncrypted: true; it cannot be changed later without a new cluster"
#   standards: [Security Hub DocumentDB.1]
package axle.rules.docdb_encryption

import data.axle.lib

says := "document database %s is not encrypted"

deny contains finding if some finding in lib.wants_true(lib.of("AWS::DocDB::DBCluster"), ["StorageEncrypted"], says)
