# METADATA
# title: A message broker is not reachable from the internet
# custom:
#   id: AXLE-MQ-1
#   fix: "Set PubliclyAccessible: false"
#   standards: [AWS MQ best practices]
package axle.rules.mq_public

import data.axle.lib

says := "message broker %s is reachable from the internet"

deny contains finding if some finding in lib.refuses_true(lib.of("AWS::AmazonMQ::Broker"), ["PubliclyAccessible"], says)
