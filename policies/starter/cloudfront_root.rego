# METADATA
# title: A distribution says what stands at its root
# custom:
#   id: AXLE-CDN-1
#   fix: "Set DefaultRootObject"
#   standards: [Security Hub CloudFront.1]
package axle.rules.cloudfront_root

import data.axle.lib

says := "the root of distribution %s may list what is behind it"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::CloudFront::Distribution"), ["DistributionConfig", "DefaultRootObject"], says)
