# METADATA
# title: A REST API's method asks who calls
# custom:
#   id: AXLE-API-5
#   fix: "Set AuthorizationType: AWS_IAM, CUSTOM or COGNITO_USER_POOLS"
#   standards: [AWS API Gateway best practices]
package axle.rules.apigateway_method

import data.axle.lib

# A browser asks OPTIONS before it knows who it is.
methods := {id: properties |
	some id, properties in lib.of("AWS::ApiGateway::Method")
	object.get(properties, "HttpMethod", "GET") != "OPTIONS"
}

warn contains finding if {
	some finding in lib.wants_one_of(methods, ["AuthorizationType"], {"AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"}, "method %s asks nobody who they are")
}
