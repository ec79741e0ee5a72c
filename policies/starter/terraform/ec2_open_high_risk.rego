# METADATA
# title: No security group opens databases and consoles to the internet
# custom:
#   id: AXLE-TF-EC2-2
#   fix: "Name the networks that may reach it"
#   standards: [Security Hub EC2.19]
package axle.terraform.ec2_open_high_risk

import data.axle.lib

ports := [20, 21, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 4333, 5000, 5432, 5500, 5601, 8080, 8088, 8888, 9200, 9300, 27017]

deny contains finding if some finding in lib.tf_open(ports, "%s lets the whole internet in to ports %s")

deny contains finding if some finding in lib.tf_unjudged(ports)
