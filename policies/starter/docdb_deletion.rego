# METADATA
# title: A document database cannot be deleted by mistake
# custom:
#   id: AXLE-DOCDB-3
#   fix: "Set DeletionProtection: true"
#   standards: [Security Hub DocumentDB.5]
package axle.rules.docdb_deletion

import data.axle.lib

says := "document database %s can be deleted by mistake"

warn contains finding if some finding in lib.wants_true(lib.of("AWS::DocDB::DBCluster"), ["DeletionProtection"], says)
