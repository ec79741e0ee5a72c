# METADATA
# title: A configuration makes no access key
# custom:
#   id: AXLE-TF-IAM-4
#   fix: "Give a role instead; a key stands in the state in clear"
#   standards: [AWS IAM best practices]
package axle.terraform.iam_access_key

import data.axle.lib

deny contains lib.finding(id, [], sprintf("%s makes a key that does not end", [id])) if some id, _ in lib.of("aws_iam_access_key")
