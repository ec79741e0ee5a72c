# METADATA
# title: A container says where its logs go
# custom:
#   id: AXLE-ECS-3
#   fix: "Set LogConfiguration: { LogDriver: awslogs, Options }"
#   standards: [Security Hub ECS.9]
package axle.rules.ecs_logs

import data.axle.lib

says := "the logs of a container of %s are lost"

warn contains finding if {
	some member in lib.members(lib.of("AWS::ECS::TaskDefinition"), ["ContainerDefinitions"])
	value := lib.at(member.value, ["LogConfiguration", "LogDriver"])
	some finding in lib.judged_at(member, ["LogConfiguration", "LogDriver"], value, lib.filled(value), sprintf(says, [member.id]))
}
