# METADATA
# title: A graph database sends its audit log
# custom:
#   id: AXLE-NEPTUNE-2
#   fix: "Set EnableCloudwatchLogsExports: [audit]"
#   standards: [Security Hub Neptune.2]
package axle.rules.neptune_logs

import data.axle.lib

says := "graph database %s keeps its logs to itself"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::Neptune::DBCluster"), ["EnableCloudwatchLogsExports"], says)
