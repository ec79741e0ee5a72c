# METADATA
# title: No security group opens SSH or RDP to the internet
# custom:
#   id: AXLE-TF-EC2-1
#   fix: "Name the networks that may reach it"
#   standards: [Security Hub EC2.53, Security Hub EC2.54]
package axle.terraform.ec2_open_admin

import data.axle.lib

ports := [22, 3389]

deny contains finding if some finding in lib.tf_open(ports, "%s lets the whole internet in to ports %s")

deny contains finding if some finding in lib.tf_unjudged(ports)
