# How security group rules are read.
package axle.lib

# ingress gives every rule that lets traffic in, with the resource and path it stands at.
ingress contains {"id": id, "path": ["Properties", "SecurityGroupIngress", i], "rule": rule} if {
	some id, properties in of("AWS::EC2::SecurityGroup")
	some i, rule in many(object.get(properties, "SecurityGroupIngress", null))
}

ingress contains {"id": id, "path": ["Properties"], "rule": properties} if {
	some id, properties in of("AWS::EC2::SecurityGroupIngress")
}

# sources gives where a rule lets traffic in from.
sources(rule) := {source |
	some key in ["CidrIp", "CidrIpv6"]
	source := object.get(rule, key, null)
	source != null
}

default from_anywhere(_) := false

from_anywhere(rule) if {
	some source in sources(rule)
	is_string(source)
	endswith(trim_space(source), "/0")
}

# reaches gives those of the ports that a rule opens. Ports that are not said are all ports.
reaches(rule, ports) := set(ports) if {
	lower(sprintf("%v", [object.get(rule, "IpProtocol", "-1")])) in {"-1", "all"}
} else := {p | some p in ports; p >= low; p <= high} if {
	lower(sprintf("%v", [object.get(rule, "IpProtocol", "-1")])) in {"tcp", "6", "udp", "17"}
	low := port(rule, "FromPort", 0)
	high := port(rule, "ToPort", 65535)
} else := set()

set(list) := {x | some x in list}

port(rule, key, otherwise) := otherwise if {
	object.get(rule, key, -1) in {-1, "-1"}
} else := rule[key] if {
	is_number(rule[key])
} else := to_number(rule[key]) if {
	is_string(rule[key])
	regex.match(`^[0-9]+$`, rule[key])
} else := otherwise

# open_to_all yields a finding for each rule that lets everybody in to one of the ports.
open_to_all(ports, says) := {finding(at.id, source_path(at), sprintf(says, [at.id, concat(", ", names)])) |
	some at in ingress
	from_anywhere(at.rule)
	known(at.rule)
	reached := reaches(at.rule, ports)
	count(reached) > 0
	names := [sprintf("%v", [p]) | some p in sort(reached)]
}

# unjudged_ingress yields a finding for each rule whose source, or, open to all, whose ports are unknown.
unjudged_ingress contains undecided(at.id, at.path, at.rule) if {
	some at in ingress
	unknown(at.rule)
}

unjudged_ingress contains undecided(at.id, array.concat(at.path, [key]), at.rule[key]) if {
	some at in ingress
	some key in ["CidrIp", "CidrIpv6"]
	unknown(object.get(at.rule, key, null))
}

unjudged_ingress contains undecided(at.id, array.concat(at.path, [key]), at.rule[key]) if {
	some at in ingress
	from_anywhere(at.rule)
	some key in ["IpProtocol", "FromPort", "ToPort"]
	unknown(object.get(at.rule, key, null))
}

known(rule) if {
	every key in ["IpProtocol", "FromPort", "ToPort"] {
		not unknown(object.get(rule, key, null))
	}
}

source_path(at) := array.concat(at.path, [key]) if {
	keys := [k | some k in ["CidrIp", "CidrIpv6"]; endswith(sprintf("%v", [object.get(at.rule, k, "")]), "/0")]
	key := keys[0]
}
