# METADATA
# title: A distribution logs who reads
# custom:
#   id: AXLE-CDN-2
#   fix: "Set Logging: { Bucket }"
#   standards: [Security Hub CloudFront.5]
package axle.rules.cloudfront_logs

import data.axle.lib

says := "distribution %s does not log who reads"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::CloudFront::Distribution"), ["DistributionConfig", "Logging", "Bucket"], says)
