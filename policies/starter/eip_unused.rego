# METADATA
# title: An address is used
# custom:
#   id: AXLE-EC2-13
#   fix: "Attach it, or remove it: an address that nothing uses is paid for"
#   standards: [AWS cost optimization]
package axle.rules.eip_unused

import data.axle.lib

# texts are all that resources and outputs say of each other.
texts contains value if {
	some section in ["Resources", "Outputs"]
	walk(object.get(input, [section], {}), [_, value])
	is_string(value)
}

used contains id if {
	some id, _ in lib.of("AWS::EC2::EIP")
	some text in texts
	some form in ["${%s}", "${%s."]
	contains(text, sprintf(form, [id]))
}

attached := {id: properties |
	some id, properties in lib.of("AWS::EC2::EIP")
	not id in used
}

warn contains finding if some finding in lib.wants_given(attached, ["InstanceId"], "nothing uses address %s")
