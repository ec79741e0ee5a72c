# METADATA
# title: A distribution stands behind a firewall
# custom:
#   id: AXLE-CDN-3
#   fix: "Set WebACLId"
#   standards: [Security Hub CloudFront.6]
package axle.rules.cloudfront_waf

import data.axle.lib

says := "distribution %s stands behind no firewall"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::CloudFront::Distribution"), ["DistributionConfig", "WebACLId"], says)
