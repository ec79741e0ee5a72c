# METADATA
# title: What the rules share
# description: |
#   A value that the template alone does not decide is {"axle::unknown": why}. Every function
#   here takes a value that may be one, or may not be there, and always has an answer.
package axle.lib

# of gives the properties of each resource of a type, by logical id; of a data source by its address.
of(kind) := object.get(by_type, kind, {})

by_type[kind] := resources if {
	some kind in {typed(resource) | some resource in input.Resources}
	resources := {id: properties(resource) |
		some id, resource in input.Resources
		typed(resource) == kind
	}
}

typed(resource) := concat(".", ["data", object.get(resource, "Type", "")]) if {
	object.get(resource, "Mode", "") == "data"
} else := object.get(resource, "Type", "")

# properties of a resource; {} when it has none.
properties(resource) := object_or_empty(object.get(resource, "Properties", {}))

object_or_empty(value) := value if {
	is_object(value)
} else := {}

# at gives the value under a path of keys and indexes, or null. An unknown on the way is the value.
at(value, path) := found if {
	is_object(value)
	found := object.get(value, path, null)
	found != null
} else := object.get(value, array.slice(path, 0, min(cuts)), null) if {
	is_object(value)
	cuts := {n |
		some n in numbers.range(0, count(path))
		unknown(object.get(value, array.slice(path, 0, n), null))
	}
	count(cuts) > 0
} else := null

default unknown(_) := false

# unknown holds for a value that the template does not decide.
unknown(value) if {
	is_object(value)
	some key, _ in value
	startswith(key, "axle::")
}

# why it is unknown, for people.
why(value) := concat("; ", {sprintf("%v", [reason]) |
	walk(value, [path, reason])
	count(path) > 0
	path[count(path) - 1] == "axle::unknown"
})

default is_true(_) := false

is_true(value) if value == true

is_true(value) if {
	is_string(value)
	lower(value) == "true"
}

default is_false(_) := false

is_false(value) if value == false

is_false(value) if {
	is_string(value)
	lower(value) == "false"
}

default given(_) := false

# given holds for a value that is there and says something.
given(value) if not value in {null, "", false}

# many makes a list of one thing or many, as IAM and CloudFormation both allow.
many(value) := value if {
	is_array(value)
} else := [] if {
	is_null(value)
} else := [value]

# finding and undecided are what the rules yield.
finding(id, path, msg) := {"resource": id, "path": path, "msg": msg}

undecided(id, path, value) := {
	"resource": id,
	"path": path,
	"unknown": true,
	"msg": sprintf("%s: %s cannot be judged: %s%s", [id, name(path), why(value), remedy(value)]),
}

remedy(value) := "; give the parameter a default" if {
	contains(why(value), "has no value")
} else := ""

# name is the last key of a path.
name(path) := keys[count(keys) - 1] if {
	keys := [key | some key in path; is_string(key)]
	count(keys) > 0
} else := "it"

# must_be_true yields what is wrong with a property that has to be true.
must_be_true(id, path, value, msg) := {undecided(id, path, value)} if {
	unknown(value)
} else := set() if {
	is_true(value)
} else := {finding(id, path, msg)}

# must_be_given yields what is wrong with a property that has to be there.
must_be_given(id, path, value, msg) := {undecided(id, path, value)} if {
	unknown(value)
} else := set() if {
	given(value)
} else := {finding(id, path, msg)}

# must_not_be_false yields what is wrong with a property that AWS takes for true when it is not there.
must_not_be_false(id, path, value, msg) := {undecided(id, path, value)} if {
	unknown(value)
} else := set() if {
	value == null
} else := set() if {
	is_true(value)
} else := {finding(id, path, msg)}

# takes_logs are the buckets of this template that another writes its access logs to.
takes_logs contains id if {
	some id, _ in of("AWS::S3::Bucket")
	some _, properties in of("AWS::S3::Bucket")
	at(properties, ["LoggingConfiguration", "DestinationBucketName"]) == sprintf("${%s}", [id])
}
