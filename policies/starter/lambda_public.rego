# METADATA
# title: A function may not be called by everybody
# custom:
#   id: AXLE-LAMBDA-2
#   fix: "Name the Principal, or add SourceAccount, SourceArn or PrincipalOrgID"
#   standards: [Security Hub Lambda.1]
package axle.rules.lambda_public

import data.axle.lib

deny contains lib.finding(id, ["Properties", "Principal"], sprintf("permission %s lets everybody call the function", [id])) if {
	some id, properties in lib.of("AWS::Lambda::Permission")
	object.get(properties, "Principal", "*") == "*"
	every key in ["SourceAccount", "SourceArn", "PrincipalOrgID"] {
		not lib.given(object.get(properties, key, null))
	}
}

deny contains lib.undecided(id, ["Properties", "Principal"], principal) if {
	some id, properties in lib.of("AWS::Lambda::Permission")
	principal := object.get(properties, "Principal", "*")
	lib.unknown(principal)
}
