# METADATA
# title: A bucket blocks all public access
# custom:
#   id: AXLE-S3-1
#   fix: "Set PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true }"
#   standards: [Security Hub S3.8]
package axle.rules.s3_public_access_block

import data.axle.lib

settings := ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]

deny contains lib.finding(id, path(block, open), msg) if {
	some id, properties in lib.of("AWS::S3::Bucket")
	block := object.get(properties, "PublicAccessBlockConfiguration", {})
	not lib.unknown(block)
	open := [s | some s in settings; value := object.get(block, s, false); not lib.unknown(value); not lib.is_true(value)]
	count(open) > 0
	msg := sprintf("bucket %s can be made public: %s not true", [id, concat(", ", open)])
}

deny contains lib.undecided(id, ["Properties", "PublicAccessBlockConfiguration", s], value) if {
	some id, properties in lib.of("AWS::S3::Bucket")
	some s in settings
	value := lib.at(properties, ["PublicAccessBlockConfiguration", s])
	lib.unknown(value)
}

# The first setting that is written and not true; without any, the block or the bucket.
path(block, open) := ["Properties", "PublicAccessBlockConfiguration", written[0]] if {
	written := [s | some s in open; object.get(block, s, null) != null]
	count(written) > 0
} else := ["Properties", "PublicAccessBlockConfiguration"] if {
	count(block) > 0
} else := []
