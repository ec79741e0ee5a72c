# METADATA
# title: A trail is switched on
# custom:
#   id: AXLE-TRAIL-4
#   fix: "Set IsLogging: true"
#   standards: [AWS CloudTrail best practices]
package axle.rules.cloudtrail_on

import data.axle.lib

says := "trail %s is switched off"

deny contains finding if some finding in lib.wants_true(lib.of("AWS::CloudTrail::Trail"), ["IsLogging"], says)
