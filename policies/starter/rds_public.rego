# METADATA
# title: A database is not reachable from the internet
# custom:
#   id: AXLE-RDS-2
#   fix: "Set PubliclyAccessible: false"
#   standards: [Security Hub RDS.2]
package axle.rules.rds_public

import data.axle.lib

path := ["Properties", "PubliclyAccessible"]

deny contains lib.finding(id, path, sprintf("database %s %s", [id, says(value)])) if {
	some id, properties in lib.of("AWS::RDS::DBInstance")
	value := object.get(properties, "PubliclyAccessible", null)
	not lib.unknown(value)
	not lib.is_false(value)
}

deny contains lib.undecided(id, path, value) if {
	some id, properties in lib.of("AWS::RDS::DBInstance")
	value := object.get(properties, "PubliclyAccessible", null)
	lib.unknown(value)
}

says(value) := "leaves it to its subnets whether the internet can reach it" if {
	value == null
} else := "is reachable from the internet"
