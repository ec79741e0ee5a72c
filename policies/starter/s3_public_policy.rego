# METADATA
# title: A bucket policy allows nobody unknown
# custom:
#   id: AXLE-S3-3
#   fix: "Name the principals, or add a condition on aws:PrincipalOrgID or aws:SourceAccount"
#   standards: [FSBP S3.2, FSBP S3.3]
package axle.rules.s3_public_policy

import data.axle.lib

document := ["Properties", "PolicyDocument"]

deny contains lib.finding(id, array.concat(at, ["Principal"]), sprintf("bucket policy %s allows everybody", [id])) if {
	some id, properties in lib.of("AWS::S3::BucketPolicy")
	some [at, statement] in lib.grants(object.get(properties, "PolicyDocument", {}), document)
	lib.everyone(object.get(statement, "Principal", "*"))
	not lib.narrowed(statement)
}

deny contains finding if {
	some id, properties in lib.of("AWS::S3::BucketPolicy")
	some finding in lib.unread(id, document, object.get(properties, "PolicyDocument", null)) | lib.unnamed(id, document, object.get(properties, "PolicyDocument", null))
}
