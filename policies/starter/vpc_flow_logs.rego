# METADATA
# title: A VPC has flow logs
# custom:
#   id: AXLE-EC2-4
#   fix: "Add an AWS::EC2::FlowLog with ResourceId: !Ref of the VPC, ResourceType: VPC"
#   standards: [Security Hub EC2.6]
package axle.rules.vpc_flow_logs

import data.axle.lib

warn contains lib.finding(id, [], sprintf("VPC %s has no flow logs", [id])) if {
	some id, _ in lib.of("AWS::EC2::VPC")
	not sprintf("${%s}", [id]) in logged
}

logged contains object.get(properties, "ResourceId", "") if {
	some _, properties in lib.of("AWS::EC2::FlowLog")
	object.get(properties, "ResourceType", "") == "VPC"
}
