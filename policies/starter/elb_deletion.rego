# METADATA
# title: A load balancer cannot be deleted by mistake
# custom:
#   id: AXLE-ELB-3
#   fix: "Set LoadBalancerAttributes: [{ Key: deletion_protection.enabled, Value: true }]"
#   standards: [Security Hub ELB.6]
package axle.rules.elb_deletion

import data.axle.lib

warn contains finding if {
	some finding in lib.wants_setting(lib.of("AWS::ElasticLoadBalancingV2::LoadBalancer"), "LoadBalancerAttributes", {"Key": "deletion_protection.enabled"}, {"true"}, "load balancer %s can be deleted by mistake")
}
