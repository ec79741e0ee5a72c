# METADATA
# title: A distribution takes TLS 1.2 or later
# custom:
#   id: AXLE-CDN-4
#   fix: "Set MinimumProtocolVersion: TLSv1.2_2021"
#   standards: [AWS CloudFront best practices]
package axle.rules.cloudfront_tls

import data.axle.lib

says := "distribution %s takes old TLS"

old := {
	"SSLv3",
	"TLSv1",
	"TLSv1_2016",
	"TLSv1.1_2016",
}

warn contains finding if some finding in lib.refuses(lib.of("AWS::CloudFront::Distribution"), ["DistributionConfig", "ViewerCertificate", "MinimumProtocolVersion"], old, says)
