# METADATA
# title: A template makes no access key
# custom:
#   id: AXLE-IAM-7
#   fix: "Use a role; the key would stand in the stack and in whatever reads it"
#   standards: [AWS IAM best practices]
package axle.rules.iam_access_key

import data.axle.lib

deny contains lib.finding(id, [], sprintf("%s is a key that never expires", [id])) if some id, _ in lib.of("AWS::IAM::AccessKey")
