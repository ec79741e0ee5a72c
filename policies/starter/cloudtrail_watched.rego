# METADATA
# title: A trail can raise alarms
# custom:
#   id: AXLE-TRAIL-5
#   fix: "Set CloudWatchLogsLogGroupArn and CloudWatchLogsRoleArn"
#   standards: [Security Hub CloudTrail.5]
package axle.rules.cloudtrail_watched

import data.axle.lib

says := "trail %s goes to no log group"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::CloudTrail::Trail"), ["CloudWatchLogsLogGroupArn"], says)
