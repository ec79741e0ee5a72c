# METADATA
# title: A group's machines have no public addresses
# custom:
#   id: AXLE-ASG-2
#   fix: "Set AssociatePublicIpAddress: false"
#   standards: [Security Hub AutoScaling.5]
package axle.rules.asg_public_ip

import data.axle.lib

says := "machines of %s have public addresses"

warn contains finding if some finding in lib.refuses_true(lib.of("AWS::AutoScaling::LaunchConfiguration"), ["AssociatePublicIpAddress"], says)
