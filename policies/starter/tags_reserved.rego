# METADATA
# title: No tag begins with the prefix that AWS keeps
# custom:
#   id: AXLE-TAG-1
#   fix: "Rename the tag: AWS keeps that prefix for itself and refuses the resource"
#   standards: [AWS tagging best practices]
package axle.rules.tags_reserved

import data.axle.lib

deny contains lib.finding(id, ["Properties", "Tags", i, "Key"], sprintf("%s has a tag that AWS keeps for itself: %s", [id, key])) if {
	some id, resource in input.Resources
	some i, tag in lib.many(object.get(lib.properties(resource), "Tags", null))
	key := lib.at(tag, ["Key"])
	reserved(key)
}

# Some types have a mapping instead.
deny contains lib.finding(id, ["Properties", "Tags", key], sprintf("%s has a tag that AWS keeps for itself: %s", [id, key])) if {
	some id, resource in input.Resources
	some key, _ in lib.object_or_empty(object.get(lib.properties(resource), "Tags", null))
	reserved(key)
}

reserved(key) if {
	is_string(key)
	startswith(lower(key), "aws:")
}
