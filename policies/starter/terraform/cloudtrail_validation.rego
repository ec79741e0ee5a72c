# METADATA
# title: A trail’s logs show whether they were changed
# custom:
#   id: AXLE-TF-TRAIL-1
#   fix: "Set enable_log_file_validation = true"
#   standards: [Security Hub CloudTrail.4, CIS AWS v3.0 3.2]
package axle.terraform.cloudtrail_validation

import data.axle.lib

says := "trail %s does not show whether its logs were changed"

warn contains finding if some finding in lib.wants_true(lib.of("aws_cloudtrail"), ["enable_log_file_validation"], says)
