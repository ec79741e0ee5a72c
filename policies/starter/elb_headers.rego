# METADATA
# title: A load balancer drops headers that are none
# custom:
#   id: AXLE-ELB-5
#   fix: "Set LoadBalancerAttributes: [{ Key: routing.http.drop_invalid_header_fields.enabled, Value: true }]"
#   standards: [Security Hub ELB.4]
package axle.rules.elb_headers

import data.axle.lib

# Only an application load balancer reads headers.
reading := {id: properties |
	some id, properties in lib.of("AWS::ElasticLoadBalancingV2::LoadBalancer")
	not object.get(properties, "Type", "application") in {"network", "gateway"}
}

warn contains finding if {
	some finding in lib.wants_setting(reading, "LoadBalancerAttributes", {"Key": "routing.http.drop_invalid_header_fields.enabled"}, {"true"}, "load balancer %s lets headers through that are none")
}
