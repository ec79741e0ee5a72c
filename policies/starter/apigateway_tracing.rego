# METADATA
# title: A REST API's requests can be traced
# custom:
#   id: AXLE-API-1
#   fix: "Set TracingEnabled: true"
#   standards: [Security Hub APIGateway.3]
package axle.rules.apigateway_tracing

import data.axle.lib

says := "requests to stage %s cannot be traced"

warn contains finding if some finding in lib.wants_true(lib.of("AWS::ApiGateway::Stage"), ["TracingEnabled"], says)
