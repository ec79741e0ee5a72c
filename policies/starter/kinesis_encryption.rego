# METADATA
# title: A stream is encrypted
# custom:
#   id: AXLE-KINESIS-1
#   fix: "Set StreamEncryption: { EncryptionType: KMS, KeyId: alias/aws/kinesis }"
#   standards: [Security Hub Kinesis.1]
package axle.rules.kinesis_encryption

import data.axle.lib

says := "stream %s is not encrypted"

warn contains finding if some finding in lib.wants_one_of(lib.of("AWS::Kinesis::Stream"), ["StreamEncryption", "EncryptionType"], {"KMS"}, says)
