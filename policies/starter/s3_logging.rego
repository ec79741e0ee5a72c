# METADATA
# title: A bucket logs who reads it
# custom:
#   id: AXLE-S3-7
#   fix: "Set LoggingConfiguration: { DestinationBucketName }"
#   standards: [Security Hub S3.9]
package axle.rules.s3_logging

import data.axle.lib

watched := {id: properties |
	some id, properties in lib.of("AWS::S3::Bucket")
	not id in lib.takes_logs
}

warn contains finding if some finding in lib.wants_given(watched, ["LoggingConfiguration"], "bucket %s does not log who reads it")
