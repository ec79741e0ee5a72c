# METADATA
# title: A function runs on a runtime that AWS still mends
# custom:
#   id: AXLE-LAMBDA-1
#   fix: "Move to a current runtime, as nodejs22.x or python3.13"
#   standards: [Security Hub Lambda.2]
package axle.rules.lambda_runtime

import data.axle.lib

# Past AWS’s deprecation date; a new one is a line here.
ended := {
	"nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x", "nodejs16.x", "nodejs18.x",
	"python2.7", "python3.6", "python3.7", "python3.8", "python3.9", "ruby2.5", "ruby2.7", "java8", "go1.x", "provided",
	"dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet5.0", "dotnet6", "dotnet7",
}

path := ["Properties", "Runtime"]

deny contains lib.finding(id, path, sprintf("function %s runs on %s, which AWS no longer mends", [id, runtime])) if {
	some id, properties in lib.of("AWS::Lambda::Function")
	runtime := object.get(properties, "Runtime", null)
	runtime in ended
}

deny contains lib.undecided(id, path, runtime) if {
	some id, properties in lib.of("AWS::Lambda::Function")
	runtime := object.get(properties, "Runtime", null)
	lib.unknown(runtime)
}
