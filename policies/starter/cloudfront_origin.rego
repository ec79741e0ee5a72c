# METADATA
# title: A distribution reads what is behind it over TLS
# custom:
#   id: AXLE-CDN-6
#   fix: "Set OriginProtocolPolicy: https-only"
#   standards: [Security Hub CloudFront.9]
package axle.rules.cloudfront_origin

import data.axle.lib

says := "distribution %s reads what is behind it without TLS"

warn contains finding if {
	some member in lib.members(lib.of("AWS::CloudFront::Distribution"), ["DistributionConfig", "Origins"])
	value := lib.at(member.value, ["CustomOriginConfig", "OriginProtocolPolicy"])
	some finding in lib.judged_at(member, ["CustomOriginConfig", "OriginProtocolPolicy"], value, lib.allowed(value, {"http-only"}), sprintf(says, [member.id]))
}
