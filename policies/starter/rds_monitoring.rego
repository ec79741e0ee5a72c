# METADATA
# title: A database is monitored from within
# custom:
#   id: AXLE-RDS-11
#   fix: "Set MonitoringInterval: 60, and MonitoringRoleArn"
#   standards: [Security Hub RDS.6]
package axle.rules.rds_monitoring

import data.axle.lib

says := "database %s is not monitored from within"

warn contains finding if some finding in lib.wants_at_least(lib.of("AWS::RDS::DBInstance"), ["MonitoringInterval"], 1, says)
