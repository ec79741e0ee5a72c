# METADATA
# title: A task has no public address
# custom:
#   id: AXLE-ECS-4
#   fix: "Set AssignPublicIp: DISABLED, and let a load balancer stand before it"
#   standards: [Security Hub ECS.2]
package axle.rules.ecs_public_ip

import data.axle.lib

says := "tasks of %s have public addresses"

warn contains finding if some finding in lib.refuses(lib.of("AWS::ECS::Service"), ["NetworkConfiguration", "AwsvpcConfiguration", "AssignPublicIp"], {"ENABLED"}, says)
