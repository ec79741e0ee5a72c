# METADATA
# title: A route asks who calls
# custom:
#   id: AXLE-API-3
#   fix: "Set AuthorizationType: JWT, AWS_IAM or CUSTOM"
#   standards: [Security Hub APIGateway.8]
package axle.rules.apigateway_route

import data.axle.lib

says := "route %s asks nobody who they are"

warn contains finding if some finding in lib.wants_one_of(lib.of("AWS::ApiGatewayV2::Route"), ["AuthorizationType"], {"JWT", "AWS_IAM", "CUSTOM"}, says)
