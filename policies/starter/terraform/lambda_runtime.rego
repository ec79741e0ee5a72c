# METADATA
# title: A function runs on a runtime that AWS still mends
# custom:
#   id: AXLE-TF-LAMBDA-1
#   fix: "Move to a current runtime, as nodejs22.x or python3.13"
#   standards: [Security Hub Lambda.2]
package axle.terraform.lambda_runtime

import data.axle.lib

ended := {
	"nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x",
	"nodejs14.x", "nodejs16.x", "nodejs18.x", "python2.7", "python3.6", "python3.7", "python3.8", "python3.9",
	"ruby2.5", "ruby2.7", "java8", "go1.x", "provided", "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1",
	"dotnetcore3.1", "dotnet5.0", "dotnet6", "dotnet7",
}

says := "function %s runs on what AWS no longer mends"

deny contains finding if some finding in lib.refuses(lib.of("aws_lambda_function"), ["runtime"], ended, says)
