# METADATA
# title: A task has its service's tags
# custom:
#   id: AXLE-ECS-7
#   fix: "Set PropagateTags: SERVICE or TASK_DEFINITION: without it nobody knows whose cost a task is"
#   standards: [AWS tagging best practices]
package axle.rules.ecs_tags

import data.axle.lib

says := "tasks of %s have no tags"

warn contains finding if some finding in lib.wants_one_of(lib.of("AWS::ECS::Service"), ["PropagateTags"], {"SERVICE", "TASK_DEFINITION"}, says)
