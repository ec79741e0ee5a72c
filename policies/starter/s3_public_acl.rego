# METADATA
# title: A bucket has no public access control list
# custom:
#   id: AXLE-S3-2
#   fix: "Remove AccessControl, or say Private; grant access in a bucket policy"
#   standards: [Security Hub S3.2, Security Hub S3.3, Security Hub S3.12]
package axle.rules.s3_public_acl

import data.axle.lib

public := {"publicread", "publicreadwrite", "authenticatedread"}

deny contains lib.finding(id, ["Properties", "AccessControl"], sprintf("bucket %s is open to the world: AccessControl is %s", [id, acl])) if {
	some id, properties in lib.of("AWS::S3::Bucket")
	acl := object.get(properties, "AccessControl", "")
	is_string(acl)
	lower(acl) in public
}

deny contains lib.undecided(id, ["Properties", "AccessControl"], acl) if {
	some id, properties in lib.of("AWS::S3::Bucket")
	acl := object.get(properties, "AccessControl", "")
	lib.unknown(acl)
}
