# METADATA
# title: A load balancer logs who calls
# custom:
#   id: AXLE-ELB-4
#   fix: "Set LoadBalancerAttributes: [{ Key: access_logs.s3.enabled, Value: true }], and access_logs.s3.bucket"
#   standards: [Security Hub ELB.5]
package axle.rules.elb_logs

import data.axle.lib

# A gateway load balancer has no access logs.
logging := {id: properties |
	some id, properties in lib.of("AWS::ElasticLoadBalancingV2::LoadBalancer")
	object.get(properties, "Type", "application") != "gateway"
}

warn contains finding if {
	some finding in lib.wants_setting(logging, "LoadBalancerAttributes", {"Key": "access_logs.s3.enabled"}, {"true"}, "load balancer %s does not log who calls")
}
