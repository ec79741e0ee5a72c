# METADATA
# title: A user's rights come from groups or roles
# custom:
#   id: AXLE-IAM-4
#   fix: "Give the policy to a group or a role"
#   standards: [Security Hub IAM.2, CIS AWS v3.0 1.15]
package axle.rules.iam_user_policies

import data.axle.lib

says := "%s gives rights to a single user"

warn contains finding if {
	some key in ["Policies", "ManagedPolicyArns"]
	some finding in lib.refuses_any(lib.of("AWS::IAM::User"), [key], says)
}

warn contains finding if {
	some finding in lib.refuses_any(lib.of_any({"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}), ["Users"], says)
}

warn contains lib.finding(id, [], sprintf(says, [id])) if some id, _ in lib.of("AWS::IAM::UserPolicy")
