package policy.no_iam_users_test

import data.policy.no_iam_users

test_a_user_is_refused if {
	count(no_iam_users.deny) == 1 with input as {"Resources": {"Robot": {"Type": "AWS::IAM::User"}}}
}

test_a_role_is_not if {
	count(no_iam_users.deny) == 0 with input as {"Resources": {"Robot": {"Type": "AWS::IAM::Role"}}}
}
