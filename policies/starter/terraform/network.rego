# How the security group rules of a Terraform configuration are read.
package axle.lib

# tf_ingress gives every rule that lets traffic in: the resource and path it stands at, whence (a list
# of sources, each with its own path), and protocol and ports in the words of a template.
tf_ingress contains {"id": m.id, "path": m.path, "rule": m.value} if {
	some m in members(of_any(["aws_security_group", "aws_default_security_group"]), ["ingress"])
}

tf_ingress contains {"id": id, "path": ["Properties"], "rule": properties} if {
	some id, properties in of("aws_security_group_rule")
	object.get(properties, "type", null) != "egress"
}

tf_ingress contains {"id": id, "path": ["Properties"], "rule": properties} if {
	some id, properties in of("aws_vpc_security_group_ingress_rule")
}

# tf_sources gives where a rule lets traffic in from, each with its path below the rule.
tf_sources(rule) := {[path, source] |
	some key in ["cidr_blocks", "ipv6_cidr_blocks"]
	some i, source in many(object.get(rule, key, null))
	path := [key, i]
} | {[[key], source] |
	some key in ["cidr_ipv4", "cidr_ipv6"]
	source := object.get(rule, key, null)
	source != null
}

# tf_ports are a rule's protocol and ports as reaches reads them.
tf_ports(rule) := {
	"IpProtocol": tf_protocol(rule),
	"FromPort": object.get(rule, "from_port", null),
	"ToPort": object.get(rule, "to_port", null),
}

tf_protocol(rule) := object.get(rule, "ip_protocol", object.get(rule, "protocol", "-1"))

# tf_open yields a finding for each source that is everybody's way to one of the ports.
tf_open(ports, says) := {finding(at.id, array.concat(at.path, path), sprintf(says, [at.id, concat(", ", names)])) |
	some at in tf_ingress
	some [path, source] in tf_sources(at.rule)
	ends(source, "/0")
	tf_known(at.rule)
	reached := reaches(tf_ports(at.rule), ports)
	count(reached) > 0
	names := [sprintf("%v", [p]) | some p in sort(reached)]
}

tf_known(rule) if {
	every key in ["protocol", "ip_protocol", "from_port", "to_port"] {
		not unknown(object.get(rule, key, null))
	}
}

# tf_unjudged yields a finding for each rule that is unknown, whose source is, or, open to all, whose ports are.
tf_unjudged(ports) := {undecided(at.id, at.path, at.rule) |
	some at in tf_ingress
	unknown(at.rule)
} | {undecided(at.id, array.concat(at.path, path), source) |
	some at in tf_ingress
	rule := at.rule
	some [path, source] in tf_sources(rule)
	unsettled(source)
	not tf_closed(rule, ports)
} | {undecided(at.id, array.concat(at.path, [key]), at.rule[key]) |
	some at in tf_ingress
	some [_, source] in tf_sources(at.rule)
	ends(source, "/0")
	some key in ["protocol", "ip_protocol", "from_port", "to_port"]
	unknown(object.get(at.rule, key, null))
}

# tf_closed holds for a rule that reaches none of the ports, whoever may use it.
tf_closed(rule, ports) if {
	tf_known(rule)
	count(reaches(tf_ports(rule), ports)) == 0
}
