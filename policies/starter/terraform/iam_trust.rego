# METADATA
# title: No policy lets everybody in
# custom:
#   id: AXLE-TF-IAM-3
#   fix: "Name the accounts or roles, or add a condition on aws:PrincipalOrgID"
#   standards: [Security Hub S3.2, Security Hub KMS.5, AWS IAM best practices]
package axle.terraform.iam_trust

import data.axle.lib

texts contains {"id": id, "path": ["Properties", argument], "text": text} if {
	some kind, argument in {
		"aws_iam_role": "assume_role_policy", "aws_s3_bucket_policy": "policy", "aws_sqs_queue_policy": "policy",
		"aws_sns_topic_policy": "policy", "aws_ecr_repository_policy": "policy", "aws_kms_key": "policy",
	}
	some id, properties in lib.of(kind)
	text := object.get(properties, argument, null)
	text != null
	not lib.from_document(text)
}

deny contains finding if {
	some t in texts
	some finding in lib.strangers(t.id, t.path, lib.tf_document(t.text), sprintf("%s lets everybody in", [t.id]))
}

deny contains lib.finding(id, ["Properties", "statement", i, "principals"], sprintf("%s lets everybody in", [id])) if {
	some [id, i, statement] in statements
	not lib.tf_narrowed(statement)
	some principal in lib.many(object.get(statement, "principals", null))
	"*" in lib.many(object.get(principal, "identifiers", null))
}

deny contains lib.undecided(id, ["Properties", "statement", i, "principals"], who) if {
	some [id, i, statement] in statements
	some principal in lib.many(object.get(statement, "principals", null))
	some who in array.concat([principal], lib.many(object.get(principal, "identifiers", null)))
	lib.unsettled(who)
}

statements contains [id, i, statement] if {
	some id, properties in lib.of("data.aws_iam_policy_document")
	some i, statement in lib.many(object.get(properties, "statement", null))
	object.get(statement, "effect", null) != "Deny"
}
