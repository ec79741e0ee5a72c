# METADATA
# title: A query's result is encrypted as its workgroup says
# custom:
#   id: AXLE-ATHENA-1
#   fix: "Set EncryptionConfiguration: { EncryptionOption: SSE_KMS, KmsKey }"
#   standards: [AWS Athena best practices]
package axle.rules.athena_encryption

import data.axle.lib

says := "workgroup %s does not say how results are encrypted"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::Athena::WorkGroup"), ["WorkGroupConfiguration", "ResultConfiguration", "EncryptionConfiguration", "EncryptionOption"], says)
