# What a property of each of some resources has to say. steps lead to it below Properties; says is
# a text with %s for the resource. Each yields findings, and one that says so where the value is unknown.
package axle.lib

wants_true(resources, steps, says) := {f |
	some id, value in values(resources, steps)
	some f in judged(id, steps, value, is_true(value), says)
}

# wants_false is for what AWS takes for true when it is not there.
wants_false(resources, steps, says) := {f |
	some id, value in values(resources, steps)
	some f in judged(id, steps, value, is_false(value), says)
}

wants_given(resources, steps, says) := {f |
	some id, value in values(resources, steps)
	some f in judged(id, steps, settled(value), filled(value), says)
}

# settled is a value, or a word where it is what a resource makes: that is there, whatever it will be.
settled(value) := "made" if {
	unknown(value)
	object.get(value, "axle::of", "") != ""
} else := value

wants_given_but(resources, steps, bad, says) := {f |
	some id, value in values(resources, steps)
	some f in judged(id, steps, value, filled_but(value, bad), says)
}

wants_one_of(resources, steps, good, says) := {f |
	some id, value in values(resources, steps)
	some f in judged(id, steps, value, value in good, says)
}

wants_at_least(resources, steps, least, says) := {f |
	some id, value in values(resources, steps)
	some f in judged(id, steps, value, number(value) >= least, says)
}

# The rest take a property that is not there for a good one.

refuses_true(resources, steps, says) := {f |
	some id, value in values(resources, steps)
	value != null
	some f in judged(id, steps, value, is_false(value), says)
}

refuses_false(resources, steps, says) := {f |
	some id, value in values(resources, steps)
	value != null
	some f in judged(id, steps, value, is_true(value), says)
}

refuses(resources, steps, bad, says) := {f |
	some id, value in values(resources, steps)
	some f in judged(id, steps, value, allowed(value, bad), says)
}

refuses_any(resources, steps, says) := {f |
	some id, value in values(resources, steps)
	some f in judged(id, steps, value, empty(value), says)
}

values(resources, steps) := {id: at(properties, steps) | some id, properties in resources}

# judged yields nothing where a value is good.
judged(id, steps, value, good, says) := {undecided(id, array.concat(["Properties"], steps), value)} if {
	unknown(value)
} else := set() if {
	good
} else := {finding(id, array.concat(["Properties"], steps), sprintf(says, [id]))}

default filled(_) := false

# filled holds for what is there and is not empty.
filled(value) if {
	given(value)
	not value in {[], {}}
}

empty(value) := filled(value) == false

filled_but(value, bad) := filled(value) if {
	allowed(value, bad)
} else := false

allowed(value, bad) := (value in bad) == false

# number is 0 for what is none.
number(value) := value if {
	is_number(value)
} else := to_number(value) if {
	is_string(value)
	regex.match(`^[0-9]+$`, value)
} else := 0

# of_any gives the properties of the resources of some types.
of_any(kinds) := {id: properties |
	some kind in kinds
	some id, properties in of(kind)
}

# instances are databases that stand for themselves: a cluster's store, back up and log in the cluster.
instances[id] := properties if {
	some id, properties in of("AWS::RDS::DBInstance")
	object.get(properties, "DBClusterIdentifier", null) == null
}

databases[id] := properties if some id, properties in instances

databases[id] := properties if some id, properties in of("AWS::RDS::DBCluster")

# members gives what stands in the lists at a path of some resources, with the resource and the path
# it stands at.
members(resources, steps) := {{"id": id, "path": array.concat(array.concat(["Properties"], steps), [i]), "value": item} |
	some id, list in values(resources, steps)
	some i, item in many(list)
}

# judged_at is judged for what stands in a member of a list, or for the member itself where steps are [].
judged_at(member, steps, value, good, msg) := {undecided(member.id, array.concat(member.path, steps), value)} if {
	unknown(value)
} else := set() if {
	good
} else := {finding(member.id, array.concat(member.path, steps), msg)}

# wants_setting is for lists of names and values: the item of a name has one of some values.
wants_setting(resources, property, name, good, says) := {f |
	some id, list in values(resources, [property])
	value := setting(list, name)
	some f in judged(id, [property], value, lower(sprintf("%v", [value])) in good, says)
}

# setting is the value of the item that has a name; unknown where one of the items is.
setting(list, name) := list if {
	unknown(list)
} else := items[0] if {
	items := [item | some item in many(list); unknown(item)]
	count(items) > 0
} else := found[0] if {
	found := [object.get(item, "Value", null) | some item in many(list); object.subset(item, name)]
	count(found) > 0
} else := null

default ends(_, _) := false

ends(value, tail) if {
	is_string(value)
	endswith(value, tail)
}

# number_or is a number, or another where there is none.
number_or(value, another) := number(value) if {
	regex.match(`^[0-9]+$`, sprintf("%v", [value]))
} else := another
