# METADATA
# title: A database runs an engine that AWS still mends
# custom:
#   id: AXLE-RDS-12
#   fix: "Move to a current major version: an ended one costs extra each hour, or is upgraded when AWS likes"
#   standards: [AWS cost optimization]
package axle.rules.rds_engine

import data.axle.lib

# Past the end of standard support; a new one is a change here.
ended := {
	"mysql": `^5[.]`,
	"mariadb": `^10[.][0-5]([.]|$)`,
	"postgres": `^(9|1[0-3])([.]|$)`,
	"aurora-mysql": `^5[.]`,
	"aurora-postgresql": `^(9|1[0-2])([.]|$)`,
}

current(properties, version) := regex.match(pattern, sprintf("%v", [version])) == false if {
	pattern := ended[object.get(properties, "Engine", "")]
} else := true

warn contains finding if {
	some id, properties in lib.databases
	version := object.get(properties, "EngineVersion", "current")
	some finding in lib.judged(id, ["EngineVersion"], version, current(properties, version), "database %s runs an engine past its end")
}
