# METADATA
# title: A bucket policy allows nobody unknown
# custom:
#   id: AXLE-S3-3
#   fix: "Name the principals, or add a condition on aws:PrincipalOrgID or aws:SourceAccount"
#   standards: [Security Hub S3.2, Security Hub S3.3]
package axle.rules.s3_public_policy

import data.axle.lib

deny contains finding if {
	some id, properties in lib.of("AWS::S3::BucketPolicy")
	document := object.get(properties, "PolicyDocument", null)
	some finding in lib.strangers(id, ["Properties", "PolicyDocument"], document, sprintf("bucket policy %s allows everybody", [id]))
}
