# METADATA
# title: No security group opens databases and consoles to the internet
# custom:
#   id: AXLE-EC2-2
#   fix: "Let in the security group of the caller: SourceSecurityGroupId"
#   standards: [Security Hub EC2.19]
package axle.rules.ec2_open_high_risk

import data.axle.lib

# Security Hub EC2.19’s list, without what AXLE-EC2-1 says already.
high_risk := [
	20, 21, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 4333, 5000, 5432, 5500, 5601, 8080, 8088, 8888, 9200, 9300,
]

deny contains finding if {
	some finding in lib.open_to_all(high_risk, "security group rule of %s lets the whole internet in to ports %s")
}

# Ports that are not known are AXLE-EC2-1’s to report.
