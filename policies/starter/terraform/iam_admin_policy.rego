# METADATA
# title: Nobody is given AdministratorAccess
# custom:
#   id: AXLE-TF-IAM-2
#   fix: "Attach a policy with the actions that are needed"
#   standards: [Security Hub IAM.1]
package axle.terraform.iam_admin_policy

import data.axle.lib

attached contains {"id": id, "path": ["Properties", "policy_arn"], "arn": object.get(properties, "policy_arn", null)} if {
	some id, properties in lib.of_any(["aws_iam_role_policy_attachment", "aws_iam_user_policy_attachment", "aws_iam_group_policy_attachment", "aws_iam_policy_attachment"])
}

attached contains {"id": m.id, "path": m.path, "arn": m.value} if {
	some m in lib.members(lib.of("aws_iam_role"), ["managed_policy_arns"])
}

deny contains lib.finding(a.id, a.path, sprintf("%s makes an administrator", [a.id])) if {
	some a in attached
	lib.ends(a.arn, ":policy/AdministratorAccess")
}

deny contains lib.undecided(a.id, a.path, a.arn) if {
	some a in attached
	lib.unsettled(a.arn)
}
