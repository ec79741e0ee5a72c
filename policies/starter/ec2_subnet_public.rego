# METADATA
# title: A subnet gives no public addresses by itself
# custom:
#   id: AXLE-EC2-6
#   fix: "Set MapPublicIpOnLaunch: false"
#   standards: [Security Hub EC2.15]
package axle.rules.ec2_subnet_public

import data.axle.lib

says := "subnet %s gives public addresses to whatever stands in it"

warn contains finding if some finding in lib.refuses_true(lib.of("AWS::EC2::Subnet"), ["MapPublicIpOnLaunch"], says)
