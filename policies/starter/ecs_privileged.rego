# METADATA
# title: A container is not root on its host
# custom:
#   id: AXLE-ECS-1
#   fix: "Remove Privileged: true"
#   standards: [Security Hub ECS.4]
package axle.rules.ecs_privileged

import data.axle.lib

says := "a container of %s is root on its host"

deny contains finding if {
	some member in lib.members(lib.of("AWS::ECS::TaskDefinition"), ["ContainerDefinitions"])
	value := lib.at(member.value, ["Privileged"])
	some finding in lib.judged_at(member, ["Privileged"], value, lib.given(value) == false, sprintf(says, [member.id]))
}
