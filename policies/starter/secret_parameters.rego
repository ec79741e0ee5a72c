# METADATA
# title: A secret parameter is not shown and has no default
# custom:
#   id: AXLE-CFN-2
#   fix: "Set NoEcho: true and no Default; better, read it with {{resolve:secretsmanager:…}}"
#   standards: [AWS CloudFormation best practices]
package axle.rules.secret_parameters

import data.axle.lib

secret[name] := parameter if {
	some name, parameter in input.Parameters
	regex.match(`(?i)(password|passwd|secret|api_?key|private_?key|access_?token|auth_?token)$`, name)
}

deny contains {"path": ["Parameters", name], "msg": sprintf("parameter %s is a secret and is shown to whoever sees the stack", [name])} if {
	some name, parameter in secret
	not lib.is_true(object.get(parameter, "NoEcho", false))
}

deny contains {"path": ["Parameters", name, "Default"], "msg": sprintf("the default of secret parameter %s stands in the template", [name])} if {
	some name, parameter in secret
	lib.given(object.get(parameter, "Default", null))
}
