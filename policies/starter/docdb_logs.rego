# METADATA
# title: A document database sends its audit log
# custom:
#   id: AXLE-DOCDB-4
#   fix: "Set EnableCloudwatchLogsExports: [audit]"
#   standards: [Security Hub DocumentDB.4]
package axle.rules.docdb_logs

import data.axle.lib

says := "document database %s keeps its logs to itself"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::DocDB::DBCluster"), ["EnableCloudwatchLogsExports"], says)
