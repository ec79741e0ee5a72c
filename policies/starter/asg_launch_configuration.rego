# METADATA
# title: Machines start from a launch template
# custom:
#   id: AXLE-ASG-1
#   fix: "Use LaunchTemplate: launch configurations get no new features"
#   standards: [Security Hub AutoScaling.9]
package axle.rules.asg_launch_configuration

import data.axle.lib

says := "group %s starts machines from a launch configuration"

warn contains finding if some finding in lib.refuses_any(lib.of("AWS::AutoScaling::AutoScalingGroup"), ["LaunchConfigurationName"], says)
