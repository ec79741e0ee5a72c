# METADATA
# title: A secret variable is sensitive and has no default
# custom:
#   id: AXLE-TF-VAR-1
#   fix: "Set sensitive = true and no default; better, read it from a secret store"
#   standards: [AWS Secrets Manager best practices]
package axle.terraform.secret_variables

import data.axle.lib

secret[name] := variable if {
	some name, variable in input.Parameters
	regex.match(`(?i)(password|passwd|secret|api_?key|private_?key|access_?token|auth_?token)$`, name)
}

deny contains {"path": ["Parameters", name], "msg": sprintf("variable %s is a secret and is shown in plans", [name])} if {
	some name, variable in secret
	not lib.is_true(object.get(variable, "NoEcho", false))
}

deny contains {"path": ["Parameters", name, "Default"], "msg": sprintf("the default of secret variable %s stands in the source", [name])} if {
	some name, variable in secret
	lib.given(object.get(variable, "Default", null))
}
