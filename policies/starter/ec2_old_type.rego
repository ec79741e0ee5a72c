# METADATA
# title: A machine is of a current kind
# custom:
#   id: AXLE-EC2-12
#   fix: "Set InstanceType to a current one, as m7g.large: old ones are slower and dearer"
#   standards: [AWS cost optimization]
package axle.rules.ec2_old_type

import data.axle.lib

says := "%s starts machines of an old, dearer kind"

old := `^(t1|m[123]|c[13]|cc2|cr1|g2|hs1|i2|r3)[.]`

current(value) := (regex.match(old, sprintf("%v", [value])) == false)

warn contains finding if {
	some id, value in lib.values(lib.of_any({"AWS::EC2::Instance", "AWS::AutoScaling::LaunchConfiguration"}), ["InstanceType"])
	some finding in lib.judged(id, ["InstanceType"], value, current(value), says)
}

warn contains finding if {
	some id, value in lib.values(lib.of("AWS::EC2::LaunchTemplate"), ["LaunchTemplateData", "InstanceType"])
	some finding in lib.judged(id, ["LaunchTemplateData", "InstanceType"], value, current(value), says)
}
