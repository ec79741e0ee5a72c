# METADATA
# title: A trail is encrypted with a KMS key
# custom:
#   id: AXLE-TRAIL-2
#   fix: "Set KMSKeyId"
#   standards: [Security Hub CloudTrail.2, CIS AWS v3.0 3.5]
package axle.rules.cloudtrail_kms

import data.axle.lib

says := "trail %s is not encrypted with a KMS key"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::CloudTrail::Trail"), ["KMSKeyId"], says)
