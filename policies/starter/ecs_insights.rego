# METADATA
# title: A container cluster is measured
# custom:
#   id: AXLE-ECS-8
#   fix: "Set ClusterSettings: [{ Name: containerInsights, Value: enabled }]"
#   standards: [Security Hub ECS.12]
package axle.rules.ecs_insights

import data.axle.lib

warn contains finding if {
	some finding in lib.wants_setting(lib.of("AWS::ECS::Cluster"), "ClusterSettings", {"Name": "containerInsights"}, {"enabled", "enhanced"}, "container cluster %s is not measured")
}
