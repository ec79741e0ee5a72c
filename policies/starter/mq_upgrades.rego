# METADATA
# title: A message broker takes minor versions by itself
# custom:
#   id: AXLE-MQ-2
#   fix: "Set AutoMinorVersionUpgrade: true"
#   standards: [Security Hub MQ.3]
package axle.rules.mq_upgrades

import data.axle.lib

says := "message broker %s does not take minor versions"

warn contains finding if some finding in lib.wants_true(lib.of("AWS::AmazonMQ::Broker"), ["AutoMinorVersionUpgrade"], says)
