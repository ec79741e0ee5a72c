# METADATA
# title: A load balancer's listener takes TLS 1.2 or later
# custom:
#   id: AXLE-ELB-2
#   fix: "Set SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06"
#   standards: [Security Hub ELB.17]
package axle.rules.elb_policy

import data.axle.lib

says := "listener %s takes old TLS"

old := {
	"ELBSecurityPolicy-2015-05",
	"ELBSecurityPolicy-2016-08",
	"ELBSecurityPolicy-FS-2018-06",
	"ELBSecurityPolicy-FS-1-1-2019-08",
	"ELBSecurityPolicy-TLS-1-0-2015-04",
	"ELBSecurityPolicy-TLS-1-1-2017-01",
}

warn contains finding if some finding in lib.refuses(lib.of("AWS::ElasticLoadBalancingV2::Listener"), ["SslPolicy"], old, says)
