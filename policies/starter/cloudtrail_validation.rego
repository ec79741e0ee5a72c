# METADATA
# title: A trail's logs show whether they were changed
# custom:
#   id: AXLE-TRAIL-1
#   fix: "Set EnableLogFileValidation: true"
#   standards: [Security Hub CloudTrail.4, CIS AWS v3.0 3.2]
package axle.rules.cloudtrail_validation

import data.axle.lib

says := "logs of trail %s can be changed unseen"

warn contains finding if some finding in lib.wants_true(lib.of("AWS::CloudTrail::Trail"), ["EnableLogFileValidation"], says)
