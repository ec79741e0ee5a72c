# METADATA
# title: A bucket says how it encrypts, with a KMS key
# custom:
#   id: AXLE-S3-4
#   fix: "Set BucketEncryption with SSEAlgorithm: aws:kms and KMSMasterKeyID; without it the key is S3’s own and nobody’s use of it is logged"
#   standards: [Security Hub S3.17]
package axle.rules.s3_kms

import data.axle.lib

warn contains lib.finding(id, path(properties), sprintf("bucket %s is not encrypted with a KMS key of yours", [id])) if {
	some id, properties in lib.of("AWS::S3::Bucket")
	not id in lib.takes_logs # S3 cannot deliver access logs to a bucket with a KMS key
	not lib.unknown(algorithm(properties))
	not algorithm(properties) in {"aws:kms", "aws:kms:dsse"}
}

warn contains lib.undecided(id, path(properties), algorithm(properties)) if {
	some id, properties in lib.of("AWS::S3::Bucket")
	lib.unknown(algorithm(properties))
}

algorithm(properties) := lib.at(properties, ["BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault", "SSEAlgorithm"])

path(properties) := ["Properties", "BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault", "SSEAlgorithm"] if {
	object.get(properties, "BucketEncryption", null) != null
} else := []
