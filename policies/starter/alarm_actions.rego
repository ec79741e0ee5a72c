# METADATA
# title: An alarm tells somebody
# custom:
#   id: AXLE-ALARM-1
#   fix: "Remove ActionsEnabled: false"
#   standards: [Security Hub CloudWatch.17]
package axle.rules.alarm_actions

import data.axle.lib

says := "alarm %s tells nobody"

warn contains finding if some finding in lib.refuses_false(lib.of("AWS::CloudWatch::Alarm"), ["ActionsEnabled"], says)
