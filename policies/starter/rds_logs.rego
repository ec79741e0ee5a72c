# METADATA
# title: A database sends its logs
# custom:
#   id: AXLE-RDS-9
#   fix: "Set EnableCloudwatchLogsExports to the engine's logs"
#   standards: [Security Hub RDS.9]
package axle.rules.rds_logs

import data.axle.lib

says := "database %s keeps its logs to itself"

warn contains finding if some finding in lib.wants_given(lib.instances, ["EnableCloudwatchLogsExports"], says)
