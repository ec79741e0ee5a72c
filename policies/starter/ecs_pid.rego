# METADATA
# title: A container does not see its host's processes
# custom:
#   id: AXLE-ECS-5
#   fix: "Remove PidMode: host"
#   standards: [Security Hub ECS.3]
package axle.rules.ecs_pid

import data.axle.lib

says := "containers of %s see their host's processes"

deny contains finding if some finding in lib.refuses(lib.of("AWS::ECS::TaskDefinition"), ["PidMode"], {"host"}, says)
