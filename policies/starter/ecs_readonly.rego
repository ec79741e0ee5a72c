# METADATA
# title: A container cannot change its own files
# custom:
#   id: AXLE-ECS-2
#   fix: "Set ReadonlyRootFilesystem: true, and mount a volume where it writes"
#   standards: [Security Hub ECS.5]
package axle.rules.ecs_readonly

import data.axle.lib

says := "a container of %s can change its own files"

warn contains finding if {
	some member in lib.members(lib.of("AWS::ECS::TaskDefinition"), ["ContainerDefinitions"])
	value := lib.at(member.value, ["ReadonlyRootFilesystem"])
	some finding in lib.judged_at(member, ["ReadonlyRootFilesystem"], value, lib.is_true(value), sprintf(says, [member.id]))
}
