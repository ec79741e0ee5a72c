# METADATA
# title: A bucket says what becomes of old objects
# custom:
#   id: AXLE-S3-8
#   fix: "Set LifecycleConfiguration: without it all is kept, and paid for, for ever"
#   standards: [Security Hub S3.13]
package axle.rules.s3_lifecycle

import data.axle.lib

says := "bucket %s keeps everything for ever"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::S3::Bucket"), ["LifecycleConfiguration"], says)
