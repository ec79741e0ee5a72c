# METADATA
# title: A distribution is read over TLS
# custom:
#   id: AXLE-CDN-5
#   fix: "Set ViewerProtocolPolicy: redirect-to-https"
#   standards: [Security Hub CloudFront.3]
package axle.rules.cloudfront_viewer

import data.axle.lib

says := "distribution %s is read without TLS"

tls := {"redirect-to-https", "https-only"}

warn contains finding if {
	some finding in lib.wants_one_of(lib.of("AWS::CloudFront::Distribution"), ["DistributionConfig", "DefaultCacheBehavior", "ViewerProtocolPolicy"], tls, says)
}

warn contains finding if {
	some member in lib.members(lib.of("AWS::CloudFront::Distribution"), ["DistributionConfig", "CacheBehaviors"])
	value := lib.at(member.value, ["ViewerProtocolPolicy"])
	some finding in lib.judged_at(member, ["ViewerProtocolPolicy"], value, value in tls, sprintf(says, [member.id]))
}
