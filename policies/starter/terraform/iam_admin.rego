# METADATA
# title: No policy allows everything on everything
# custom:
#   id: AXLE-TF-IAM-1
#   fix: "Name the actions and the resources that are needed; written as data \"aws_iam_policy_document\", each statement is read by itself"
#   standards: [Security Hub IAM.1]
package axle.terraform.iam_admin

import data.axle.lib

deny contains lib.finding(s.id, s.path, sprintf("%s allows every action on every resource", [s.id])) if {
	some s in lib.tf_allows
	every_action(s)
	"*" in s.resources
}

deny contains lib.undecided(s.id, s.path, resource) if {
	some s in lib.tf_allows
	every_action(s)
	some resource in s.resources
	lib.unsettled(resource)
}

deny contains lib.undecided(s.id, s.path, action) if {
	some s in lib.tf_allows
	some action in s.actions
	lib.unknown(action)
}

deny contains finding if some finding in lib.tf_unread

every_action(s) if "*" in s.actions

every_action(s) if "*:*" in s.actions

every_action(s) if s.but # NotAction allows all that is not named
