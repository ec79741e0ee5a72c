# METADATA
# title: A Kafka cluster's clients speak TLS
# custom:
#   id: AXLE-MSK-2
#   fix: "Set ClientBroker: TLS"
#   standards: [AWS MSK best practices]
package axle.rules.msk_clients

import data.axle.lib

says := "clients of %s may speak without TLS"

warn contains finding if some finding in lib.refuses(lib.of("AWS::MSK::Cluster"), ["EncryptionInfo", "EncryptionInTransit", "ClientBroker"], {"PLAINTEXT", "TLS_PLAINTEXT"}, says)
