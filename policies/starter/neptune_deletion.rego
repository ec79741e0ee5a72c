# METADATA
# title: A graph database cannot be deleted by mistake
# custom:
#   id: AXLE-NEPTUNE-3
#   fix: "Set DeletionProtection: true"
#   standards: [Security Hub Neptune.4]
package axle.rules.neptune_deletion

import data.axle.lib

says := "graph database %s can be deleted by mistake"

warn contains finding if some finding in lib.wants_true(lib.of("AWS::Neptune::DBCluster"), ["DeletionProtection"], says)
