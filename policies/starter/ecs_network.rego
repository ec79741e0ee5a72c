# METADATA
# title: A container does not use its host's network
# custom:
#   id: AXLE-ECS-6
#   fix: "Set NetworkMode: awsvpc"
#   standards: [Security Hub ECS.17]
package axle.rules.ecs_network

import data.axle.lib

says := "containers of %s use their host's network"

warn contains finding if some finding in lib.refuses(lib.of("AWS::ECS::TaskDefinition"), ["NetworkMode"], {"host"}, says)
