# METADATA
# title: A group asks its load balancer which machines live
# custom:
#   id: AXLE-ASG-4
#   fix: "Set HealthCheckType: ELB"
#   standards: [Security Hub AutoScaling.1]
package axle.rules.asg_health

import data.axle.lib

balanced := {id: properties |
	some id, properties in lib.of("AWS::AutoScaling::AutoScalingGroup")
	some key in ["TargetGroupARNs", "LoadBalancerNames"]
	lib.filled(object.get(properties, key, null))
}

warn contains finding if some finding in lib.wants_one_of(balanced, ["HealthCheckType"], {"ELB"}, "group %s keeps machines that its load balancer takes for dead")
