# METADATA
# title: A log group says how long it keeps
# custom:
#   id: AXLE-LOGS-1
#   fix: "Set RetentionInDays: without it logs are kept, and paid for, for ever"
#   standards: [Security Hub CloudWatch.16]
package axle.rules.logs_retention

import data.axle.lib

warn contains finding if {
	some id, properties in lib.of("AWS::Logs::LogGroup")
	path := ["Properties", "RetentionInDays"]
	some finding in lib.must_be_given(id, path, object.get(properties, "RetentionInDays", null), sprintf("log group %s keeps its logs for ever", [id]))
}
