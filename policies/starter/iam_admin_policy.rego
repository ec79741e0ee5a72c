# METADATA
# title: Nobody is given AdministratorAccess
# custom:
#   id: AXLE-IAM-2
#   fix: "Attach a policy with the actions that are needed"
#   standards: [Security Hub IAM.1]
package axle.rules.iam_admin_policy

import data.axle.lib

kinds := ["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"]

deny contains lib.finding(id, ["Properties", "ManagedPolicyArns", i], sprintf("%s is an administrator", [id])) if {
	some kind in kinds
	some id, properties in lib.of(kind)
	some i, arn in lib.many(object.get(properties, "ManagedPolicyArns", null))
	is_string(arn)
	endswith(arn, ":policy/AdministratorAccess")
}

deny contains lib.undecided(id, ["Properties", "ManagedPolicyArns", i], arn) if {
	some kind in kinds
	some id, properties in lib.of(kind)
	some i, arn in lib.many(object.get(properties, "ManagedPolicyArns", null))
	lib.unknown(arn)
}
