# METADATA
# title: No network ACL opens SSH or RDP to the internet
# custom:
#   id: AXLE-EC2-10
#   fix: "Name the networks that may reach it, or leave ports 22 and 3389 out"
#   standards: [Security Hub EC2.21, CIS AWS v3.0 5.1]
package axle.rules.ec2_acl

import data.axle.lib

open_entries := {id: properties |
	some id, properties in lib.of("AWS::EC2::NetworkAclEntry")
	not lib.is_true(object.get(properties, "Egress", false))
	object.get(properties, "RuleAction", "allow") != "deny"
	some key in ["CidrBlock", "Ipv6CidrBlock"]
	lib.ends(object.get(properties, key, ""), "/0")
}

warn contains lib.finding(id, [], sprintf("entry %s lets the whole internet in to SSH or RDP", [id])) if {
	some id, properties in open_entries
	some port in [22, 3389]
	reaches(properties, port)
}

reaches(properties, _) if {
	not protocol(properties) in {"6", "17", "1"} # -1 is all
}

reaches(properties, port) if {
	protocol(properties) == "6"
	lib.number_or(lib.at(properties, ["PortRange", "From"]), 0) <= port
	lib.number_or(lib.at(properties, ["PortRange", "To"]), 65535) >= port
}

protocol(properties) := sprintf("%v", [object.get(properties, "Protocol", -1)])

warn contains lib.undecided(id, ["Properties", key], properties[key]) if {
	some id, properties in lib.of("AWS::EC2::NetworkAclEntry")
	some key in ["CidrBlock", "Ipv6CidrBlock"]
	lib.unknown(object.get(properties, key, null))
}
