# METADATA
# title: A delivery stream is encrypted
# custom:
#   id: AXLE-KINESIS-2
#   fix: "Set DeliveryStreamEncryptionConfigurationInput"
#   standards: [Security Hub DataFirehose.1]
package axle.rules.firehose_encryption

import data.axle.lib

says := "delivery stream %s is not encrypted"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::KinesisFirehose::DeliveryStream"), ["DeliveryStreamEncryptionConfigurationInput", "KeyType"], says)
