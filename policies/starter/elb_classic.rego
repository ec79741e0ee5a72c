# METADATA
# title: A classic load balancer speaks TLS
# custom:
#   id: AXLE-ELB-6
#   fix: "Set Protocol: HTTPS or SSL; better, use AWS::ElasticLoadBalancingV2::LoadBalancer"
#   standards: [Security Hub ELB.3]
package axle.rules.elb_classic

import data.axle.lib

says := "classic load balancer %s speaks without TLS"

warn contains finding if {
	some member in lib.members(lib.of("AWS::ElasticLoadBalancing::LoadBalancer"), ["Listeners"])
	value := lib.at(member.value, ["Protocol"])
	some finding in lib.judged_at(member, ["Protocol"], value, value in {"HTTPS", "SSL"}, sprintf(says, [member.id]))
}
