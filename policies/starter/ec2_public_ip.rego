# METADATA
# title: A machine has no public address
# custom:
#   id: AXLE-EC2-11
#   fix: "Remove AssociatePublicIpAddress: true, and let a load balancer stand before it"
#   standards: [Security Hub EC2.9, Security Hub EC2.25]
package axle.rules.ec2_public_ip

import data.axle.lib

interfaces contains member if {
	some member in lib.members(lib.of("AWS::EC2::Instance"), ["NetworkInterfaces"])
}

interfaces contains member if {
	some member in lib.members(lib.of("AWS::EC2::LaunchTemplate"), ["LaunchTemplateData", "NetworkInterfaces"])
}

warn contains finding if {
	some member in interfaces
	value := lib.at(member.value, ["AssociatePublicIpAddress"])
	some finding in lib.judged_at(member, ["AssociatePublicIpAddress"], value, lib.given(value) == false, sprintf("a machine of %s has a public address", [member.id]))
}
