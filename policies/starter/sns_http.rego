# METADATA
# title: A subscription is delivered over TLS
# custom:
#   id: AXLE-SNS-2
#   fix: "Set Protocol: https"
#   standards: [AWS SNS best practices]
package axle.rules.sns_http

import data.axle.lib

says := "messages go to %s without TLS"

deny contains finding if some finding in lib.refuses(lib.of("AWS::SNS::Subscription"), ["Protocol"], {"http"}, says)
