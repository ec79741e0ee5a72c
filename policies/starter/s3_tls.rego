# METADATA
# title: A bucket refuses requests without TLS
# custom:
#   id: AXLE-S3-6
#   fix: "Add a bucket policy statement: Effect Deny, Principal *, Action s3:*, on the bucket and its objects, Condition { Bool: { aws:SecureTransport: false } }"
#   standards: [Security Hub S3.5]
package axle.rules.s3_tls

import data.axle.lib

warn contains lib.finding(id, [], sprintf("bucket %s takes requests without TLS", [id])) if {
	some id, _ in lib.of("AWS::S3::Bucket")
	not id in guarded
}

# guarded are the buckets of this template with a policy that denies plain HTTP to everybody.
guarded contains id if {
	some id, _ in lib.of("AWS::S3::Bucket")
	some _, properties in lib.of("AWS::S3::BucketPolicy")
	object.get(properties, "Bucket", "") in {sprintf("${%s}", [id]), object.get(lib.of("AWS::S3::Bucket")[id], "BucketName", null)}
	some [s, _] in lib.statements(lib.at(properties, ["PolicyDocument", "Statement"]))
	object.get(s, "Effect", "") == "Deny"
	lib.everyone(object.get(s, "Principal", ""))
	some action in lib.many(object.get(s, "Action", null))
	action in {"s3:*", "*"}
	lib.is_false(lib.at(s, ["Condition", "Bool", "aws:SecureTransport"]))
}
