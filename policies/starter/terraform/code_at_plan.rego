# METADATA
# title: A configuration runs no code while it is planned
# custom:
#   id: AXLE-TF-RUN-1
#   fix: "Give the value by a variable; what a plan runs has the pipeline’s rights"
#   standards: [OWASP CICD-SEC-4]
package axle.terraform.code_at_plan

import data.axle.lib

deny contains lib.finding(id, [], sprintf("%s runs or fetches what nobody reviewed", [id])) if {
	some kind in ["data.external", "data.http"]
	some id, _ in lib.of(kind)
}
