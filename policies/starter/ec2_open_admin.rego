# METADATA
# title: No security group opens SSH or RDP to the internet
# custom:
#   id: AXLE-EC2-1
#   fix: "Name the networks that may reach it, or use Session Manager and no rule at all"
#   standards: [Security Hub EC2.53, Security Hub EC2.54]
package axle.rules.ec2_open_admin

import data.axle.lib

deny contains finding if {
	some finding in lib.open_to_all([22, 3389], "security group rule of %s lets the whole internet in to port %s")
}

deny contains finding if some finding in lib.unjudged_ingress
