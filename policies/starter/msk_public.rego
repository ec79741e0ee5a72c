# METADATA
# title: A Kafka cluster is not reachable from the internet
# custom:
#   id: AXLE-MSK-3
#   fix: "Remove PublicAccess"
#   standards: [Security Hub MSK.4]
package axle.rules.msk_public

import data.axle.lib

says := "Kafka cluster %s is reachable from the internet"

deny contains finding if some finding in lib.refuses(lib.of("AWS::MSK::Cluster"), ["BrokerNodeGroupInfo", "ConnectivityInfo", "PublicAccess", "Type"], {"SERVICE_PROVIDED_EIPS"}, says)
