# METADATA
# title: A role does not trust everybody
# custom:
#   id: AXLE-IAM-3
#   fix: "Name the accounts or roles that may assume it, or add a condition on aws:PrincipalOrgID"
#   standards: [AWS IAM best practices]
package axle.rules.iam_trust

import data.axle.lib

deny contains finding if {
	some id, properties in lib.of("AWS::IAM::Role")
	document := object.get(properties, "AssumeRolePolicyDocument", null)
	some finding in lib.strangers(id, ["Properties", "AssumeRolePolicyDocument"], document, sprintf("role %s may be assumed by anybody", [id]))
}
