# METADATA
# title: A build is given no access key
# custom:
#   id: AXLE-BUILD-5
#   fix: "Remove the variables, and give the project's role the rights"
#   standards: [Security Hub CodeBuild.2]
package axle.rules.codebuild_credentials

import data.axle.lib

# A variable is text unless it says where its value is kept.
deny contains lib.finding(member.id, array.concat(member.path, ["Value"]), sprintf("build %s is given an access key as text", [member.id])) if {
	some member in lib.members(lib.of("AWS::CodeBuild::Project"), ["Environment", "EnvironmentVariables"])
	lib.at(member.value, ["Name"]) in {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
	kind := lib.at(member.value, ["Type"])
	not kind in {"PARAMETER_STORE", "SECRETS_MANAGER"}
}
