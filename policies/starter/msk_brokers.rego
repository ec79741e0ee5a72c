# METADATA
# title: A Kafka cluster's brokers speak TLS with each other
# custom:
#   id: AXLE-MSK-1
#   fix: "Remove InCluster: false"
#   standards: [Security Hub MSK.1]
package axle.rules.msk_brokers

import data.axle.lib

says := "brokers of %s speak without TLS"

deny contains finding if some finding in lib.refuses_false(lib.of("AWS::MSK::Cluster"), ["EncryptionInfo", "EncryptionInTransit", "InCluster"], says)
