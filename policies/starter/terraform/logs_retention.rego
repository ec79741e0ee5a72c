# METADATA
# title: A log group says how long it keeps
# custom:
#   id: AXLE-TF-LOGS-1
#   fix: "Set retention_in_days"
#   standards: [Security Hub CloudWatch.16]
package axle.terraform.logs_retention

import data.axle.lib

says := "log group %s keeps for ever"

warn contains finding if some finding in lib.wants_at_least(lib.of("aws_cloudwatch_log_group"), ["retention_in_days"], 1, says)
