# METADATA
# title: An HTTP or WebSocket API logs who calls
# custom:
#   id: AXLE-API-2
#   fix: "Set AccessLogSettings with DestinationArn and Format"
#   standards: [Security Hub APIGateway.9]
package axle.rules.apigateway_access_log

import data.axle.lib

says := "stage %s does not log who calls"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::ApiGatewayV2::Stage"), ["AccessLogSettings", "DestinationArn"], says)
